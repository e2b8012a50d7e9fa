/// The recipe of a job as the trainer reads it, and its learning-rate schedule.
#pragma once
#include <kdbench/base/json.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// The "train" object of a job's spec; the suite's Recipe says what each field means.
struct TrainSettings {
  std::int64_t epochs = 1, batch_size = 64;
  double lr = 0.05, momentum = 0.9, weight_decay = 0;
  bool nesterov = false;
  std::string schedule = "constant";
  std::vector<double> milestones;
  double gamma = 0.1, warmup_epochs = 0, min_lr = 0;
  std::int64_t crop_padding = 0;
  bool flip = false;
  double label_smoothing = 0;
  std::int64_t threads = 1;
  bool bf16 = false;
  std::int64_t evaluate_every = 1;
};

/// @throws nlohmann::json exceptions for a spec that no plan of ours makes.
TrainSettings train_settings(const Json& train);

/// Returns the learning rate of step `step` (0-based, of the whole training) with `steps_per_epoch` steps an epoch. A pure
/// function, so a resumed run cannot be wrong about it.
/// Warm-up: lr * (step + 1) / warm-up steps. Step: gamma at every milestone epoch (a fraction in (0, 1) is of the epochs).
/// Cosine: from lr to min_lr over the steps after the warm-up (Loshchilov and Hutter 2017, eq. 5, without restarts).
double learning_rate(const TrainSettings& settings, std::int64_t step, std::int64_t steps_per_epoch);

}  // namespace kdbench::inline train
