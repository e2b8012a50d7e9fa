/// How one job stands, reduced to what boards print of it.
#pragma once
#include <kdbench/leaderboard/model/run_setting.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace kdbench::inline leaderboard::boards {

/// A record's status, or why there is no record. After kDone in the order in which a row of several runs names one of them.
enum class JobState { kDone, kDiverged, kFailed, kInterrupted, kMissing, kRunning, kSkipped };
constexpr auto names_of(JobState) {
  return std::array<std::pair<JobState, const char*>, 7>{{{JobState::kDone, "done"},
                                                          {JobState::kDiverged, "diverged"},
                                                          {JobState::kFailed, "failed"},
                                                          {JobState::kInterrupted, "interrupted"},
                                                          {JobState::kMissing, "missing"},
                                                          {JobState::kRunning, "running"},
                                                          {JobState::kSkipped, "skipped"}}};
}

std::string to_string(JobState state);

/// A teacher at the temperature of its student's loss, by the rows that it was measured on: the training rows as the loss saw
/// them. Nothing where the record has none.
struct TaughtMetrics {
  std::optional<CalibrationMetrics> test, validation, training;
};

/// Numbers are fractions, and nothing where the record has none.
struct Outcome {
  JobState state = JobState::kMissing;
  std::string reason;
  std::optional<double> accuracy, bayes_accuracy;
  std::optional<double> validation_accuracy;          ///< all that there is of a job that is judged on validation rows alone
  std::optional<double> taught_accuracy, taught_ece;  ///< of its teacher's checkpoint, at the temperature of its loss
  std::optional<double> taught_ece_floor;             ///< 95 % quantile of that ECE's floor
  std::optional<double> taught_at;                    ///< that temperature: fitted T * teacher_temperature * tau_teacher
  std::optional<double> taught_fitted;                ///< the fitted T, where one is part of it
  TaughtMetrics taught;
  std::optional<double> tau;                               ///< tau_teacher
  std::optional<double> first_gradient_norm, rate_factor;  ///< of its first step; a factor only where it is matched
  std::map<std::string, CalibrationMetrics> exits;         ///< its auxiliary exits by name, on the test rows
  std::optional<CalibratedTeacher> calibrated;             ///< what a calibrator made of its teacher's logits
  std::optional<CalibrationMetrics> measured;              ///< the network itself on the test rows, at the selected checkpoint
  RunSetting setting;
  std::string taught_by;               ///< its teacher's job; empty: nobody taught
  PlacedCheckpoint taught_checkpoint;  ///< which state of that one taught

  bool done() const { return state == JobState::kDone; }
};

/// Reads a job's outcome.
/// @param record nothing: there is none
/// @param running whether the job is at work now
/// @param select the checkpoint that boards read; a record without it has failed
Outcome read_outcome(const std::optional<RunRecord>& record, bool running, const std::string& select);

}  // namespace kdbench::inline leaderboard::boards
