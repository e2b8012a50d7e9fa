/// Jobs that are done and trained again. Either another suite wants a state of theirs that was not kept: training gives the same
/// network again, the record stays as it is and only artifacts are added. Or their result is that of another build: record and
/// artifacts are replaced, once the new ones are whole.
#pragma once
#include <kdbench/results/store.h>

#include <filesystem>
#include <string>

namespace kdbench::inline train {

/// Where the artifacts of a job in training go: its folder in the store, or, for a job that is done, one beside what is kept.
std::filesystem::path training_folder(const Store& store, const std::string& job);

/// True for a folder that training_folder() gave for a job that was done.
bool is_completion(const std::filesystem::path& folder);

/// Notes in a training folder what the training comes from. What lies there of a training that came from something else, a
/// checkpoint of another build for instance, is thrown away first. @returns whether anything was
bool begin_training(const std::filesystem::path& folder, const Origin& now);
/// Removes that note and the checkpoint: what lies there is whole, and a record that is in the store tells so. Before it is, they
/// stay, so that who is cut off there has an epoch to do again and not all of them.
void end_training(const std::filesystem::path& folder);

/// Moves the artifacts in `folder` to those that are kept, if `now` ended with the weights that the kept record names.
/// @throws kdbench::Error if it did not; what was trained again is then thrown away
void complete_artifacts(const Store& store, const std::filesystem::path& folder, const RunRecord& now);

/// Puts the artifacts in `folder` in place of those that are kept, and withdraws their record; the caller puts the new one. A job
/// that is cut off in between has no record, so it is trained once more.
void replace_artifacts(const Store& store, const std::filesystem::path& folder, const std::string& job);

}  // namespace kdbench::inline train
