/// One network in training: its steps, history and checkpoints.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/record.h>
#include <kdbench/sdk/loss.h>
#include <kdbench/train/data/train_data.h>
#include <kdbench/train/device/cuda.h>
#include <kdbench/train/objective/learner.h>
#include <kdbench/train/optimizer/optimizer.h>
#include <kdbench/train/steps/first_gradient.h>
#include <kdbench/train/steps/step_randomness.h>
#include <kdbench/train/steps/training_steps.h>
#include <kdbench/train/student/best_states.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace kdbench::inline train {

/// Seconds that one student took.
struct StudentSeconds {
  double train = 0, evaluate = 0, save = 0;
};

/// What a trainee is made of.
struct TraineeParts {
  Job job;
  std::shared_ptr<Model> model;                   ///< as training begins, on the device
  std::vector<std::shared_ptr<Model>> frozen;     ///< networks whose logits are added, in eval mode, on the device
  std::vector<FrozenTeacher> more_teachers = {};  ///< those beside the first, in eval mode, on the device
  std::optional<FrozenTeacher> second_view_teacher =
      {};  ///< the first teacher, asked about second views; nothing: nobody reads them
  std::shared_ptr<const FittedCalibrator> calibrator = {};  ///< of the logits of the teacher it is given; nullptr: none
  std::shared_ptr<GradientPolicy> gradient_policy = {};     ///< on the device; nullptr: the gradient is that of the sum
  std::vector<TrainedLoss> losses = {};                     ///< of the parts of the job's loss; empty: labels only
  torch::Device device = torch::kCPU;
  std::filesystem::path folder;             ///< of its artifacts
  std::int64_t checkpoint_every = 1;        ///< epochs
  bool is_recorded = true;                  ///< false: another's job needs it in training, and nobody asked for its own
  std::optional<double> matched_norm = {};  ///< of the first gradient that its own is matched to; nothing: none
  bool deferred = false;  ///< train as on a GPU (it is so there anyway): the host learns of metrics and failures once an epoch
};

/// What is trained of them: the parameters of the network, then those of its losses, as far as they want a gradient.
std::vector<torch::Tensor> trained_parameters(const TraineeParts& parts);

class Trainee {
 public:
  /// @param data must outlive the trainee
  Trainee(TraineeParts parts, const TrainData& data);
  Trainee(const Trainee&) = delete;
  Trainee& operator=(const Trainee&) = delete;

  const Job& job() const { return parts_.job; }
  const Recipe& recipe() const { return learner_.recipe(); }
  const LossNeeds& needs() const { return learner_.needs(); }
  /// What is done to the logits of the teacher before train_step() is given them; nullptr: nothing.
  const FittedCalibrator* calibrator() const { return parts_.calibrator.get(); }
  /// That of the i-th of the teachers beside the first; nullptr: none.
  const FittedCalibrator* calibrator_beside(std::size_t i) const { return parts_.more_teachers.at(i).calibrator.get(); }

  std::int64_t step() const { return step_; }  ///< steps done so far
  std::int64_t per_epoch() const { return learner_.steps_per_epoch(); }
  std::int64_t epoch() const { return step_ / per_epoch(); }
  bool finished() const { return step_ >= recipe().epochs * per_epoch(); }

  /// True if the KD terms are on in `epoch`; outside it no teacher is asked.
  bool distils(std::int64_t epoch) const { return learner_.distils(epoch); }

  /// Trains on the next batch. `teacher`, its logits calibrated, is empty when !distils(epoch()). On a GPU this enqueues the step
  /// and returns.
  /// @throws Diverged naming epoch and step (on a GPU end_epoch() or save() does)
  void train_step(const Batch& batch, const ModelOutput& teacher);

  /// The gradient of the weighed terms of its losses, without cross-entropy, on one batch: flat, one number for each parameter of
  /// the network, as the first epoch in which all its losses have their say begins. Undefined where no term is on. Trains
  /// nothing.
  torch::Tensor gradient_of_terms(const Batch& batch, const ModelOutput& teacher);

  /// For networks that learn together, before each train_step(): passes the batch, and returns what the others may read of it.
  ModelOutput look(const Batch& batch);
  /// What the others made of the batch of the next train_step(), in the order in which its loss reads them.
  void hear(std::vector<ModelOutput> others) { learner_.hear(std::move(others)); }

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
  /// Removes the checkpoint: what was trained is not to be continued.
  void forget() const;
  /// Writes the weights and test logits and fills checkpoints, epochs, tau_curve and extra of `record`.
  void finish(RunRecord& record);

  const std::vector<EpochRecord>& history() const { return history_; }  ///< a row an epoch
  double samples_per_second() const;                                    ///< of the last closed epoch
  std::optional<double> validation_accuracy() const;                    ///< of the last validation
  bool is_recorded() const { return parts_.is_recorded; }
  const std::filesystem::path& folder() const { return parts_.folder; }
  const StudentSeconds& seconds() const { return seconds_; }

 private:
  std::unique_ptr<TrainingSteps> make_steps();
  void wait_for_steps();
  void add_training_time(double seconds);
  void validate(EpochRecord& row);
  void keep_snapshot(std::int64_t epoch);
  void check_snapshots() const;

  TraineeParts parts_;
  const TrainData& data_;
  Learner learner_;
  StepRandomness randomness_;
  Gradients gradients_;
  FirstGradient first_gradient_;
  std::unique_ptr<Optimizer> optimizer_;
  DeviceStream stream_;
  std::unique_ptr<TrainingSteps> steps_;
  std::int64_t step_ = 0;
  std::vector<EpochRecord> history_;
  BestStates best_;
  StudentSeconds seconds_;
  double epoch_seconds_ = 0, lr_ = 0;
};

}  // namespace kdbench::inline train
