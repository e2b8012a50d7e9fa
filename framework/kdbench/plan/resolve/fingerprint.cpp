#include <kdbench/base/hash.h>
#include <kdbench/plan/resolve/fingerprint.h>

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <vector>

namespace kdbench::inline plan {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kHashed = std::uintmax_t{256} << 20;

/// A file of data, by the name under which the folder shows it.
struct NamedFile {
  fs::path path;
  std::string name;  ///< relative to the folder; links on the way are names like any other
};

/// Lists what a folder shows, through symbolic links as its readers see it.
class Listing {
 public:
  std::vector<NamedFile> take() {
    std::sort(files_.begin(), files_.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::move(files_);
  }

  void add_folder(const fs::path& folder, const fs::path& name) {
    std::error_code ec;
    const auto real = fs::canonical(folder, ec);
    if (ec || holds_what_is_listed(real)) return;  // a link back would be followed for ever
    inside_.push_back(real);
    for (auto it = fs::directory_iterator(folder, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) {
      add(*it, name / it->path().filename());
    }
    inside_.pop_back();
  }

 private:
  /// True for a folder that is being listed, and for one above it.
  bool holds_what_is_listed(const fs::path& real) const {
    return std::any_of(inside_.begin(), inside_.end(), [&](const auto& folder) {
      return std::mismatch(real.begin(), real.end(), folder.begin(), folder.end()).first == real.end();
    });
  }

  void add(const fs::directory_entry& entry, const fs::path& name) {
    std::error_code ec;
    if (name.filename() == ".kdbench-cache") return;  // what data sets keep there, not data
    if (entry.is_directory(ec))
      add_folder(entry.path(), name);
    else if (entry.is_regular_file(ec))
      files_.push_back({entry.path(), name.string()});
  }

  std::vector<fs::path> inside_;  ///< the real folders that are being listed, the outermost first
  std::vector<NamedFile> files_;
};

std::vector<NamedFile> files_at(const fs::path& path) {
  std::error_code ec;
  if (fs::is_regular_file(path, ec)) return {{path, ""}};
  Listing listing;
  listing.add_folder(path, "");
  return listing.take();
}

}  // namespace

std::string content_fingerprint(const fs::path& path) {
  const auto files = files_at(path);
  if (files.empty()) return "";
  Sha256 sha;
  std::uintmax_t left = kHashed;
  std::vector<char> buffer(1 << 20);
  for (const auto& [file, name] : files) {
    std::error_code ec;
    const auto bytes = fs::file_size(file, ec);
    const auto head = fmt::format("{} {}\n", name, bytes);
    sha.update(head.data(), head.size());
    if (bytes > left) continue;
    left -= bytes;
    std::ifstream in(file, std::ios::binary);
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
      sha.update(buffer.data(), static_cast<std::size_t>(in.gcount()));
    }
  }
  return sha.hex().substr(0, 32);
}

}  // namespace kdbench::inline plan
