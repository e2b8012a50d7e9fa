#include <kdbench/calibration/logits/logits.h>

#include <fmt/core.h>

#include <limits>
#include <stdexcept>

namespace kdbench::inline calibration {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_row(std::span<const double> row, std::int64_t index) {
  bool any_finite = false;
  for (std::size_t c = 0; c < row.size(); ++c) {
    // NaN compares false with everything, so this finds it together with +inf.
    if (!(row[c] < kInfinity)) {
      throw std::invalid_argument(
          fmt::format("expected finite logits (or -inf), found {} in row {}, class {}", row[c], index, c));
    }
    any_finite |= row[c] > -kInfinity;
  }
  if (!any_finite) throw std::invalid_argument(fmt::format("row {}: every logit is -inf; expected a finite one", index));
}

}  // namespace

void check_logits(const LogitsView& view) {
  if (view.num_classes < 1) {
    throw std::invalid_argument(fmt::format("expected at least 1 class, found {}", view.num_classes));
  }
  if (view.labels.empty()) throw std::invalid_argument("expected at least 1 sample, found none");
  if (view.logits.size() != view.labels.size() * static_cast<std::size_t>(view.num_classes)) {
    throw std::invalid_argument(
        fmt::format("expected {} x {} logits, found {}", view.size(), view.num_classes, view.logits.size()));
  }
  for (std::int64_t i = 0; i < view.size(); ++i) {
    const auto label = view.labels[static_cast<std::size_t>(i)];
    if (label < 0 || label >= view.num_classes) {
      throw std::invalid_argument(
          fmt::format("expected labels from 0 to {}, found {} in row {}", view.num_classes - 1, label, i));
    }
    check_row(view.row(i), i);
  }
}

}  // namespace kdbench::inline calibration
