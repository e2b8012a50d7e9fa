#include "files.h"

#include <kdbench/sdk/error.h>

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace images {
namespace {

bool is_image_name(const fs::path& path) {
  auto ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

}  // namespace

std::vector<std::string> subfolders(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (entry.is_directory(ec) && !is_hidden(entry.path())) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<File> image_files(const fs::path& folder) {
  std::vector<File> files;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (is_image_name(entry.path()) && !is_hidden(entry.path()) && entry.is_regular_file(ec))
      files.push_back(file_at(entry.path()));
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path.native() < b.path.native(); });
  return files;
}

File file_at(const fs::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) throw kdbench::Error("cannot find the file " + path.string());
  return {path, static_cast<std::uint64_t>(facts.st_size),
          std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const auto size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) throw kdbench::Error("cannot open " + path.string() + ": " + std::strerror(errno));
  Bytes bytes(static_cast<std::size_t>(size));
  in.seekg(0);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), size))
    throw kdbench::Error("cannot read " + path.string() + ": " + std::strerror(errno));
  return bytes;
}

std::string listed(const std::vector<std::string>& names, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) out += (i > 0 ? ", " : "") + names[i];
  return out + (names.size() > most ? ", ..." : "");
}

}  // namespace images
