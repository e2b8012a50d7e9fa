#include <kdbench/stats/comparison/agreement.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/interval.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace kdbench::stats {
namespace {

/// Returns the number of rows, after a look at the shapes.
std::size_t rows_of(const Predictions& a, const Predictions& b) {
  KDBENCH_CHECK(a.size() == b.size(), "two methods are compared on the same seeds");
  const auto rows = a.empty() ? 0 : a.front().size();
  for (const auto* method : {&a, &b}) {
    for (const auto& seed : *method) KDBENCH_CHECK(seed.size() == rows, "every seed answers the same rows");
  }
  return rows;
}

/// The most by which the mean correctness of a and b over seeds can differ on a row, whatever its label.
double most_apart(const Predictions& a, const Predictions& b, std::size_t row) {
  double most = 0;
  for (const auto* method : {&a, &b}) {
    for (const auto& chosen : *method) {
      const auto label = chosen[row];
      double apart = 0;
      for (std::size_t seed = 0; seed < a.size(); ++seed) apart += (a[seed][row] == label) - (b[seed][row] == label);
      most = std::max(most, std::abs(apart));
    }
  }
  return most / static_cast<double>(a.size());
}

}  // namespace

double agreement(const Predictions& a, const Predictions& b) {
  const auto rows = rows_of(a, b);
  if (rows == 0) return kUndefined;
  double alike = 0;
  for (std::size_t seed = 0; seed < a.size(); ++seed) {
    for (std::size_t row = 0; row < rows; ++row) alike += a[seed][row] == b[seed][row];
  }
  return alike / static_cast<double>(a.size() * rows);
}

double row_error_bound(const Predictions& a, const Predictions& b, double difference) {
  const auto rows = rows_of(a, b);
  if (rows == 0) return kUndefined;
  double squares = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto apart = most_apart(a, b, row);
    squares += apart * apart;
  }
  const auto count = static_cast<double>(rows);
  return std::sqrt(std::max(0.0, squares / count - difference * difference) / count);
}

}  // namespace kdbench::stats
