#include <kdbench/sdk/torch_compat.h>
#include <kdbench/train/student/learner.h>
#include <kdbench/train/student/loss_guard.h>

#include <algorithm>

namespace kdbench::inline train {

Learner::Learner(std::shared_ptr<Model> network, std::vector<TrainedLoss> losses, torch::Device device, const Spec& spec,
                 std::int64_t steps_per_epoch)
    : network_(std::move(network)),
      device_(device),
      recipe_(spec.train),
      spec_(spec.loss),
      ce_(cross_entropy_of(spec)),
      steps_per_epoch_(steps_per_epoch) {
  needs_.teacher = false;
  needs_.repeatable = true;  // cross-entropy alone is
  for (std::size_t i = 0; i < losses.size(); ++i) {
    losses_.push_back({std::move(losses[i]), {}, spec_->parts.at(i)});
    losses_.back().needs = losses_.back().trained.loss->needs();
    needs_ = needs_.with(losses_.back().needs);
  }
}

bool Learner::distils(std::int64_t epoch) const {
  return std::any_of(losses_.begin(), losses_.end(),
                     [&](const Part& part) { return part.needs.teacher && part.spec.is_on(epoch); });
}

/// Of the part's terms; nothing while they are off.
std::optional<double> Learner::weight(const Part& part, std::int64_t epoch) const {
  if (!part.spec.is_on(epoch)) return std::nullopt;
  return spec_->terms_weight(part.spec, epoch);
}

bool Learner::is_like(std::int64_t epoch, std::int64_t other) const {
  return std::all_of(losses_.begin(), losses_.end(),
                     [&](const Part& part) { return weight(part, epoch) == weight(part, other); });
}

std::int64_t Learner::phase(std::int64_t epoch) const {
  auto first = epoch;
  while (first > 0 && is_like(first - 1, epoch)) --first;
  return first;
}

LossTerms Learner::terms_of(const Part& part, const ModelOutput& student, const Batch& batch, const ModelOutput& teacher,
                            std::int64_t step) const {
  ModelOutput taught;
  if (part.needs.teacher) taught = teacher;
  const auto& how = part.spec;
  if (taught.logits.defined() && how.teacher_temperature != 1.0) taught.logits = taught.logits / how.teacher_temperature;
  // Until a loss has shown that it writes nothing it is lent copies, so that it cannot harm those who read the originals.
  const bool on_trial = !part.is_tried && device_.is_cpu();
  const auto lent = on_trial ? copy_of(taught) : taught;
  const torch::Tensor none;
  const LossInputs inputs{student,
                          lent,
                          batch.labels,
                          batch.indices,
                          part.needs.posterior ? batch.posterior : none,
                          batch.images,
                          how.tau_student,
                          how.tau_teacher,
                          step / steps_per_epoch_,
                          recipe_->epochs,
                          step,
                          recipe_->epochs * steps_per_epoch_};
  const LossGuard guard(inputs, !on_trial);
  auto terms = part.trained.loss->forward(inputs);
  guard.check();
  if (on_trial) check_copies(lent, taught);
  part.is_tried = true;
  return terms;
}

std::vector<WeightedTerms> Learner::terms(const ModelOutput& student, const Batch& batch, const ModelOutput& teacher,
                                          std::int64_t step) const {
  std::vector<WeightedTerms> out;
  for (const auto& part : losses_) {
    if (const auto weighs = weight(part, step / steps_per_epoch_)) {
      out.push_back({terms_of(part, student, batch, teacher, step), *weighs, part.trained.name});
    }
  }
  return out;
}

Learner::Outcome Learner::forward(const Batch& batch, const ModelOutput& teacher, std::int64_t step) const {
  ModelOutput student;
  {
    const Bf16Scope bf16(recipe_->bf16(), device_.is_cuda());
    student = network_->forward(batch.images);
  }
  if (recipe_->bf16()) student.logits = student.logits.to(torch::kFloat32);
  auto minimised = objective(student.logits, batch.labels, terms(student, batch, teacher, step), ce_);
  return {student.logits, std::move(minimised)};
}

}  // namespace kdbench::inline train
