/// Weights on disk: the safetensors format, written whole or not at all.
#pragma once
#include <kdbench/results/tensor_file.h>

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace kdbench::inline train {

using TensorDict = std::map<std::string, torch::Tensor>;
using TensorMeta = std::map<std::string, std::string>;

/// Writes named tensors (any device; dense) and text metadata, with a checksum of all of it.
/// @throws std::system_error when the file cannot be written, kdbench::Error for a type the format lacks
void save_tensors(const std::filesystem::path& path, const TensorDict& tensors, const TensorMeta& meta = {});

/// What a file holds.
struct StoredTensors {
  TensorDict tensors;
  TensorMeta meta;
  bool has_checksum = false;  ///< files of other programs, and of kdbench before it wrote checksums, have none
};

/// Reads a file; every offset, and the checksum where it has one, is checked.
/// @throws kdbench::Error naming the file and what is wrong with it
StoredTensors read_tensors(const std::filesystem::path& path);
/// The tensors of a file that was read.
TensorDict tensors_of(const TensorFile& file);
/// The tensors alone.
TensorDict load_tensors(const std::filesystem::path& path);

}  // namespace kdbench::inline train
