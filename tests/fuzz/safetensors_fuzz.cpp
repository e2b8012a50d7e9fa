// A safetensors file: weights, logits, checkpoints. What is read is written again and must be read the same.
#include "fuzz.h"

#include <kdbench/results/tensor_file.h>

FUZZ_TARGET(safetensors) {
  using namespace kdbench;
  const auto file = fuzz::file_of(data, size, "x.safetensors");
  const auto read = TensorFile::read(file);
  if (!fuzz::accepted(read)) return;
  write_tensor_file(file, read->tensors(), read->texts());
  const auto again = TensorFile::read(file);
  fuzz::require(fuzz::accepted(again) && again->has_checksum(), "what was written is read, and has a checksum");
  fuzz::require(again->tensors_sha256() == read->tensors_sha256(), "it holds the same bytes");
}
