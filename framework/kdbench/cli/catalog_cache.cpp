#include <kdbench/cli/catalog_cache.h>

#include <kdbench/base/files.h>
#include <kdbench/base/hash.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

fs::path cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') return fs::path(cache) / "kdbench";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return fs::path(home) / ".cache" / "kdbench";
  return {};
}

Json identity(const fs::path& file) {
  struct stat facts {};
  std::error_code ec;
  if (::stat(file.c_str(), &facts) != 0) return {file.string(), nullptr};
  const auto nanoseconds = std::int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec;
  return {file.string(), fs::absolute(file, ec).string(), facts.st_size, nanoseconds, facts.st_dev, facts.st_ino};
}

Json identity_of(const WorkerSetup& setup) {
  Json out = {identity(setup.worker)};
  for (const auto& plugin : setup.plugins) out.push_back(identity(plugin));
  for (const auto& folder : setup.plugin_folders) {
    std::vector<fs::path> files;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(folder, ec)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    out.push_back(folder);
    for (const auto& file : files) out.push_back(identity(file));
  }
  return out;
}

}  // namespace

CatalogCache::CatalogCache(const WorkerSetup& setup) {
  const auto folder = cache_folder();
  const auto text = identity_of(setup).dump(-1, ' ', false, Json::error_handler_t::replace);
  if (!folder.empty()) file_ = folder / ("catalog-" + sha256_hex(text).substr(0, 32) + ".json");
}

std::optional<CatalogDocument> CatalogCache::get() const {
  if (file_.empty()) return std::nullopt;
  const auto found = read_json(file_);
  if (!found) return std::nullopt;
  auto catalog = from_document<CatalogDocument>(*found, file_.string());
  return catalog ? std::optional(std::move(*catalog)) : std::nullopt;
}

void CatalogCache::put(const CatalogDocument& catalog) const {
  const bool whole = std::all_of(catalog.libraries.begin(), catalog.libraries.end(), [](const auto& l) { return l.ok; });
  if (file_.empty() || !whole) return;
  try {
    write_file_atomically(file_, to_document(catalog).dump());
  } catch (const std::exception&) {
    // A cache that cannot be written is a cache that is not there.
  }
}

}  // namespace kdbench::inline cli
