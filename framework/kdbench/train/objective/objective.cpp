#include <kdbench/train/objective/objective.h>

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>

#include <algorithm>

namespace kdbench::inline train {
namespace {

constexpr std::int64_t kNoIgnoredLabel = -100;

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels, double label_smoothing) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, kNoIgnoredLabel, label_smoothing);
}

torch::Tensor cross_entropy(const torch::Tensor& logits, const Targets& targets, double label_smoothing) {
  const auto value = cross_entropy(logits, targets.labels, label_smoothing);
  if (!targets.mixed_labels.defined()) return value;
  return value * targets.mix + cross_entropy(logits, targets.mixed_labels, label_smoothing) * (1.0 - targets.mix);
}

std::string logged(const WeightedTerms& loss, const std::string& term) {
  return loss.part.empty() ? term : loss.part + "/" + term;
}

/// Their weighted sum; undefined if there is none.
torch::Tensor weighted_sum(const WeightedTerms& loss) {
  torch::Tensor sum;
  for (const auto& [name, term] : loss.terms.terms()) sum = sum.defined() ? sum + term : term;
  return sum.defined() && loss.weight != 1.0 ? sum * loss.weight : sum;
}

}  // namespace

CrossEntropy cross_entropy_of(const Spec& spec) {
  CrossEntropy out;
  out.label_smoothing = spec.train->label_smoothing;
  if (!spec.loss) return out;
  out.beside_terms = spec.loss->ce_beside_terms();
  out.alone = spec.loss->ce_alone();
  return out;
}

Objective objective(const torch::Tensor& student_logits, const Targets& targets, const std::vector<WeightedTerms>& losses,
                    const CrossEntropy& ce) {
  const bool has_terms =
      std::any_of(losses.begin(), losses.end(), [](const WeightedTerms& loss) { return !loss.terms.terms().empty(); });
  const double ce_weight = has_terms ? ce.beside_terms : ce.alone;
  if (!has_terms && ce_weight == 0) throw Error("the loss returned no terms, and 'ce_weight' is 0: there is nothing to learn");
  Objective result;
  if (ce_weight > 0) {
    const auto value = cross_entropy(student_logits, targets, ce.label_smoothing);
    result.terms.emplace_back("ce", value.detach());
    result.summands.push_back({"ce", value, ce_weight});
    result.total = has_terms || ce_weight != 1.0 ? value * ce_weight : value;
  }
  for (const auto& loss : losses) {
    for (const auto& [name, term] : loss.terms.terms()) {
      result.terms.emplace_back(logged(loss, name), term.detach());
      result.summands.push_back({logged(loss, name), term, loss.weight});
    }
    if (const auto sum = weighted_sum(loss); sum.defined()) result.total = result.total.defined() ? result.total + sum : sum;
  }
  return result;
}

Objective objective(const torch::Tensor& student_logits, const Targets& targets, const LossTerms& terms,
                    const ObjectiveKnobs& knobs) {
  const double scale = knobs.tau_squared ? knobs.tau_student * knobs.tau_student : 1.0;
  return objective(student_logits, targets, {WeightedTerms{terms, knobs.alpha * scale}},
                   CrossEntropy{1.0 - knobs.alpha, 1.0, knobs.label_smoothing});
}

}  // namespace kdbench::inline train
