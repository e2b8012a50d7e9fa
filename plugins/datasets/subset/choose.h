// Choosing rows by a seed, class by class, for the data sets that are made of others. No torch; the same on every machine.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace choose {

using RowNumbers = std::vector<std::int64_t>;

/// A well-mixed 64-bit value (the SplitMix finaliser).
inline std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

/// Puts the rows in an order that depends on the seed alone.
inline void shuffle(RowNumbers& rows, std::uint64_t seed) {
  for (std::uint64_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[mix(seed ^ mix(i)) % i]);
}

/// Returns the rows of each of `classes` classes, shuffled by the seed and the class's number. Rows of other labels are left out.
inline std::vector<RowNumbers> shuffled_by_class(const std::int64_t* labels, std::size_t rows, std::size_t classes,
                                                 std::uint64_t seed) {
  std::vector<RowNumbers> out(classes);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto label = labels[i];
    if (label >= 0 && static_cast<std::size_t>(label) < classes)
      out[static_cast<std::size_t>(label)].push_back(static_cast<std::int64_t>(i));
  }
  for (std::size_t c = 0; c < classes; ++c) shuffle(out[c], mix(seed) ^ mix(~static_cast<std::uint64_t>(c)));
  return out;
}

/// Splits `total` in proportion to `sizes`, whose sum is at least `total`: each part rounded down, and the rest one each to those
/// that lost most, earlier ones first.
inline std::vector<std::size_t> shares(const std::vector<std::size_t>& sizes, std::size_t total) {
  const auto all = std::max<std::size_t>(1, std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}));
  std::vector<std::size_t> out, order(sizes.size());
  std::size_t given = 0;
  for (const auto size : sizes) {
    out.push_back(size * total / all);
    given += out.back();
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return sizes[a] * total % all > sizes[b] * total % all; });
  for (std::size_t i = 0; given < total && i < order.size(); ++i, ++given) ++out[order[i]];
  return out;
}

/// Chooses `total` of the rows, each class in proportion to its rows, and returns them ascending.
inline RowNumbers stratified(const std::vector<RowNumbers>& by_class, std::size_t total) {
  std::vector<std::size_t> sizes;
  for (const auto& rows : by_class) sizes.push_back(rows.size());
  const auto parts = shares(sizes, total);
  RowNumbers out;
  for (std::size_t c = 0; c < by_class.size(); ++c) {
    out.insert(out.end(), by_class[c].begin(), by_class[c].begin() + static_cast<std::ptrdiff_t>(parts[c]));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace choose
