// The cache of the catalog, which anybody may have written into the folder of caches.
#include "fuzz.h"
#include "json_mutator.h"

#include <kdbench/cli/catalog_cache.h>

FUZZ_TARGET(catalog) {
  using namespace kdbench;
  static const auto folder = fuzz::file_of(data, 0, "here").parent_path();
  ::setenv("XDG_CACHE_HOME", folder.c_str(), 1);
  static const auto file = [] {
    const CatalogCache cache(WorkerSetup{"worker", {}, {}, {}});
    cache.put({});
    return std::filesystem::directory_iterator(folder / "kdbench")->path();
  }();
  std::filesystem::rename(fuzz::file_of(data, size, "catalog"), file);
  const auto catalog = CatalogCache(WorkerSetup{"worker", {}, {}, {}}).get();
  if (!catalog) return;
  const auto written = to_document(*catalog);
  const auto again = from_document<CatalogDocument>(written, "catalog.json");
  fuzz::require(fuzz::accepted(again) && to_document(*again) == written, "what was written is read the same");
}
