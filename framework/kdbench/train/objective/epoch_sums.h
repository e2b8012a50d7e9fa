/// Sums over the rows of an epoch: plain numbers, and the tensors that gather them on a GPU until somebody asks.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/train/objective/objective.h>

#include <cstdint>
#include <map>
#include <string>

namespace kdbench::inline train {

/// As numbers; a checkpoint holds them in the middle of an epoch.
struct EpochSums {
  double rows = 0, loss = 0, correct = 0;
  std::map<std::string, double> terms;

  /// Adds one batch of N rows: its objective (means over the rows) and its logits [N, K] against labels [N].
  void add(const torch::Tensor& logits, const torch::Tensor& labels, const Objective& objective);

  /// False if some loss was not finite.
  bool finite() const;

  /// A row of a history with loss, terms and train_accuracy: means over the rows so far.
  EpochRecord means() const;

  static constexpr auto fields() {
    using S = EpochSums;
    return std::tuple(field("rows", &S::rows, "trained on"), field("loss", &S::loss, "what was minimised"),
                      field("correct", &S::correct, "rows that were classified rightly, in train mode"),
                      field("terms", &S::terms, "unweighted parts of the loss, by name"));
  }
};

/// The same as tensors. They are always the same ones, so that a captured step can be replayed; and a replayed step runs no code
/// of the host, so the rows are not counted here.
class DeviceSums {
 public:
  /// Enqueues what EpochSums::add() does.
  void add(const torch::Tensor& logits, const torch::Tensor& labels, const Objective& objective);

  /// Waits for the device, adds everything to `sums` and starts again at 0.
  void move_into(EpochSums& sums);
  void clear();
  /// Starts again without any term, and with other tensors for those that come: what was captured must not be replayed.
  void forget_terms() { terms_.clear(); }

 private:
  torch::Tensor loss_, correct_;
  std::map<std::string, torch::Tensor> terms_;
};

}  // namespace kdbench::inline train
