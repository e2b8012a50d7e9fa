/// Networks that earlier jobs left in the store: what a job learns from, starts from or is added to.
#pragma once
#include <kdbench/results/store.h>
#include <kdbench/train/data/train_data.h>
#include <kdbench/train/network/factories.h>
#include <kdbench/train/network/frozen_network.h>
#include <kdbench/train/network/safetensors.h>

#include <string>
#include <vector>

namespace kdbench::inline train {

/// How every job ends.
inline const CheckpointRef kLastState;

class StoredNetworks {
 public:
  /// Keeps references to all three.
  StoredNetworks(const Store& store, const Factories& factories, const TrainData& data)
      : store_(store), factories_(factories), data_(data) {}

  /// Record of a job that must be done, and trained on the data that is read now.
  /// @param role how messages call it: "the teacher's"
  /// @throws kdbench::Error
  RunRecord record(const std::string& job, const std::string& role) const;

  /// Parameters and buffers that the loss of a done job ended with. @throws kdbench::Error if they were not kept, or were damaged
  /// since
  TensorDict loss_state(const std::string& job, const std::string& role) const;

  /// Own weights of a job in a state, with those of its adapter. @throws kdbench::Error if that state was not kept, was damaged
  /// since, or is not the one that the record tells of
  TensorDict weights(const RunRecord& record, const CheckpointRef& state, const std::string& role) const;

  /// The network a job stands for: its own in `state`, then those whose logits are added to it, each in its last state.
  std::vector<FrozenNetwork> network(const std::string& job, const CheckpointRef& state, const std::string& role) const;

  /// What that network said about the test rows when it was kept, [N, K].
  torch::Tensor test_logits(const std::string& job, const CheckpointRef& state) const;

 private:
  std::shared_ptr<Model> build(const Spec& spec, bool with_adapter) const;

  const Store& store_;
  const Factories& factories_;
  const TrainData& data_;
};

}  // namespace kdbench::inline train
