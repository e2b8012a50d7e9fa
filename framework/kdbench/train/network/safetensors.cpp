#include <kdbench/sdk/error.h>
#include <kdbench/train/network/safetensors.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace kdbench::inline train {
namespace {

struct TypeName {
  const char* name;
  c10::ScalarType type;
};
constexpr std::array<TypeName, 10> kTypes{{{"F64", c10::kDouble},
                                           {"F32", c10::kFloat},
                                           {"F16", c10::kHalf},
                                           {"BF16", c10::kBFloat16},
                                           {"I64", c10::kLong},
                                           {"I32", c10::kInt},
                                           {"I16", c10::kShort},
                                           {"I8", c10::kChar},
                                           {"U8", c10::kByte},
                                           {"BOOL", c10::kBool}}};

const char* name_of(c10::ScalarType type, const std::string& tensor) {
  for (const auto& t : kTypes) {
    if (t.type == type) return t.name;
  }
  throw Error(fmt::format("tensor '{}' has a type that safetensors cannot hold", tensor));
}

torch::Tensor tensor_of(const TensorBytes& stored) {
  const auto* const type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return stored.dtype == t.name; });
  auto out = torch::empty(stored.shape, torch::TensorOptions().dtype(type->type));
  if (!stored.bytes.empty()) std::memcpy(out.data_ptr(), stored.bytes.data(), stored.bytes.size());
  return out;
}

}  // namespace

void save_tensors(const std::filesystem::path& path, const TensorDict& tensors, const TensorMeta& meta) {
  std::vector<torch::Tensor> rows;  // keeps alive what the views below are of
  std::map<std::string, TensorBytes> parts;
  for (const auto& [name, tensor] : tensors) {
    const auto& t = rows.emplace_back(tensor.detach().cpu().contiguous());
    parts[name] = {name_of(t.scalar_type(), name), t.sizes().vec(), {static_cast<const char*>(t.data_ptr()), t.nbytes()}};
  }
  write_tensor_file(path, parts, meta);
}

StoredTensors read_tensors(const std::filesystem::path& path) {
  const auto file = TensorFile::read(path);
  if (!file) throw Error(file.error().front().text());
  return {tensors_of(*file), file->texts(), file->has_checksum()};
}

TensorDict tensors_of(const TensorFile& file) {
  TensorDict out;
  for (const auto& [name, tensor] : file.tensors()) out.emplace(name, tensor_of(tensor));
  return out;
}

TensorDict load_tensors(const std::filesystem::path& path) { return read_tensors(path).tensors; }

}  // namespace kdbench::inline train
