/// The teacher tape: what the teacher says about the batches of an epoch, computed once for every student of a group.
#pragma once
#include <kdbench/train/data/train_data.h>
#include <kdbench/train/device/cuda.h>
#include <kdbench/train/teacher/teacher.h>
#include <kdbench/train/teacher/training_rows.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace kdbench::inline train {

/// A run of consecutive batches inside one epoch. Logits alone fit for a whole epoch; feature maps only for a few batches, and
/// then the students advance together, a few batches at a time.
struct Segment {
  std::int64_t index = 0, epoch = 0;
  std::int64_t first_step = 0, num_steps = 0;  ///< within the epoch
  std::int64_t next = 0, done = 0;             ///< batches handed out, and computed
  std::vector<ModelOutput> outputs;            ///< one a batch
  std::vector<DeviceEvent> computed;           ///< when each of them is there, on a GPU
  bool ready() const { return done == num_steps; }
};

/// Hands out the teacher's work batch by batch and keeps the segments that students still need. Not thread-safe by itself: the
/// group's lock guards it; compute() alone runs outside the lock.
class Tape {
 public:
  /// @param recipe recipe of the students: their batch size and augmentation are the teacher's too
  /// @param rows takes the logits of what is computed; nullptr: nobody does
  Tape(const TrainData& data, const Teacher& teacher, TeacherWants wants, const Recipe& recipe, std::int64_t segment_steps,
       TrainingRows* rows = nullptr);

  std::int64_t segment_of(std::int64_t step) const;   ///< of a step counted from the start of training
  std::int64_t begin_of(std::int64_t segment) const;  ///< first step of a segment
  std::int64_t end_of(std::int64_t segment) const;    ///< first step after it

  /// Makes segments [first, last] exist and drops those before `first`.
  void keep(std::int64_t first, std::int64_t last, std::int64_t num_epochs);
  /// The segment, if it is complete.
  const Segment* ready(std::int64_t segment) const;

  /// A batch of the earliest segment that still has some to hand out.
  struct Task {
    std::int64_t segment = 0, batch = 0, epoch = 0;
  };
  std::optional<Task> next_task();
  ModelOutput compute(const Task& task, std::size_t thread) const;
  /// The same for one step of an epoch, whether a segment has it or not.
  ModelOutput compute_step(std::int64_t epoch, std::int64_t step, std::size_t thread) const;
  void complete(const Task& task, ModelOutput output, DeviceEvent computed = {});

 private:
  const TrainData& data_;
  const Teacher& teacher_;
  TeacherWants wants_;
  const Recipe recipe_;
  std::int64_t per_epoch_, segment_steps_, segments_per_epoch_;
  TrainingRows* rows_;
  std::map<std::int64_t, Segment> segments_;
};

/// The rows of one batch of an epoch, as positions in the training rows.
struct BatchRange {
  std::int64_t begin = 0, size = 0;
};
BatchRange batch_range(std::int64_t step_in_epoch, std::int64_t batch_size, std::int64_t num_rows);

/// How many batches of teacher outputs are kept at once: a whole epoch if that takes at most `budget_bytes`, else as many as do.
std::int64_t segment_length(const TrainData& data, const Teacher& teacher, TeacherWants wants, const Recipe& recipe,
                            std::int64_t per_epoch, double budget_bytes);

}  // namespace kdbench::inline train
