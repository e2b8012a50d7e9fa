#include <kdbench/worker/conformance/loss_subject.h>

#include <kdbench/registry/check_params.h>

#include <ATen/ops/isfinite.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline worker {

LossSubject make_subject(const LossEntry& entry) {
  const auto params = resolve_params(entry.params, {});
  std::string reason;
  for (const bool alike : {false, true}) {
    auto context = probe_context(LossSubject::kClasses, alike);
    const auto why = entry.unsupported(params, context);
    if (!why) return {entry, context, entry.needs(params, context)};
    reason = *why;
  }
  throw NotApplicable("declines every pair of the suite: " + reason);
}

const std::vector<AskedPart>& asked_parts() {
  static const std::vector<AskedPart> parts{
      {"the teacher's logits", ".teacher", &LossNeeds::teacher,
       [](ProbeBatch& into, const ProbeBatch& from) { into.teacher.logits = from.teacher.logits; }},
      {"the teacher's feature maps", ".teacher_features", &LossNeeds::teacher_features,
       [](ProbeBatch& into, const ProbeBatch& from) {
         into.teacher.features = from.teacher.features;
         into.teacher.preactivations = from.teacher.preactivations;
         into.teacher.embedding_map = from.teacher.embedding_map;
       }},
      {"the teacher's embedding", ".teacher_embedding", &LossNeeds::teacher_embedding,
       [](ProbeBatch& into, const ProbeBatch& from) { into.teacher.embedding = from.teacher.embedding; }},
      {"the posterior", ".posterior", &LossNeeds::posterior,
       [](ProbeBatch& into, const ProbeBatch& from) { into.posterior = from.posterior; }},
      {"the student's last layer", ".student_classifier", &LossNeeds::student_classifier,
       [](ProbeBatch& into, const ProbeBatch& from) { into.student_classifier = from.student_classifier; }},
      {"the student's exits", ".student_exits", &LossNeeds::student_exits,
       [](ProbeBatch& into, const ProbeBatch& from) { into.student.exits = from.student.exits; }},
      {"a second view", ".second_view", &LossNeeds::second_view,
       [](ProbeBatch& into, const ProbeBatch& from) {
         into.student_second_view = from.student_second_view;
         into.teacher_second_view = from.teacher_second_view;
       }},
  };
  return parts;
}

ProbeBatch batch_with(const LossSubject& subject, const AskedPart& part, torch::ScalarType type) {
  constexpr LossNeeds kEverything{.teacher_features = true,
                                  .teacher_embedding = true,
                                  .posterior = true,
                                  .student_classifier = true,
                                  .student_exits = true,
                                  .second_view = true};
  auto batch = subject.batch(LossSubject::kRows, type);
  part.take(batch, draw_batch(subject.context, kEverything, LossSubject::kRows, type));
  return batch;
}

EqualNetworks equal_networks(const LossSubject& subject) {
  LossSubject twins{subject.entry, probe_context(LossSubject::kClasses, true), subject.needs};
  const auto why = twins.entry.unsupported(resolve_params(twins.entry.params, {}), twins.context);
  if (why) throw NotApplicable(*why);
  auto batch = twins.batch();
  batch.tau_student = batch.tau_teacher;
  const auto student = batch.student_tensors();
  for (const auto& [name, tensor] : batch.teacher_tensors()) {
    for (const auto& [other, source] : student) {
      if (other == name) *tensor = source->detach().clone();
    }
  }
  return {std::move(twins), std::move(batch)};
}

void require_finite(const Probe& probe) {
  for (const auto& [name, term] : probe.terms.terms()) {
    require(std::isfinite(term.item<double>()), fmt::format("term '{}' is {}", name, term.item<double>()));
  }
  for (const auto& [name, gradient] : probe.gradients) {
    require(at::isfinite(gradient).all().item<bool>(), "the gradient of the student's " + name + " is not finite");
  }
}

double largest_gradient(const Probe& probe) {
  double top = 0;
  for (const auto& [name, gradient] : probe.gradients) top = std::max(top, gradient.abs().max().item<double>());
  return top;
}

}  // namespace kdbench::inline worker
