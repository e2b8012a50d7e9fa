#include <kdbench/base/hash.h>
#include <kdbench/base/text.h>
#include <kdbench/registry/elf_stamp.h>

#include <elf.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace kdbench::inline registry {
namespace {

namespace fs = std::filesystem;

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "kdbench knows the ELF machine numbers of x86-64 and aarch64 only"
#endif

struct NotAPlugin : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A file whose every read is checked against its size.
class ElfFile {
 public:
  explicit ElfFile(const fs::path& path) : size_(fs::file_size(path)), in_(path, std::ios::binary) {
    if (!in_) throw NotAPlugin("cannot be opened");
  }
  std::uint64_t size() const { return size_; }
  bool holds(std::uint64_t offset, std::uint64_t bytes) const { return offset <= size_ && bytes <= size_ - offset; }
  void read(std::uint64_t offset, void* to, std::uint64_t bytes) {
    if (!holds(offset, bytes)) throw NotAPlugin("truncated ELF file");
    in_.seekg(static_cast<std::streamoff>(offset));
    in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
    if (!in_) throw NotAPlugin("cannot be read");
  }

 private:
  std::uint64_t size_;
  std::ifstream in_;
};

Elf64_Ehdr read_header(ElfFile& file) {
  Elf64_Ehdr header;
  if (file.size() < sizeof header) throw NotAPlugin("not a shared library (too short)");
  file.read(0, &header, sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) throw NotAPlugin("not a shared library (no ELF header)");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
    throw NotAPlugin("not a 64-bit little-endian ELF file");
  }
  if (header.e_machine != kMachine) throw NotAPlugin("built for another processor");
  if (header.e_type != ET_DYN) throw NotAPlugin("an ELF file, but not a shared library");
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > 512) throw NotAPlugin("corrupt ELF program header");
  return header;
}

/// The descriptor of the first note of that name and type.
std::optional<std::string> find_note(const std::string& notes, std::string_view name, std::uint32_t type) {
  const auto padded = [](std::uint32_t n) { return (std::size_t{n} + 3) & ~std::size_t{3}; };
  for (std::size_t at = 0; at + 12 <= notes.size();) {
    std::uint32_t words[3];  // name size, descriptor size, type
    std::memcpy(words, &notes[at], sizeof words);
    at += sizeof words;
    const auto name_bytes = padded(words[0]), text_bytes = padded(words[1]);
    if (name_bytes > notes.size() - at || text_bytes > notes.size() - at - name_bytes) break;
    if (words[2] == type && words[0] == name.size() && std::memcmp(&notes[at], name.data(), name.size()) == 0)
      return notes.substr(at + name_bytes, words[1]);
    at += name_bytes + text_bytes;
  }
  return std::nullopt;
}

/// The notes of a library that is whole, a text for each segment of them.
std::vector<std::string> notes_of(ElfFile& file) {
  const auto header = read_header(file);
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (!segments.empty()) file.read(header.e_phoff, segments.data(), sizeof(Elf64_Phdr) * segments.size());
  for (const auto& s : segments) {
    if (s.p_type == PT_LOAD && !file.holds(s.p_offset, s.p_filesz)) throw NotAPlugin("truncated ELF file");
  }
  std::vector<std::string> out;
  for (const auto& s : segments) {
    if (s.p_type != PT_NOTE || s.p_filesz == 0) continue;
    if (s.p_filesz > (1U << 20)) throw NotAPlugin("corrupt ELF note");
    file.read(s.p_offset, out.emplace_back(s.p_filesz, 0).data(), s.p_filesz);
  }
  return out;
}

std::optional<std::string> find_note(const std::vector<std::string>& notes, std::string_view name, std::uint32_t type) {
  for (const auto& segment : notes) {
    if (auto found = find_note(segment, name, type)) return found;
  }
  return std::nullopt;
}

constexpr std::string_view kStampName{"KDBENCH\0", 8}, kBuildIdName{"GNU\0", 4};
constexpr std::size_t kHashBytes = 20;

/// Of other lengths are numbers that somebody chose, and random ones.
std::optional<std::string> build_id(const std::vector<std::string>& notes) {
  const auto id = find_note(notes, kBuildIdName, NT_GNU_BUILD_ID);
  return id && id->size() == kHashBytes ? id : std::nullopt;
}

std::string sha256_of(ElfFile& file) {
  Sha256 sha;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (std::uint64_t at = 0; at < file.size();) {
    const auto bytes = std::min<std::uint64_t>(buffer.size(), file.size() - at);
    file.read(at, buffer.data(), bytes);
    sha.update(buffer.data(), bytes);
    at += bytes;
  }
  return sha.hex();
}

LibraryFacts facts_of(ElfFile& file) {
  const auto notes = notes_of(file);
  const auto stamp = find_note(notes, kStampName, 1);
  if (!stamp) throw NotAPlugin("not a kdbench plugin (no KDBENCH stamp)");
  const auto id = build_id(notes);
  return {stamp->c_str(), id ? "build-id:" + to_hex(*id) : "sha256:" + sha256_of(file)};
}

}  // namespace

Result<LibraryFacts> read_library(const fs::path& path) {
  const auto refuse = [&](const std::string& why) { return Diagnostic{path.string(), {}, why}; };
  std::error_code ec;
  const auto status = fs::status(path, ec);
  if (!fs::exists(status)) return refuse("no such file");
  if (fs::is_directory(status)) return refuse("is a directory");
  if (!fs::is_regular_file(status)) return refuse("not a regular file");
  try {
    ElfFile file(path);
    return facts_of(file);
  } catch (const std::exception& error) {
    return refuse(error.what());
  }
}

std::map<std::string, std::string> parse_stamp(const std::string& stamp) {
  std::map<std::string, std::string> fields;
  for (std::size_t at = 0; at < stamp.size();) {
    const auto end = std::min(stamp.find(';', at), stamp.size());
    const auto equals = stamp.find('=', at);
    if (equals < end) fields[stamp.substr(at, equals - at)] = stamp.substr(equals + 1, end - equals - 1);
    at = end + 1;
  }
  return fields;
}

std::string stamp_mismatch(const std::string& plugin_stamp, const std::string& host_stamp) {
  auto plugin = parse_stamp(plugin_stamp), host = parse_stamp(host_stamp);
  std::vector<std::string> reasons;
  for (const char* key : {"abi", "torch", "cxx11abi", "stdlib", "sanitizer"}) {
    if (plugin[key] != host[key]) reasons.push_back(fmt::format("{}: plugin {}, host {}", key, plugin[key], host[key]));
  }
  return join(reasons, "; ");
}

}  // namespace kdbench::inline registry
