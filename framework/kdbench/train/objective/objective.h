/// What a network is trained on: cross-entropy and the terms of loss plugins, weighted by the host so that no two methods differ
/// by their glue.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/sdk/loss.h>

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace kdbench::inline train {

/// The terms of one loss plugin on a batch, and their weight in the epoch, tau_student^2 included.
struct WeightedTerms {
  LossTerms terms;
  double weight = 1.0;
  std::string part = {};  ///< of one of several losses: its name
};

/// How cross-entropy is taken, and what it weighs.
struct CrossEntropy {
  double beside_terms = 0.0;     ///< its weight where there are terms, >= 0; at 0 it is not computed
  double alone = 1.0;            ///< its weight where there are none, > 0
  double label_smoothing = 0.0;  ///< in [0, 1)
};

/// What a job's spec asks for; without a loss its label smoothing alone.
CrossEntropy cross_entropy_of(const Spec& spec);

/// What is right about a batch: a label for each row, and with mixup two, in shares.
struct Targets {
  Targets(torch::Tensor labels_) : labels(std::move(labels_)) {}
  Targets(torch::Tensor labels_, torch::Tensor mixed_, double mix_)
      : labels(std::move(labels_)), mixed_labels(std::move(mixed_)), mix(mix_) {}

  torch::Tensor labels;             ///< [N] int64 in [0, K)
  torch::Tensor mixed_labels = {};  ///< the same; undefined: none
  double mix = 1.0;                 ///< share of `labels`; 1 - mix is that of `mixed_labels`
};

/// One summand of what is minimised: weight * value.
struct WeighedTerm {
  std::string name;     ///< as in Objective::terms
  torch::Tensor value;  ///< 0-dim, differentiable
  double weight = 1.0;
};

struct Objective {
  torch::Tensor total;  ///< 0-dim, differentiable in the student's logits and whatever the terms depend on
  /// Unweighted parts for the log, each 0-dim and detached: "ce" where it was computed, then the terms in order, each under its
  /// name, of several losses as "PART/TERM".
  std::vector<std::pair<std::string, torch::Tensor>> terms;
  std::vector<WeighedTerm> summands;  ///< whose sum `total` is, in the order of `terms`
};

/// Returns ce.beside_terms * CE + sum of weight * terms; where nothing returned a term, ce.alone * CE.
/// `student_logits` is [N, K] float. With mixup CE = mix * CE(labels) + (1 - mix) * CE(mixed labels).
/// @throws kdbench::Error where there are no terms and cross-entropy has no weight either
Objective objective(const torch::Tensor& student_logits, const Targets& targets, const std::vector<WeightedTerms>& losses,
                    const CrossEntropy& ce);

/// The knobs of one loss that is written with alpha.
struct ObjectiveKnobs {
  double alpha = 1.0;                ///< weight of the distillation terms, in [0, 1]; cross-entropy has 1 - alpha
  double tau_student = 4.0;          ///< > 0
  double tau_teacher = 4.0;          ///< > 0
  double teacher_temperature = 1.0;  ///< > 0; divides the teacher's logits before the loss sees them
  bool tau_squared = true;           ///< multiply the distillation terms by tau_student^2
  double label_smoothing = 0.0;      ///< of the cross-entropy, in [0, 1)
};

/// Returns (1 - alpha) CE + alpha * [tau_student^2] * sum of terms. No terms means cross-entropy alone with weight 1, whatever
/// alpha says.
Objective objective(const torch::Tensor& student_logits, const Targets& targets, const LossTerms& terms,
                    const ObjectiveKnobs& knobs);

}  // namespace kdbench::inline train
