#include <kdbench/train/student/objective.h>

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>

namespace kdbench::inline train {
namespace {

constexpr std::int64_t kNoIgnoredLabel = -100;

}  // namespace

ObjectiveKnobs objective_knobs(const Spec& spec) {
  ObjectiveKnobs knobs;
  knobs.label_smoothing = spec.train->label_smoothing;
  if (!spec.loss) return knobs;
  const auto& loss = *spec.loss;
  knobs.alpha = loss.alpha;
  knobs.tau_student = loss.tau_student;
  knobs.tau_teacher = loss.tau_teacher;
  knobs.teacher_temperature = loss.teacher_temperature;
  knobs.tau_squared = loss.tau_squared;
  return knobs;
}

Objective objective(const torch::Tensor& student_logits, const torch::Tensor& labels, const LossTerms& terms,
                    const ObjectiveKnobs& knobs) {
  Objective result;
  const bool distils = !terms.terms().empty();
  torch::Tensor ce;
  if (!distils || knobs.alpha < 1.0) {
    ce = at::cross_entropy_loss(student_logits, labels, {}, at::Reduction::Mean, kNoIgnoredLabel, knobs.label_smoothing);
    result.terms.emplace_back("ce", ce.detach());
  }
  torch::Tensor kd;
  for (const auto& [name, term] : terms.terms()) {
    kd = kd.defined() ? kd + term : term;
    result.terms.emplace_back(name, term.detach());
  }
  if (!distils) {
    result.total = ce;
    return result;
  }
  const double scale = knobs.tau_squared ? knobs.tau_student * knobs.tau_student : 1.0;
  const double weight = knobs.alpha * scale;
  if (weight != 1.0) kd = kd * weight;
  result.total = ce.defined() ? ce * (1.0 - knobs.alpha) + kd : kd;
  return result;
}

}  // namespace kdbench::inline train
