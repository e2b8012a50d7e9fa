#include <kdbench/base/files.h>
#include <kdbench/base/json.h>
#include <kdbench/sdk/error.h>
#include <kdbench/train/network/safetensors.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace kdbench::inline train {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

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

/// One tensor inside a file, checked as it is read.
class Reader {
 public:
  Reader(const std::filesystem::path& path, std::string data) : path_(path), data_(std::move(data)) {
    std::uint64_t length = 0;
    if (data_.size() < 8) fail("it is shorter than 8 bytes");
    std::memcpy(&length, data_.data(), 8);
    if (length > data_.size() - 8) fail("its header is longer than the file");
    header_ = Json::parse(data_.begin() + 8, data_.begin() + 8 + static_cast<std::ptrdiff_t>(length), nullptr, false);
    if (!header_.is_object()) fail("its header is no JSON object");
    body_ = 8 + length;
  }

  TensorDict read(TensorMeta* meta) const {
    TensorDict out;
    for (const auto& [name, entry] : header_.items()) {
      if (name != "__metadata__")
        out.emplace(name, tensor(name, entry));
      else if (meta)
        *meta = entry.get<TensorMeta>();
    }
    return out;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("{} is no valid safetensors file: {}", path_.string(), why));
  }

  torch::Tensor tensor(const std::string& name, const Json& entry) const {
    try {
      const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return entry.at("dtype") == t.name; });
      if (type == kTypes.end()) fail(fmt::format("tensor '{}' has the unknown type {}", name, entry.at("dtype").dump()));
      const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
      const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
      std::uint64_t bytes = c10::elementSize(type->type);
      for (const auto size : shape) {
        if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) fail("a shape overflows");
      }
      const auto available = data_.size() - body_;
      if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > available || offsets[1] - offsets[0] != bytes) {
        fail(fmt::format("the bytes of tensor '{}' do not match its shape or the file's size", name));
      }
      auto out = torch::empty(shape, torch::TensorOptions().dtype(type->type));
      if (bytes > 0) std::memcpy(out.data_ptr(), data_.data() + body_ + offsets[0], bytes);
      return out;
    } catch (const Json::exception& error) {
      fail(fmt::format("the entry of tensor '{}': {}", name, error.what()));
    }
  }

  std::filesystem::path path_;
  std::string data_;
  Json header_;
  std::size_t body_ = 0;
};

}  // namespace

void save_tensors(const std::filesystem::path& path, const TensorDict& tensors, const TensorMeta& meta) {
  std::vector<std::pair<std::string, torch::Tensor>> parts;
  for (const auto& [name, tensor] : tensors) parts.emplace_back(name, tensor.detach().cpu().contiguous());
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.second.element_size() > b.second.element_size(); });
  auto header = Json::object();
  if (!meta.empty()) header["__metadata__"] = meta;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : parts) {
    header[name] = {{"dtype", name_of(tensor.scalar_type(), name)},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  auto text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string file(reinterpret_cast<const char*>(&length), 8);
  file += text;
  file.reserve(file.size() + offset);
  for (const auto& [name, tensor] : parts) file.append(static_cast<const char*>(tensor.data_ptr()), tensor.nbytes());
  write_file_atomically(path, file);
}

TensorDict load_tensors(const std::filesystem::path& path, TensorMeta* meta) {
  auto data = read_file(path);
  if (!data) throw Error(data.error().front().text());
  return Reader(path, std::move(*data)).read(meta);
}

}  // namespace kdbench::inline train
