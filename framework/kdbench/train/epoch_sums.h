/// Sums over the rows of an epoch: on the CPU plain numbers, on a GPU tensors that stay there until somebody asks.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/train/objective.h>

#include <map>
#include <string>

namespace kdbench {

class EpochSums {
 public:
  /// Adds one batch of `rows` rows: its objective (means over the rows) and its logits [N, K] against labels [N].
  /// Returns false if the loss is not finite (CPU; on a GPU collect() tells).
  bool add(const torch::Tensor& logits, const torch::Tensor& labels, const Objective& objective);

  /// Waits for the device and moves everything into plain numbers. Returns false if some loss was not finite.
  bool collect();

  /// {"loss", "train_accuracy", "terms"}: means over the rows so far. Call collect() first.
  Json means() const;

  Json save() const;
  void restore(const Json& json);
  void clear() { *this = {}; }

 private:
  double rows_ = 0, loss_ = 0, correct_ = 0;
  std::map<std::string, double> terms_;
  torch::Tensor device_loss_, device_correct_;
  std::map<std::string, torch::Tensor> device_terms_;
};

}  // namespace kdbench
