/// Jobs that are done and trained again, because another suite wants a state of theirs that was not kept. Training gives the
/// same network again; the record stays as it is and only artifacts are added.
#pragma once
#include <kdbench/results/store.h>

#include <filesystem>
#include <string>

namespace kdbench::inline train {

/// Where the artifacts of a job in training go: its folder in the store, or, for a job that is done, one beside what is kept.
std::filesystem::path training_folder(const Store& store, const std::string& job);

/// True for a folder that training_folder() gave for a job that was done.
bool is_completion(const std::filesystem::path& folder);

/// Moves the artifacts in `folder` to those that are kept, if `now` ended with the weights that the kept record names.
/// @throws kdbench::Error if it did not; what was trained again is then thrown away
void complete_artifacts(const Store& store, const std::filesystem::path& folder, const RunRecord& now);

}  // namespace kdbench::inline train
