/// What is measured and kept of a network once it is trained.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/sdk/model.h>
#include <kdbench/train/data/train_data.h>
#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/student/best_states.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace kdbench::inline train {

class FinalMeasures {
 public:
  /// @param own the trained network; @param network what is asked: it, and what its logits are added to
  /// @param folder of the artifacts; everything referred to outlives this
  FinalMeasures(Model& own, Model& network, const TrainData& data, int bins, std::filesystem::path folder)
      : own_(own), network_(network), data_(data), bins_(bins), folder_(std::move(folder)) {}

  /// Where there are no test rows the validation rows alone are asked, and `judged` is filled in place of checkpoints and
  /// tau_curve. Measures the state the network is in, its last after `epochs` epochs, and every state of `best`; an epoch that
  /// several of them share once. Writes weights and test logits of all, and fills checkpoints, tau_curve and extra.weights_sha256
  /// of `record`. The network is afterwards in its last state again.
  void take(RunRecord& record, std::int64_t epochs, const BestStates& best);

 private:
  CheckpointRecord measured(std::int64_t epoch, const std::string& name);
  JudgedRecord judged(std::int64_t epoch);
  void judge(RunRecord& record, std::int64_t epochs, const BestStates& best);
  void take_best(RunRecord& record, std::int64_t epochs, const BestStates& best);
  std::filesystem::path file(const std::string& name) const { return folder_ / (name + ".safetensors"); }

  Model &own_, &network_;
  const TrainData& data_;
  int bins_;
  std::filesystem::path folder_;
  TensorDict test_logits_;  ///< by name of the state
};

}  // namespace kdbench::inline train
