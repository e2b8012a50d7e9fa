// JSON logits with labels, without, and labels alone.
#include "fuzz.h"
#include "json_mutator.h"

#include <kdbench/calibration/logits/logits_file.h>

FUZZ_TARGET(logits_json) {
  using namespace kdbench;
  const auto file = fuzz::file_of(data, size, "x.json");
  fuzz::accepted(read_logits(file, "", Given::kLogits));
  fuzz::accepted(read_logits(file, "", Given::kProbabilities));
  fuzz::accepted(read_logits(file, file, Given::kLogits));
}
