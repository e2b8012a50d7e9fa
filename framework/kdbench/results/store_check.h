/// Whether what a store holds is what was written.
#pragma once
#include <kdbench/results/store.h>

#include <cstddef>
#include <string>
#include <vector>

namespace kdbench::inline results {

/// Something in a store that cannot be used, and what becomes of it.
struct Damage {
  std::string what;    ///< names the file
  std::string remedy;  ///< what a run does about it, or what to do
};

struct StoreCheck {
  std::size_t records = 0, files = 0;  ///< that were read
  std::size_t without_checksum =
      0;  ///< files among them that were written before there were checksums: their form was checked alone
  std::vector<Damage> damages;
};

/// Reads every record, every plan, and every file of the artifacts and caches.
StoreCheck check_store(const Store& store);

}  // namespace kdbench::inline results
