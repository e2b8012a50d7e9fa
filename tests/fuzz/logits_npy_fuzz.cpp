// A NumPy file, as logits and as labels.
#include "fuzz.h"

#include <kdbench/calibration/logits/logits_file.h>

#include <array>

FUZZ_TARGET(logits_npy) {
  using namespace kdbench;
  static const auto labels = [] {
    constexpr std::array<std::uint8_t, 6> kTwo = {'0', '\n', '1', '\n'};
    return fuzz::file_of(kTwo.data(), 4, "two.csv");
  }();
  const auto file = fuzz::file_of(data, size, "x.npy");
  fuzz::accepted(read_logits(file, labels, Given::kLogits));
  fuzz::accepted(read_logits(file, labels, Given::kProbabilities));
  fuzz::accepted(read_logits(file, file, Given::kLogits));
}
