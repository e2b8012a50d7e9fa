#include <kdbench/cli/data/unpack.h>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

using Reader = std::unique_ptr<archive, int (*)(archive*)>;
using Writer = std::unique_ptr<archive, int (*)(archive*)>;

constexpr std::size_t kBlock = 1u << 20;
/// What is unpacked may have so many times the bytes of its archive: images hardly shrink, and text shrinks to a tenth.
constexpr std::uint64_t kMostExpansion = 100;
/// And so many more, for archives of a few bytes.
constexpr std::uint64_t kFreeBytes = 1u << 20;
/// What an entry costs that holds nothing.
constexpr std::uint64_t kEntryBytes = 512;

/// Returns where an entry is to be written, or why it is not.
Result<fs::path> target_of(archive_entry* entry, const fs::path& folder) {
  const auto* name = archive_entry_pathname(entry);
  const fs::path path = name != nullptr ? name : "";
  const auto refused = [&](const char* why) {
    return Diagnostic{"", {}, fmt::format("'{}' {}; nothing of it is used", path.string(), why)};
  };
  const bool climbs = std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
  if (path.empty() || path.is_absolute() || climbs) return refused("leads out of the folder");
  const auto type = archive_entry_filetype(entry);
  if (archive_entry_hardlink(entry) != nullptr || (type != AE_IFREG && type != AE_IFDIR))
    return refused("is neither file nor folder");
  return folder / path;
}

/// The compressions that data sets come in. libarchive knows others, some of which are programs that it would start.
void support_formats(archive* in) {
  archive_read_support_filter_gzip(in);
  archive_read_support_filter_bzip2(in);
  archive_read_support_filter_xz(in);
  archive_read_support_filter_lzma(in);
  archive_read_support_filter_zstd(in);
  archive_read_support_format_tar(in);
  archive_read_support_format_zip(in);
}

/// One archive from start to end.
class Unpacking {
 public:
  Unpacking(const fs::path& file, const fs::path& folder) : file_(file), root_(fs::absolute(folder)) {
    std::error_code ec;
    const auto bytes = fs::file_size(file, ec);
    left_ = kFreeBytes + (ec ? 0 : kMostExpansion * bytes);
  }

  Result<std::size_t> run() {
    support_formats(in_.get());
    archive_write_disk_set_options(out_.get(), ARCHIVE_EXTRACT_TIME);
    if (archive_read_open_filename(in_.get(), file_.c_str(), kBlock) != ARCHIVE_OK) return failed(in_.get());
    for (archive_entry* entry = nullptr;;) {
      const int code = archive_read_next_header(in_.get(), &entry);
      if (code == ARCHIVE_EOF) break;
      if (code < ARCHIVE_WARN) return failed(in_.get());
      if (auto why = write(entry)) return *why;
    }
    if (archive_write_close(out_.get()) != ARCHIVE_OK) return failed(out_.get());
    return files_;
  }

 private:
  Diagnostic failed(archive* which) const {
    const auto* text = archive_error_string(which);
    return Diagnostic{file_.string(), {}, fmt::format("cannot be unpacked: {}", text != nullptr ? text : "unknown format")};
  }

  /// Takes the bytes from what may still be written; false where they are more.
  bool take(std::uint64_t bytes) {
    const bool fits = bytes <= left_;
    left_ -= fits ? bytes : 0;
    return fits;
  }

  Diagnostic too_large() const {
    return Diagnostic{
        file_.string(),
        {},
        fmt::format("cannot be unpacked: it holds more than {} times its own size, which no data set does", kMostExpansion)};
  }

  std::optional<Diagnostic> write(archive_entry* entry) {
    const auto target = target_of(entry, root_);
    if (!target) return Diagnostic{file_.string(), {}, target.error().front().message};
    files_ += archive_entry_filetype(entry) == AE_IFREG ? 1 : 0;
    const auto promised = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : 0;
    if (promised < 0 || static_cast<std::uint64_t>(promised) > left_ || !take(kEntryBytes)) return too_large();
    archive_entry_set_pathname(entry, target->c_str());
    if (archive_write_header(out_.get(), entry) < ARCHIVE_WARN) return failed(out_.get());
    for (;;) {
      const void* data = nullptr;
      std::size_t bytes = 0;
      std::int64_t at = 0;
      const int code = archive_read_data_block(in_.get(), &data, &bytes, &at);
      if (code == ARCHIVE_EOF) break;
      if (code < ARCHIVE_WARN) return failed(in_.get());
      if (!take(bytes)) return too_large();
      if (archive_write_data_block(out_.get(), data, bytes, at) < ARCHIVE_WARN) return failed(out_.get());
    }
    if (archive_write_finish_entry(out_.get()) < ARCHIVE_WARN) return failed(out_.get());
    return std::nullopt;
  }

  Reader in_{archive_read_new(), archive_read_free};
  Writer out_{archive_write_disk_new(), archive_write_free};
  fs::path file_, root_;
  std::uint64_t left_ = 0;
  std::size_t files_ = 0;
};

}  // namespace

Result<std::size_t> unpack(const fs::path& file, const fs::path& folder) {
  fs::create_directories(folder);
  return Unpacking(file, folder).run();
}

}  // namespace kdbench::inline cli
