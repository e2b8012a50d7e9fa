/// What of a store may go: leftovers that no record and no plan needs, and all of a suite.
#pragma once
#include <kdbench/results/store.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::inline results {

/// Files and folders of a store, and what they take on the disk.
struct Removable {
  std::vector<std::filesystem::path> paths;
  std::uintmax_t bytes = 0;
};

/// True for a regular file, no link, named by 64 hexadecimal digits and ".safetensors": what a store may delete of its caches by
/// itself.
bool is_cached_logits(const std::filesystem::path& file);

/// Artifacts of jobs that have no record and stand in no stored plan, and cached logits of teachers, which are computed again
/// where they are wanted. A job of a stored plan that was stopped keeps its checkpoint. Links, and whatever kdbench did not
/// write, are not among them.
Removable unneeded(const Store& store);

/// The plan of a suite, and records and artifacts of the jobs that stand in no other stored plan.
/// @returns what is wrong with a plan that cannot be read: whether its jobs are shared is then unknown
Result<Removable> of_suite(const Store& store, const std::string& suite);

/// Removes them. @throws std::filesystem::filesystem_error for what cannot be removed; what was before it is gone
void remove_all(const Removable& removable);

}  // namespace kdbench::inline results
