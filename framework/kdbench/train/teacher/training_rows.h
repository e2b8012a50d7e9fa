/// What the teacher said about the training rows as its students' losses saw them, kept to be measured. The logits are those that
/// served the students, so that they cost no pass of the teacher.
#pragma once
#include <kdbench/calibration/metrics.h>
#include <kdbench/train/data/train_data.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/teacher/fitted_calibrator.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>
#include <vector>

namespace kdbench::inline train {

/// Thread-safe once the want_ functions were called. The numbers do not depend on who takes what when: rows are summed up in the
/// order of the data set.
class TrainingRows {
 public:
  /// @param data is kept by reference
  /// @param batch_size of the students
  TrainingRows(const TrainData& data, std::int64_t batch_size);

  /// The logits [N, K] of all training rows, where these are the same in every epoch.
  void want_table(torch::Tensor logits) { table_ = std::move(logits); }
  /// Batches of this epoch are to be kept.
  void want_epoch(std::int64_t epoch) { epochs_[epoch].resize(static_cast<std::size_t>(per_epoch_)); }

  /// Keeps a batch's logits [n, K], if its epoch is wanted.
  /// @param step within the epoch
  void take(std::int64_t epoch, std::int64_t step, const torch::Tensor& logits);

  /// Whether every batch of a wanted epoch was taken.
  bool is_whole(std::int64_t epoch);

  /// Of softmax(logits / temperature) on the rows of the table (no epoch), or of an epoch. Computed once for each temperature.
  /// Nothing while a batch is missing, where nobody wanted them, or where a logit is not finite.
  /// @param calibrator of the logits, before they are divided; nullptr: none
  std::optional<CalibrationMetrics> metrics(std::optional<std::int64_t> epoch, double temperature, int bins,
                                            const FittedCalibrator* calibrator = nullptr);

 private:
  bool has_all(std::int64_t epoch) const;
  std::optional<LogitsAndLabels> rows_of(std::optional<std::int64_t> epoch, const FittedCalibrator* calibrator) const;

  const TrainData& data_;
  std::int64_t batch_size_, per_epoch_;
  std::mutex mutex_;
  torch::Tensor table_;
  std::map<std::int64_t, std::vector<torch::Tensor>> epochs_;  ///< logits by step
  std::map<std::tuple<std::optional<std::int64_t>, double, int, const FittedCalibrator*>, CalibrationMetrics> measured_;
};

}  // namespace kdbench::inline train
