/// The input of every calibration measure: logits and labels of one network on one split, in
/// float64.
#pragma once
#include <cstdint>
#include <span>

namespace kdbench::inline calibration {

/// Borrowed logits [N, K] in row-major order with N labels in [0, K). The owner keeps the memory
/// alive. Logits are finite or -inf (a class that is ruled out); every row holds at least one
/// finite value.
struct LogitsView {
  std::span<const double> logits;
  std::span<const std::int64_t> labels;
  std::int64_t num_classes = 0;

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  std::span<const double> row(std::int64_t i) const {
    return logits.subspan(static_cast<std::size_t>(i * num_classes), static_cast<std::size_t>(num_classes));
  }
};

/// Checks the contract of LogitsView.
/// @throws std::invalid_argument naming what is wrong: no rows, no classes, sizes that do not fit,
/// a label outside [0, K), a logit that is NaN or +inf (with its row and class).
void check_logits(const LogitsView& view);

}  // namespace kdbench::inline calibration
