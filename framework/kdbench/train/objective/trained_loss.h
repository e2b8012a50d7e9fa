/// The loss plugins at work in one training.
#pragma once
#include <kdbench/sdk/loss.h>
#include <kdbench/train/network/safetensors.h>

#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// A part of what a network is trained on.
struct TrainedLoss {
  std::string name;  ///< of one of several, as the job's spec has it, and each once; empty: the only one
  std::shared_ptr<Loss> loss;
  LossNeeds needs = {};
};

/// Parameters and buffers of all of them: "regressor.weight", of several "NAME/regressor.weight".
TensorDict state_of(const std::vector<TrainedLoss>& losses);

/// Puts in what losses have of another's state, by name and shape; the rest stays as it begins. @throws kdbench::Error if they
/// have nothing of it; `what` is named
void take_over(const TensorDict& state, const std::vector<TrainedLoss>& losses, const std::string& what);

/// Puts them back. @throws kdbench::Error if they are not those of these losses; `what` is named
void load_state(const std::vector<TrainedLoss>& losses, const TensorDict& state, const std::string& what);

}  // namespace kdbench::inline train
