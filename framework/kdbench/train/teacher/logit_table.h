/// Without augmentation the teacher says the same in every epoch: its logits for every training row, computed once and kept in
/// the store for the next study.
#pragma once
#include <kdbench/train/data/train_data.h>
#include <kdbench/train/teacher/teacher.h>

#include <atomic>
#include <filesystem>
#include <string>

namespace kdbench::inline train {

/// Returns [N_train, K] float logits on the data's device, in order of the training rows. Reads them from `file` if it is a
/// whole file with this `key`, else computes them on `threads` threads and writes the file.
/// @param key identifies teacher, checkpoint and data; a file of another key is not used
torch::Tensor teacher_logits(const TrainData& data, const Teacher& teacher, std::size_t threads,
                             const std::filesystem::path& file, const std::string& key, const std::atomic<bool>& stop);

/// Removes the files of `folder` that were not used for longest, until it holds at most `limit_bytes`.
void bound_folder(const std::filesystem::path& folder, std::uintmax_t limit_bytes);

}  // namespace kdbench::inline train
