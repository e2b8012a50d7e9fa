/// Safetensors files as bytes: named tensors, texts beside them, and a checksum of the whole, so that what rots on a disk is
/// found before it is used. No libtorch here: the program that people type checks the files that its workers write.
#pragma once
#include <kdbench/base/result.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline results {

/// One tensor of a file; `bytes` are its elements, little-endian, row by row.
struct TensorBytes {
  std::string dtype;  ///< "F32", "I64", ...
  std::vector<std::int64_t> shape;
  std::string_view bytes;
};

/// A file that was read. What its tensors view lives as long as it or a copy of it.
class TensorFile {
 public:
  /// Reads a file; shapes, offsets and the checksum are checked. Files of other programs, and of kdbench before it wrote
  /// checksums, have none. The diagnostic names the file and what is wrong with it.
  static Result<TensorFile> read(const std::filesystem::path& path);

  const std::map<std::string, TensorBytes>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& texts() const { return texts_; }
  bool has_checksum() const { return has_checksum_; }
  /// SHA-256 of the names and bytes of all tensors in order of name: RunFacts::weights_sha256 where they are a network's.
  std::string tensors_sha256() const;

 private:
  friend class TensorFileParser;
  std::shared_ptr<const std::string> data_;  ///< what the tensors view, wherever this object moves
  std::map<std::string, TensorBytes> tensors_;
  std::map<std::string, std::string> texts_;
  bool has_checksum_ = false;
};

/// Writes a file whole or not at all, with its checksum. @throws std::system_error when it cannot be written,
/// std::invalid_argument for a type that the format lacks
void write_tensor_file(const std::filesystem::path& path, const std::map<std::string, TensorBytes>& tensors,
                       const std::map<std::string, std::string>& texts);

}  // namespace kdbench::inline results
