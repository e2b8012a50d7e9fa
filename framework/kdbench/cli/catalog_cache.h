/// CatalogCache: the catalog of a set of libraries, kept until one of them, or the worker, changes.
#pragma once
#include <kdbench/protocol/catalog_document.h>
#include <kdbench/run/process/ask.h>

#include <filesystem>
#include <optional>

namespace kdbench::inline cli {

/// One file under $XDG_CACHE_HOME/kdbench (or ~/.cache/kdbench), named after path, size, time and
/// inode of every library and of the worker. Losing it costs a second; it never makes a verb fail.
class CatalogCache {
 public:
  explicit CatalogCache(const WorkerSetup& setup);

  /// Nothing where none is kept, or one of another version.
  std::optional<CatalogDocument> get() const;
  /// Keeps a catalog in which every library was loaded: a refusal may have a cause outside the
  /// file.
  void put(const CatalogDocument& catalog) const;

 private:
  std::filesystem::path file_;  ///< empty: there is nowhere to keep it
};

}  // namespace kdbench::inline cli
