/// How the students of a session get at what the teacher says: from a table of its logits, or batch by batch.
#pragma once
#include <kdbench/train/session/shared_parts.h>
#include <kdbench/train/session/trainee_set.h>
#include <kdbench/train/teacher/tape.h>

#include <atomic>
#include <memory>
#include <vector>

namespace kdbench::inline train {

struct TeacherSupply {
  torch::Tensor table;         ///< its logits for every training row; undefined: nobody reads them so
  std::unique_ptr<Tape> tape;  ///< nullptr: nobody needs it
  double table_seconds = 0;    ///< that the table took
};

/// Without augmentation the teacher says the same in every epoch, so who reads nothing but logits reads the table; all others
/// need the tape. `trainees` is not empty.
TeacherSupply teacher_supply(const SharedParts& shared, const std::vector<TraineeSet>& trainees, const std::atomic<bool>& stop);

}  // namespace kdbench::inline train
