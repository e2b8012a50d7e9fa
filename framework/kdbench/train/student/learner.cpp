#include <kdbench/sdk/torch_compat.h>
#include <kdbench/train/student/learner.h>

namespace kdbench::inline train {

Learner::Learner(std::shared_ptr<Model> network, std::shared_ptr<Loss> loss, torch::Device device, const Spec& spec,
                 std::int64_t steps_per_epoch)
    : network_(std::move(network)),
      loss_(std::move(loss)),
      device_(device),
      recipe_(spec.train),
      knobs_(objective_knobs(spec)),
      steps_per_epoch_(steps_per_epoch) {
  needs_.teacher = false;
  needs_.repeatable = true;  // cross-entropy alone is
  if (loss_) needs_ = loss_->needs();
  if (!spec.loss) return;
  kd_begin_ = spec.loss->kd_begin;
  kd_end_ = spec.loss->kd_end;
}

LossTerms Learner::terms(const ModelOutput& student, const Batch& batch, const ModelOutput& teacher, std::int64_t step) const {
  const auto epoch = step / steps_per_epoch_;
  if (!terms_on(epoch)) return {};
  ModelOutput scaled = teacher;
  if (scaled.logits.defined() && knobs_.teacher_temperature != 1.0) scaled.logits = scaled.logits / knobs_.teacher_temperature;
  const torch::Tensor none;
  return loss_->forward({student, scaled, batch.labels, batch.indices, needs_.posterior ? batch.posterior : none, batch.images,
                         knobs_.tau_student, knobs_.tau_teacher, epoch, recipe_->epochs, step,
                         recipe_->epochs * steps_per_epoch_});
}

Learner::Outcome Learner::forward(const Batch& batch, const ModelOutput& teacher, std::int64_t step) const {
  ModelOutput student;
  {
    const Bf16Scope bf16(recipe_->bf16(), device_.is_cuda());
    student = network_->forward(batch.images);
  }
  if (recipe_->bf16()) student.logits = student.logits.to(torch::kFloat32);
  auto minimised = objective(student.logits, batch.labels, terms(student, batch, teacher, step), knobs_);
  return {student.logits, std::move(minimised)};
}

}  // namespace kdbench::inline train
