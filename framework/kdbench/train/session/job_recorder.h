/// Tells what becomes of the jobs of a session: an event for who watches, a record for the store.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/train/session/session_options.h>
#include <kdbench/train/session/shared_parts.h>
#include <kdbench/train/student/trainee.h>

#include <exception>
#include <functional>
#include <vector>

namespace kdbench::inline train {

/// The set_ functions come before any thread; the others may be called from several threads at once, for different jobs.
class JobRecorder {
 public:
  /// Keeps references to both.
  JobRecorder(const SharedParts& shared, const SendEvent& send) : shared_(shared), send_(send) {}

  /// Seconds that reading data and building networks took.
  void set_load_seconds(double seconds) { load_s_ = seconds; }
  /// @param share asked for a student's share of the seconds spent on the teacher so far
  void set_teacher_seconds(std::function<double()> share) { teacher_share_ = std::move(share); }

  /// @param tell adds to the record of a student that is trained how its teachers were on the training rows
  void set_training_rows(std::function<void(const Trainee&, RunRecord&)> tell) { tell_training_rows_ = std::move(tell); }

  void epoch_done(const Trainee& trainee) const;
  /// Stopped and saved.
  void interrupted(const Trainee& trainee) const;
  /// Measures and keeps the network. @throws kdbench::Error if the teacher changed meanwhile, and what cannot be written
  void finished(Trainee& trainee) const;
  void failed(const Job& job, const std::vector<EpochRecord>& history, const StudentSeconds& seconds,
              const std::exception_ptr& why) const;

 private:
  RunRecord record_of(const Job& job, const StudentSeconds& seconds) const;
  Timings timings(const StudentSeconds& seconds) const;
  Memory memory() const;
  RunFacts facts() const;
  void put(const RunRecord& record) const;

  const SharedParts& shared_;
  const SendEvent& send_;
  double load_s_ = 0;
  std::function<double()> teacher_share_ = [] { return 0.0; };
  std::function<void(const Trainee&, RunRecord&)> tell_training_rows_ = [](const Trainee&, RunRecord&) {};
};

}  // namespace kdbench::inline train
