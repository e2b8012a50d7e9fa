/// Weights on disk: the safetensors format, written whole or not at all.
#pragma once
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace kdbench::inline train {

using TensorDict = std::map<std::string, torch::Tensor>;
using TensorMeta = std::map<std::string, std::string>;

/// Writes named tensors (any device; dense) and text metadata through write_file_atomically.
/// @throws std::system_error when the file cannot be written, kdbench::Error for a type the format lacks
void save_tensors(const std::filesystem::path& path, const TensorDict& tensors, const TensorMeta& meta = {});

/// Reads a file; every offset is checked against the file's size.
/// @throws kdbench::Error naming the file and what is wrong with it
TensorDict load_tensors(const std::filesystem::path& path, TensorMeta* meta = nullptr);

}  // namespace kdbench::inline train
