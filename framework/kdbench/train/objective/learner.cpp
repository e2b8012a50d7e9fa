#include <kdbench/sdk/torch_compat.h>
#include <kdbench/train/objective/learner.h>
#include <kdbench/train/objective/loss_guard.h>

#include <algorithm>
#include <utility>

namespace kdbench::inline train {
namespace {

ModelOutput divided(ModelOutput output, double temperature) {
  if (temperature != 1.0) output.logits = output.logits / temperature;
  return output;
}

/// @param rows of the images, as calibrators know them
ModelOutput answer_of(const FrozenTeacher& teacher, const torch::Tensor& images, const torch::Tensor& rows,
                      double teacher_temperature) {
  const torch::NoGradGuard no_grad;
  auto output = teacher.model->forward(images);
  if (!teacher.calibrator) return divided(std::move(output), teacher.temperature * teacher_temperature);
  output = divided(std::move(output), teacher.temperature);
  output.logits = teacher.calibrator->apply(output.logits, rows);
  return divided(std::move(output), teacher_temperature);
}

}  // namespace

Learner::Learner(std::shared_ptr<Model> network, std::vector<TrainedLoss> losses, AskedTeachers asked, torch::Device device,
                 const Spec& spec, std::int64_t steps_per_epoch)
    : network_(std::move(network)),
      asked_(std::move(asked)),
      device_(device),
      recipe_(spec.train),
      spec_(spec.loss),
      ce_(cross_entropy_of(spec)),
      steps_per_epoch_(steps_per_epoch) {
  needs_.teacher = false;
  needs_.repeatable = true;  // cross-entropy alone is
  for (std::size_t i = 0; i < losses.size(); ++i) {
    losses_.push_back({std::move(losses[i]), spec_->parts.at(i)});
    needs_ = needs_.with(losses_.back().trained.needs);
  }
}

bool Learner::distils(std::int64_t epoch) const {
  return std::any_of(losses_.begin(), losses_.end(),
                     [&](const Part& part) { return part.trained.needs.teacher && part.spec.is_on(epoch); });
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

bool Learner::asks_calibrator() const {
  const auto has = [](const FrozenTeacher& teacher) { return teacher.calibrator != nullptr; };
  return std::any_of(asked_.more.begin(), asked_.more.end(), has) || (asked_.second_view && has(*asked_.second_view));
}

std::vector<ModelOutput> Learner::more_teachers(const Batch& batch, double teacher_temperature) const {
  std::vector<ModelOutput> out;
  for (std::size_t i = 1; i < heard_.size(); ++i) out.push_back(divided(heard_[i], teacher_temperature));
  for (const auto& teacher : asked_.more) out.push_back(answer_of(teacher, batch.images, batch.indices, teacher_temperature));
  return out;
}

Learner::SecondView Learner::second_view(const Part& part, const Batch& batch) const {
  SecondView out;
  if (!part.trained.needs.second_view) return out;
  out.student = output_of(batch.second_images);
  if (part.trained.needs.teacher && asked_.second_view)
    out.teacher = answer_of(*asked_.second_view, batch.second_images, batch.indices, part.spec.teacher_temperature);
  return out;
}

ModelOutput Learner::output_of(const torch::Tensor& images) const {
  ModelOutput student;
  const StateGuard state;
  {
    const Bf16Scope bf16(recipe_->bf16(), device_.is_cuda());
    student = network_->forward(images);
  }
  state.check("the model");
  if (recipe_->bf16()) student.logits = student.logits.to(torch::kFloat32);
  return student;
}

LossTerms Learner::terms_of(const Part& part, const ModelOutput& student, const Batch& batch, const ModelOutput& teacher,
                            std::int64_t step) const {
  ModelOutput taught;
  if (part.trained.needs.teacher) taught = teacher;
  const auto& how = part.spec;
  if (taught.logits.defined()) taught = divided(std::move(taught), how.teacher_temperature);
  // Until a loss has shown that it writes nothing it is lent copies, so that it cannot harm those who read the originals.
  const bool on_trial = !part.is_tried && device_.is_cpu();
  const auto lent = on_trial ? copy_of(taught) : taught;
  const torch::Tensor none;
  auto view = second_view(part, batch);
  const LossInputs inputs{
      student,
      lent,
      batch.labels,
      batch.indices,
      part.trained.needs.posterior ? batch.posterior : none,
      batch.images,
      how.tau_student,
      how.tau_teacher,
      step / steps_per_epoch_,
      recipe_->epochs,
      step,
      recipe_->epochs * steps_per_epoch_,
      part.trained.needs.several_teachers ? more_teachers(batch, how.teacher_temperature) : std::vector<ModelOutput>(),
      std::move(view.student),
      std::move(view.teacher),
      part.trained.needs.student_classifier ? network_->classifier() : Classifier{},
      batch.mixed_labels,
      batch.mix};
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

torch::Tensor Learner::judged_logits(const ModelOutput& student) const {
  for (const auto& part : losses_) {
    if (part.trained.needs.adapts) return part.trained.loss->judged_logits(student).to(torch::kFloat32);
  }
  return student.logits;
}

ModelOutput Learner::look(const Batch& batch) {
  looked_ = output_of(batch.images);
  auto seen = *looked_;
  for_each_tensor(seen, [](const char*, const std::string&, torch::Tensor& tensor) { tensor = tensor.detach(); });
  return seen;
}

Learner::Outcome Learner::forward(const Batch& batch, const ModelOutput& teacher, std::int64_t step) {
  const auto student = looked_ ? *std::exchange(looked_, std::nullopt) : output_of(batch.images);
  auto weighted = terms(student, batch, heard_.empty() ? teacher : heard_.front(), step);
  heard_.clear();
  const auto judged = judged_logits(student);
  auto minimised = objective(judged, {batch.labels, batch.mixed_labels, batch.mix}, weighted, ce_);
  return {judged, std::move(minimised)};
}

}  // namespace kdbench::inline train
