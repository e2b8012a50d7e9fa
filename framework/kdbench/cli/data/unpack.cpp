#include <kdbench/cli/data/unpack.h>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <memory>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

using Reader = std::unique_ptr<archive, int (*)(archive*)>;
using Writer = std::unique_ptr<archive, int (*)(archive*)>;

constexpr std::size_t kBlock = 1u << 20;

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

}  // namespace

Result<std::size_t> unpack(const fs::path& file, const fs::path& folder) {
  const Reader in(archive_read_new(), archive_read_free);
  const Writer out(archive_write_disk_new(), archive_write_free);
  const auto failed = [&](archive* which) {
    const auto* text = archive_error_string(which);
    return Diagnostic{file.string(), {}, fmt::format("cannot be unpacked: {}", text != nullptr ? text : "unknown format")};
  };
  archive_read_support_filter_all(in.get());
  archive_read_support_format_tar(in.get());
  archive_read_support_format_zip(in.get());
  archive_write_disk_set_options(out.get(), ARCHIVE_EXTRACT_TIME);
  if (archive_read_open_filename(in.get(), file.c_str(), kBlock) != ARCHIVE_OK) return failed(in.get());
  fs::create_directories(folder);
  const auto root = fs::absolute(folder);
  std::size_t files = 0;
  for (archive_entry* entry = nullptr;;) {
    const int code = archive_read_next_header(in.get(), &entry);
    if (code == ARCHIVE_EOF) break;
    if (code < ARCHIVE_WARN) return failed(in.get());
    const auto target = target_of(entry, root);
    if (!target) return Diagnostic{file.string(), {}, target.error().front().message};
    files += archive_entry_filetype(entry) == AE_IFREG ? 1 : 0;
    archive_entry_set_pathname(entry, target->c_str());
    if (archive_read_extract2(in.get(), entry, out.get()) < ARCHIVE_WARN)
      return failed(archive_error_string(in.get()) != nullptr ? in.get() : out.get());
  }
  if (archive_write_close(out.get()) != ARCHIVE_OK) return failed(out.get());
  return files;
}

}  // namespace kdbench::inline cli
