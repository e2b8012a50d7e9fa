#include <kdbench/train/teacher/training_rows.h>

#include <ATen/Functions.h>

#include <algorithm>
#include <stdexcept>

namespace kdbench::inline train {

TrainingRows::TrainingRows(const TrainData& data, std::int64_t batch_size)
    : data_(data), batch_size_(batch_size), per_epoch_(data.steps_per_epoch(batch_size)) {}

void TrainingRows::take(std::int64_t epoch, std::int64_t step, const torch::Tensor& logits) {
  const auto wanted = epochs_.find(epoch);
  if (wanted == epochs_.end()) return;
  const std::lock_guard<std::mutex> guard(mutex_);
  wanted->second[static_cast<std::size_t>(step)] = logits;
}

bool TrainingRows::has_all(std::int64_t epoch) const {
  const auto batches = epochs_.find(epoch);
  const auto is_there = [](const torch::Tensor& batch) { return batch.defined(); };
  return batches != epochs_.end() && std::all_of(batches->second.begin(), batches->second.end(), is_there);
}

bool TrainingRows::is_whole(std::int64_t epoch) {
  const std::lock_guard<std::mutex> guard(mutex_);
  return has_all(epoch);
}

/// Batches hold the rows in the order of their epoch, less a row that would have been a batch of its own.
std::optional<LogitsAndLabels> TrainingRows::rows_of(std::optional<std::int64_t> epoch,
                                                     const FittedCalibrator* calibrator) const {
  const auto& labels = data_.train().labels;
  if (!epoch && !table_.defined()) return std::nullopt;
  if (!epoch) return logits_and_labels(calibrator ? calibrator->apply_in_order(table_) : table_, labels);
  if (!has_all(*epoch)) return std::nullopt;
  const auto logits = at::cat(epochs_.at(*epoch)).to(torch::kFloat32).cpu();
  auto order = data_.order(*epoch);
  order.resize(static_cast<std::size_t>(logits.size(0)));
  const auto positions = torch::from_blob(order.data(), {logits.size(0)}, torch::kInt64);
  const auto by_row = positions.argsort();
  const auto rows = positions.index_select(0, by_row);
  auto in_order = logits.index_select(0, by_row);
  if (calibrator) in_order = calibrator->apply(in_order, rows);
  return logits_and_labels(in_order, labels.cpu().index_select(0, rows));
}

std::optional<CalibrationMetrics> TrainingRows::metrics(std::optional<std::int64_t> epoch, double temperature, int bins,
                                                        const FittedCalibrator* calibrator) {
  const std::lock_guard<std::mutex> guard(mutex_);
  const auto key = std::tuple(epoch, temperature, bins, calibrator);
  if (const auto known = measured_.find(key); known != measured_.end()) return known->second;
  const auto rows = rows_of(epoch, calibrator);
  if (!rows) return std::nullopt;
  try {
    return measured_[key] = measure(rows->view(), bins, temperature).metrics;
  } catch (const std::invalid_argument&) {
    return std::nullopt;  // whatever the teacher says of rows that the student has learned, its record is kept
  }
}

}  // namespace kdbench::inline train
