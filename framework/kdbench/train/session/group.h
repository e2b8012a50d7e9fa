/// Trains the students of one group: teacher batches and students are tasks for the same threads.
#pragma once
#include <kdbench/train/session/trainee_set.h>
#include <kdbench/train/teacher/tape.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace kdbench::inline train {

/// What the group tells while it trains, of those that are recorded; called from any of its threads, also at the same time for
/// different students.
struct GroupEvents {
  std::function<void(Trainee&)> epoch_done;
  std::function<void(Trainee&)> finished;     ///< all epochs are done
  std::function<void(Trainee&)> interrupted;  ///< stopped and saved
  std::function<void(Trainee&, std::exception_ptr)> failed;
};

class Group {
 public:
  /// @param table the teacher's logits for every training row, or undefined; used by students that read nothing else of it
  /// @param tape the teacher batch by batch, or nullptr if nobody needs it
  /// Both are as the teacher says them; every student sees them through its calibrator, if it has one.
  Group(std::vector<TraineeSet> sets, const TrainData& data, torch::Tensor table, Tape* tape, GroupEvents events);

  /// Trains everybody to the end on `threads` threads, or until `stop` is set: then every student saves and leaves.
  /// The same students end with the same weights for every number of threads and whoever else is in the group. Where a loss
  /// changed what is not its own, students that it may have harmed leave without a word, and without a checkpoint: they are to be
  /// trained apart.
  void run(std::size_t threads, const std::atomic<bool>& stop);

  /// Seconds all threads together spent on the teacher.
  double teacher_seconds() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return teacher_s_;
  }

 private:
  struct Member {
    TraineeSet set;
    bool running = false, out = false, from_table = false;
    torch::Tensor table = {};  ///< its own, calibrated; undefined before it is needed
    std::int64_t at = 0;       ///< its step when it was last idle: what the others may read while it runs
  };

  void work(std::size_t thread, const std::atomic<bool>& stop);
  Member* pick_member();
  bool waits_for_tape(const Member& member) const;
  void renew_tape();
  void run_member(Member& member, const std::atomic<bool>& stop);
  void leave(const TraineeSet& set) const;
  void finish(const TraineeSet& set) const;
  static void forget(const TraineeSet& set);
  void train_segment(Member& member, const std::atomic<bool>& stop);
  torch::Tensor table_of(const FittedCalibrator* calibrator);
  void train_on(const Member& member, const Segment* segment, const std::vector<std::int64_t>& order) const;
  ModelOutput teacher_output(const Member& member, const Segment* segment, const Batch& batch) const;
  std::exception_ptr tape_failure();
  void fail(const TraineeSet& set, const std::exception_ptr& why);
  void report_failure(Trainee& trainee, const std::exception_ptr& why);
  void run_tape_task(const Tape::Task& task, std::size_t thread, const DeviceStream& stream);

  std::vector<Member> members_;
  const TrainData& data_;
  torch::Tensor table_;
  std::mutex tables_mutex_;
  std::map<const FittedCalibrator*, torch::Tensor> tables_;  ///< the table, calibrated
  Tape* tape_;
  GroupEvents events_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::exception_ptr tape_failure_, unreported_;
  /// A loss changed what is not its own: what others fail of afterwards may be its doing. Harmed: they may have read what it
  /// wrote.
  std::atomic<bool> trespassed_{false}, harmed_{false};
  double teacher_s_ = 0;
};

}  // namespace kdbench::inline train
