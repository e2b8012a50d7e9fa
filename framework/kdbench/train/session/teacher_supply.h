/// How the students of a session get at what the teacher says: from a table of its logits, or batch by batch.
#pragma once
#include <kdbench/train/session/shared_parts.h>
#include <kdbench/train/session/trainee_set.h>
#include <kdbench/train/teacher/tape.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace kdbench::inline train {

/// A teacher beside the first. Every student asks a copy of its own, so that what is measured of it is asked once more.
struct TeacherBeside {
  std::unique_ptr<TrainingRows> rows;
  std::unique_ptr<Tape> tape;
};

struct TeacherSupply {
  torch::Tensor table;                 ///< its logits for every training row; undefined: nobody reads them so
  std::unique_ptr<TrainingRows> rows;  ///< what of them is measured; nullptr: nothing
  std::unique_ptr<Tape> tape;          ///< nullptr: nobody needs it
  std::vector<TeacherBeside> beside;   ///< as SharedParts::more_teachers; empty where nothing is measured
  double ahead_seconds = 0;            ///< that the teacher took before training began

  /// Adds to the record of a student that is trained how its teachers were on the training rows. Adds nothing where it asked no
  /// teacher, and where images are mixed, which have no one label. May be called from several threads.
  void tell_training_rows(const Trainee& student, RunRecord& record) const;

 private:
  mutable std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  ///< of `beside`
};

/// Without augmentation the teacher says the same in every epoch, so who reads nothing but logits reads the table; all others
/// need the tape. `trainees` is not empty. Batches of the epoch that is measured which lie behind a student that goes on from a
/// checkpoint are computed again.
TeacherSupply teacher_supply(const SharedParts& shared, const std::vector<TraineeSet>& trainees, const std::atomic<bool>& stop);

}  // namespace kdbench::inline train
