/// One network in training: its loss, optimiser, random numbers, history and checkpoints.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/plan/plan.h>
#include <kdbench/results/record.h>
#include <kdbench/sdk/loss.h>
#include <kdbench/train/data/schedule.h>
#include <kdbench/train/device/cuda.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/student/epoch_sums.h>
#include <kdbench/train/student/finite_watch.h>
#include <kdbench/train/student/objective.h>
#include <kdbench/train/student/sgd.h>
#include <kdbench/train/teacher/teacher.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// Thrown when a loss or gradient is not finite; the job ends as diverged.
struct Diverged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Times of one job, in seconds.
struct Timings {
  double load_s = 0, train_s = 0, evaluate_s = 0, save_s = 0, teacher_s = 0;
};

/// What a trainee is made of.
struct TraineeParts {
  Job job;
  std::shared_ptr<Model> model;                ///< as training begins, on the device
  std::vector<std::shared_ptr<Model>> frozen;  ///< networks whose logits are added, in eval mode, on the device
  std::shared_ptr<Loss> loss;                  ///< nullptr: labels only
  torch::Device device = torch::kCPU;
  std::filesystem::path folder;       ///< of its artifacts
  std::int64_t checkpoint_every = 1;  ///< epochs
  bool deferred = false;  ///< train as on a GPU (it is so there anyway): the host learns of metrics and failures once an epoch
};

class Trainee {
 public:
  /// @param data must outlive the trainee
  Trainee(TraineeParts parts, const TrainData& data);

  const Job& job() const { return parts_.job; }
  const TrainSettings& settings() const { return settings_; }
  const LossNeeds& needs() const { return needs_; }

  std::int64_t step() const { return step_; }            ///< steps done so far
  std::int64_t per_epoch() const { return per_epoch_; }  ///< steps an epoch
  std::int64_t epoch() const { return step_ / per_epoch_; }
  bool finished() const { return step_ >= settings_.epochs * per_epoch_; }

  /// True if the KD terms are on in `epoch`; outside it no teacher is asked.
  bool distils(std::int64_t epoch) const { return needs_.teacher && terms_on(epoch); }

  /// Trains on the next batch. `teacher` is empty when !distils(epoch()). On a GPU this enqueues the step and returns.
  /// @throws Diverged naming epoch and step (on a GPU end_epoch() or save() does)
  void train_step(const Batch& batch, const ModelOutput& teacher);

  /// Closes an epoch after its last step: validates, keeps the states that are best by some rule, writes a checkpoint when due.
  /// @throws Diverged naming epoch and step, on a GPU
  void end_epoch();

  /// The stream this network is trained on; enter it before any other call, once training has begun.
  const DeviceStream& stream() const { return stream_; }

  /// Writes a checkpoint of the present state, also in the middle of an epoch; resume() continues from it bit by bit.
  void save();
  /// Continues from a checkpoint if there is one of this job. Returns true if it did.
  /// @throws kdbench::Error if it was made without keeping a state that is wanted now; the trainee is then of no use
  bool resume();
  /// Writes the weights and test logits and fills checkpoints, epochs, tau_curve and extra of `record`; removes the checkpoint.
  void finish(RunRecord& record);

  const Json& history() const { return history_; }                     ///< one object an epoch, as in RunRecord::epochs
  double samples_per_second() const;                                   ///< of the last closed epoch
  double validation_accuracy() const { return validation_accuracy_; }  ///< of the last validation; -1 before it
  const std::filesystem::path& folder() const { return parts_.folder; }
  Timings timings;

 private:
  bool terms_on(std::int64_t epoch) const { return parts_.loss && kd_begin_ <= epoch && epoch < kd_end_; }
  Objective objective_of(const ModelOutput& student, const Batch& batch, const ModelOutput& teacher);
  void forward_backward(const Batch& batch, const ModelOutput& teacher);
  void enqueue_step(const Batch& batch, const ModelOutput& teacher);
  void wait_for_steps();
  std::string why_no_graph() const;
  void validate(Json& row);
  void keep_if_best(const std::string& rule, double value, std::int64_t epoch, TensorDict& state);
  void keep_snapshot(std::int64_t epoch);
  Json measure_state(std::int64_t epoch, const std::string& rule, TensorDict& test_logits);
  void finish_kept(RunRecord& record, TensorDict& test_logits);
  TensorDict snapshot() const;
  void find_out_whether_stochastic();
  [[noreturn]] void diverged(const std::string& what) const;

  TraineeParts parts_;
  std::shared_ptr<Model> network_;  ///< what is asked: the model, and what its logits are added to
  const TrainData& data_;
  TrainSettings settings_;
  LossNeeds needs_;
  ObjectiveKnobs knobs_;
  std::int64_t kd_begin_ = 0, kd_end_ = 0, per_epoch_ = 0, step_ = 0;
  std::uint64_t dropout_seed_ = 0;
  bool stochastic_ = false;  ///< the model draws random numbers in train mode
  std::unique_ptr<FlatSgd> sgd_;
  EpochSums sums_;
  bool deferred_;
  DeviceStream stream_;
  FiniteWatch watch_;                 ///< where deferred
  torch::Tensor loss_;                ///< of the present step, where deferred
  std::unique_ptr<StepGraph> graph_;  ///< where deferred, until finish()
  Json history_ = Json::array();
  double validation_accuracy_ = -1, epoch_seconds_ = 0, lr_ = 0;

  /// A state kept because it was best by a rule; of equal values the earliest.
  struct Kept {
    double value = 0;  ///< higher is better
    std::int64_t epoch = 0;
    TensorDict state;
  };
  std::map<std::string, Kept> kept_;
};

}  // namespace kdbench::inline train
