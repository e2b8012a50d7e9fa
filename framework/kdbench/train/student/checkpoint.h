/// A training cut off between two steps, as one file from which it continues bit by bit.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/objective/epoch_sums.h>
#include <kdbench/train/student/best_states.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// What of it are no tensors.
struct CheckpointState {
  std::string job, data;
  std::int64_t step = 0;
  std::vector<EpochRecord> history;
  EpochSums sums;
  std::map<std::string, BestMark> kept;
  std::optional<double> first_gradient_norm = {};
  double lr = 0, epoch_seconds = 0, train_s = 0, evaluate_s = 0, validation_accuracy = -1;

  static constexpr auto fields() {
    using S = CheckpointState;
    return std::tuple(field("job", &S::job, "its id"), field("data", &S::data, "SHA-256 of the rows it was trained on"),
                      field("step", &S::step, "steps done"), field("history", &S::history, "of the epochs that are over"),
                      field("sums", &S::sums, "over the rows of the epoch that it is in"),
                      field("kept", &S::kept, "by rule, what the kept states are worth"), field("lr", &S::lr, "of the last step"),
                      field("first_gradient_norm", &S::first_gradient_norm, "nothing before the first step", Presence::kIfAny),
                      field("epoch_seconds", &S::epoch_seconds, "of training, in this epoch"),
                      field("train_s", &S::train_s, "in all"), field("evaluate_s", &S::evaluate_s, "in all"),
                      field("validation_accuracy", &S::validation_accuracy, "of the last validation; -1 before it"));
  }
};

struct TrainingCheckpoint {
  CheckpointState state;
  TensorDict model, loss;
  TensorDict policy;                       ///< Gradients::state()
  TensorDict optimizer;                    ///< Optimizer::state()
  std::map<std::string, TensorDict> kept;  ///< weights by rule; the same rules as state.kept
};

/// The file in the folder of a job's artifacts.
std::filesystem::path checkpoint_file(const std::filesystem::path& folder);

/// Tensors may be on any device. @throws as save_tensors()
void save_checkpoint(const std::filesystem::path& file, const TrainingCheckpoint& checkpoint);

/// Returns nothing if there is no file, or one of another job or of other data.
/// @throws what load_tensors() throws, std::exception for a file that is no checkpoint of ours
std::optional<TrainingCheckpoint> load_checkpoint(const std::filesystem::path& file, const std::string& job,
                                                  const std::string& data_sha256);

}  // namespace kdbench::inline train
