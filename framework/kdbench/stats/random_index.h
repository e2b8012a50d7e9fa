/// A stream of random numbers that is the same on every machine (std::uniform_int_distribution is not).
#pragma once
#include <kdbench/base/hash.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace kdbench::stats {

/// The splitmix64 generator.
class RandomIndex {
 public:
  explicit RandomIndex(std::uint64_t seed) : state_(seed) {}

  /// Returns an index in [0, bound); 0 < bound < 2^32. Uneven by less than bound / 2^32.
  std::size_t below(std::size_t bound) {
    const std::uint64_t high = mix64(state_) >> 32;
    state_ += 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>(high * bound >> 32);
  }

  /// Returns a number in (0, 1), one of 2^31.
  double uniform() {
    constexpr std::size_t kSteps = std::size_t{1} << 31;
    return (static_cast<double>(below(kSteps)) + 0.5) / static_cast<double>(kSteps);
  }

  /// Returns a standard normal number (Box and Muller's first).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * 3.14159265358979323846 * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace kdbench::stats
