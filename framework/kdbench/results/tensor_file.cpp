#include <kdbench/results/tensor_file.h>

#include <kdbench/base/files.h>
#include <kdbench/base/hash.h>
#include <kdbench/base/json.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

namespace kdbench::inline results {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

constexpr const char *kTexts = "__metadata__", *kChecksum = "file_sha256";

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 10> kElementBytes{
    {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4}, {"I16", 2}, {"I8", 1}, {"U8", 1}, {"BOOL", 1}}};

/// Bytes of an element of the type; 0 for a type that the format lacks.
std::uint64_t element_bytes(std::string_view dtype) {
  const auto* const found =
      std::find_if(kElementBytes.begin(), kElementBytes.end(), [&](const auto& t) { return t.first == dtype; });
  return found == kElementBytes.end() ? 0 : found->second;
}

/// What else a file is that is no safetensors file, with what to do; empty where that cannot be told by its first bytes.
std::string other_kind(std::string_view data) {
  constexpr const char* kRemedy = "; networks are kept as safetensors, save its state_dict by that library";
  if (data.starts_with("PK\x03\x04")) return fmt::format(": it is a zip archive, as torch.save and TorchScript write{}", kRemedy);
  if (data.starts_with("\x80\x02")) return fmt::format(": it is a pickle, as torch.save wrote before PyTorch 1.6{}", kRemedy);
  return "";
}

/// Of the header, which has no checksum yet, and of what follows it.
std::string checksum_of(const Json& header, std::string_view body) {
  const auto text = header.dump();
  return Sha256().update(text.data(), text.size()).update(body.data(), body.size()).hex();
}

}  // namespace

/// Checks a file as it takes it apart. What is wrong is thrown and becomes the diagnostic of read().
class TensorFileParser {
 public:
  explicit TensorFileParser(std::string data) { file_.data_ = std::make_shared<const std::string>(std::move(data)); }

  TensorFile parse() {
    split();
    take_texts();
    for (const auto& [name, entry] : header_.items()) {
      if (name == kTexts) continue;
      try {
        file_.tensors_.emplace(name, tensor(name, entry));
      } catch (const Json::exception& error) {
        fail(fmt::format("the entry of tensor '{}': {}", name, error.what()));
      }
    }
    return std::move(file_);
  }

 private:
  [[noreturn]] static void fail(const std::string& why) { throw std::runtime_error(why); }

  void split() {
    const auto& data = *file_.data_;
    std::uint64_t length = 0;
    if (data.size() < sizeof(length)) fail("it is shorter than 8 bytes");
    std::memcpy(&length, data.data(), sizeof(length));
    if (length > data.size() - sizeof(length)) fail("its header is longer than the file" + other_kind(data));
    const auto begin = data.begin() + sizeof(length), end = begin + static_cast<std::ptrdiff_t>(length);
    const auto header = parse_json({begin, end}, "header");
    if (!header || !header->is_object()) fail("its header is no JSON object" + other_kind(data));
    header_ = *header;
    body_ = std::string_view(data).substr(sizeof(length) + length);
  }

  void take_texts() {
    const auto texts = header_.find(kTexts);
    if (texts == header_.end()) return;
    try {
      file_.texts_ = texts->get<std::map<std::string, std::string>>();
    } catch (const Json::exception& error) {
      fail(fmt::format("its texts: {}", error.what()));
    }
    const auto kept = file_.texts_.find(kChecksum);
    if (kept == file_.texts_.end()) return;
    auto bare = header_;
    bare.at(kTexts).erase(kChecksum);
    if (const auto now = checksum_of(bare, body_); now != kept->second) {
      fail(fmt::format("it was damaged since it was written: expected the checksum {:.12}..., found {:.12}...", kept->second,
                       now));
    }
    file_.texts_.erase(kept);
    file_.has_checksum_ = true;
  }

  /// A real number would be cut to an integer, or to none where it is large.
  template <class T>
  static std::vector<T> integers(const std::string& name, const Json& list) {
    const bool right = std::all_of(list.begin(), list.end(), [](const Json& item) { return item.is_number_unsigned(); });
    if (!list.is_array() || !right) fail(fmt::format("the entry of tensor '{}': expected integers of at least 0", name));
    return list.get<std::vector<T>>();
  }

  TensorBytes tensor(const std::string& name, const Json& entry) const {
    TensorBytes out;
    out.dtype = entry.at("dtype").get<std::string>();
    out.shape = integers<std::int64_t>(name, entry.at("shape"));
    const auto offsets = integers<std::uint64_t>(name, entry.at("data_offsets"));
    auto bytes = element_bytes(out.dtype);
    if (bytes == 0) fail(fmt::format("tensor '{}' has the unknown type \"{}\"", name, out.dtype));
    for (const auto size : out.shape) {
      if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) fail("a shape overflows");
    }
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > body_.size() || offsets[1] - offsets[0] != bytes) {
      fail(fmt::format("the bytes of tensor '{}' do not match its shape or the file's size", name));
    }
    out.bytes = body_.substr(offsets[0], bytes);
    return out;
  }

  TensorFile file_;
  Json header_;
  std::string_view body_;
};

Result<TensorFile> TensorFile::read(const std::filesystem::path& path) {
  auto data = read_file(path);
  if (!data) return data.error();
  try {
    return TensorFileParser(std::move(*data)).parse();
  } catch (const std::runtime_error& error) {
    return Diagnostic{path.string(), {}, fmt::format("is no valid safetensors file: {}", error.what())};
  }
}

std::string TensorFile::tensors_sha256() const {
  Sha256 sha;
  for (const auto& [name, tensor] : tensors_)
    sha.update(name.data(), name.size()).update(tensor.bytes.data(), tensor.bytes.size());
  return sha.hex();
}

void write_tensor_file(const std::filesystem::path& path, const std::map<std::string, TensorBytes>& tensors,
                       const std::map<std::string, std::string>& texts) {
  std::vector<std::pair<std::string, const TensorBytes*>> parts;
  for (const auto& [name, tensor] : tensors) {
    if (element_bytes(tensor.dtype) == 0)
      throw std::invalid_argument(fmt::format("safetensors has no type \"{}\"", tensor.dtype));
    parts.emplace_back(name, &tensor);
  }
  // The widest elements first, so that all of them are aligned.
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return element_bytes(a.second->dtype) > element_bytes(b.second->dtype); });
  auto header = Json::object();
  header[kTexts] = texts;
  std::string body;
  for (const auto& [name, tensor] : parts) {
    header[name] = {
        {"dtype", tensor->dtype}, {"shape", tensor->shape}, {"data_offsets", {body.size(), body.size() + tensor->bytes.size()}}};
    body += tensor->bytes;
  }
  header[kTexts][kChecksum] = checksum_of(header, body);
  auto text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof(length));
  file += text;
  file += body;
  write_file_atomically(path, file);
}

}  // namespace kdbench::inline results
