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

/// Regular files at or below `path`, sorted.
std::vector<fs::path> files_at(const fs::path& path) {
  std::error_code ec;
  if (fs::is_regular_file(path, ec)) return {path};
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(path, ec); !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    if (it->path().filename() == ".kdbench-cache")
      it.disable_recursion_pending();  // what data sets keep there, not data
    else if (it->is_regular_file(ec))
      files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::string content_fingerprint(const fs::path& path) {
  const auto files = files_at(path);
  if (files.empty()) return "";
  Sha256 sha;
  std::uintmax_t left = kHashed;
  std::vector<char> buffer(1 << 20);
  for (const auto& file : files) {
    std::error_code ec;
    const auto bytes = fs::file_size(file, ec);
    const auto head = fmt::format("{} {}\n", file == path ? "" : fs::relative(file, path, ec).string(), bytes);
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
