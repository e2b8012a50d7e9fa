/// Sums over the rows of an epoch: plain numbers, or, on a GPU, tensors that stay there until somebody asks.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/train/student/objective.h>

#include <cstdint>
#include <map>
#include <string>

namespace kdbench::inline train {

class EpochSums {
 public:
  /// @param deferred keep the sums on the device; add() then only enqueues work there
  explicit EpochSums(bool deferred = false) : deferred_(deferred) {}

  /// Adds one batch of N rows: its objective (means over the rows) and its logits [N, K] against labels [N]. Deferred sums are
  /// always the same tensors, so that a captured step can be replayed; the rows are then counted by count(), not here.
  /// Returns false if the loss is not finite (deferred: collect() tells).
  bool add(const torch::Tensor& logits, const torch::Tensor& labels, const Objective& objective);
  void count(std::int64_t rows) { rows_ += static_cast<double>(rows); }

  /// Waits for the device and moves everything into plain numbers. Returns false if some loss was not finite.
  bool collect();

  /// {"loss", "train_accuracy", "terms"}: means over the rows so far. Call collect() first.
  Json means() const;

  Json save() const;
  void restore(const Json& json);
  void clear();

 private:
  void add_deferred(const torch::Tensor& correct, double rows, const Objective& objective);

  bool deferred_;
  double rows_ = 0, loss_ = 0, correct_ = 0;
  std::map<std::string, double> terms_;
  torch::Tensor device_loss_, device_correct_;
  std::map<std::string, torch::Tensor> device_terms_;
};

}  // namespace kdbench::inline train
