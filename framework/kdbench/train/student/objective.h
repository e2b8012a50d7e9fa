/// What a network is trained on: cross-entropy and a loss plugin's terms, weighted by the host so that no two methods differ
/// by their glue.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/sdk/loss.h>

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace kdbench::inline train {

/// The weights the host owns.
struct ObjectiveKnobs {
  double alpha = 1.0;                ///< weight of the distillation terms, in [0, 1]; cross-entropy has 1 - alpha
  double tau_student = 4.0;          ///< > 0
  double tau_teacher = 4.0;          ///< > 0
  double teacher_temperature = 1.0;  ///< > 0; divides the teacher's logits before the loss sees them
  bool tau_squared = true;           ///< multiply the distillation terms by tau_student^2
  double label_smoothing = 0.0;      ///< of the cross-entropy, in [0, 1)
};

/// The weights that a job's spec asks for; without a loss its label smoothing alone.
ObjectiveKnobs objective_knobs(const Spec& spec);

struct Objective {
  torch::Tensor total;  ///< 0-dim, differentiable in the student's logits and whatever the terms depend on
  /// Unweighted parts for the log, each 0-dim and detached: "ce" where it was computed, then the loss's own terms in order.
  std::vector<std::pair<std::string, torch::Tensor>> terms;
};

/// Returns (1 - alpha) CE + alpha * [tau_student^2] * sum of terms. alpha = 1 drops CE, which is then not computed. No terms
/// means cross-entropy alone with weight 1, whatever alpha says (epochs outside the distillation range, the loss `none`).
/// `student_logits` is [N, K] float, `labels` [N] int64 in [0, K).
Objective objective(const torch::Tensor& student_logits, const torch::Tensor& labels, const LossTerms& terms,
                    const ObjectiveKnobs& knobs);

}  // namespace kdbench::inline train
