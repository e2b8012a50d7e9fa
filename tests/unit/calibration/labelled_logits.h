/// Logits and labels of a few rows, for tests of what is measured on them.
#pragma once
#include <kdbench/calibration/logits/logits.h>

#include <cstdint>
#include <vector>

namespace kdbench::test {

struct LabelledLogits {
  std::vector<double> logits;  ///< [N, K], row by row
  std::vector<std::int64_t> labels;
  std::int64_t num_classes = 2;
  LogitsView view() const { return {logits, labels, num_classes}; }
};

}  // namespace kdbench::test
