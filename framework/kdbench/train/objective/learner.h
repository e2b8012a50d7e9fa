/// What a training step computes, however steps are run: a student's network and loss on one batch.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/sdk/loss.h>
#include <kdbench/sdk/model.h>
#include <kdbench/train/data/batch.h>
#include <kdbench/train/objective/objective.h>
#include <kdbench/train/objective/trained_loss.h>
#include <kdbench/train/teacher/fitted_calibrator.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace kdbench::inline train {

/// A teacher that a student asks by itself.
struct FrozenTeacher {
  std::shared_ptr<Model> model;                             ///< in eval mode, of nobody else
  double temperature = 1;                                   ///< its logits are divided by
  std::shared_ptr<const FittedCalibrator> calibrator = {};  ///< of its logits; nullptr: none
};

/// Whom a student asks by itself, beside the teacher whose outputs it is given.
struct AskedTeachers {
  std::vector<FrozenTeacher> more;           ///< the teachers beside the first
  std::optional<FrozenTeacher> second_view;  ///< the first, about second views
};

class Learner {
 public:
  /// @param network in train mode, on `device`
  /// @param losses of the parts of the spec's loss, in their order; empty: labels only
  /// @param asked beside the teacher whose outputs forward() is given
  /// @param spec of the job: how it distils, and when
  Learner(std::shared_ptr<Model> network, std::vector<TrainedLoss> losses, AskedTeachers asked, torch::Device device,
          const Spec& spec, std::int64_t steps_per_epoch);

  Model& network() const { return *network_; }
  const Recipe& recipe() const { return *recipe_; }
  /// What its losses need together.
  const LossNeeds& needs() const { return needs_; }
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  /// True if a teacher that it asks by itself has a calibrator, which computes on the host.
  bool asks_calibrator() const;

  /// True if the teacher is asked in `epoch`.
  bool distils(std::int64_t epoch) const;
  /// Equal for epochs side by side in which a step makes the same operations with the same numbers of the host: the same terms
  /// are on in both, and weigh the same.
  std::int64_t phase(std::int64_t epoch) const;

  /// For networks that learn together: this one's pass on a batch, from which the next forward(), on the same batch, goes on.
  /// Returns what the others may read of it, without gradient.
  ModelOutput look(const Batch& batch);
  /// What the others made of that batch, in the order in which the loss reads them; they stand in the teachers' place in the next
  /// forward().
  void hear(std::vector<ModelOutput> others) { heard_ = std::move(others); }

  /// What a forward pass gives: logits [N, K] float32, and what is to be minimised.
  struct Outcome {
    torch::Tensor logits;
    Objective objective;
  };
  /// @param step counted from the start of training
  Outcome forward(const Batch& batch, const ModelOutput& teacher, std::int64_t step);

 private:
  /// A loss, and how it is used.
  struct Part {
    TrainedLoss trained;
    LossPart spec;
    mutable bool is_tried = false;  ///< its first forward() wrote into nothing that it was lent
  };
  std::optional<double> weight(const Part& part, std::int64_t epoch) const;
  bool is_like(std::int64_t epoch, std::int64_t other) const;
  ModelOutput output_of(const torch::Tensor& images) const;
  /// The student's own, or its adapter's.
  torch::Tensor judged_logits(const ModelOutput& student) const;
  std::vector<ModelOutput> more_teachers(const Batch& batch, double teacher_temperature) const;
  /// What a part's loss reads of a second view; empty outputs for one that reads none.
  struct SecondView {
    ModelOutput student, teacher;
  };
  SecondView second_view(const Part& part, const Batch& batch) const;
  LossTerms terms_of(const Part& part, const ModelOutput& student, const Batch& batch, const ModelOutput& teacher,
                     std::int64_t step) const;
  /// Of the parts whose terms are on.
  std::vector<WeightedTerms> terms(const ModelOutput& student, const Batch& batch, const ModelOutput& teacher,
                                   std::int64_t step) const;

  std::shared_ptr<Model> network_;
  std::vector<Part> losses_;
  AskedTeachers asked_;
  torch::Device device_;
  Shared<Recipe> recipe_;
  Shared<LossSpec> spec_;
  CrossEntropy ce_;
  LossNeeds needs_;
  std::int64_t steps_per_epoch_;
  std::optional<ModelOutput> looked_;
  std::vector<ModelOutput> heard_;
};

}  // namespace kdbench::inline train
