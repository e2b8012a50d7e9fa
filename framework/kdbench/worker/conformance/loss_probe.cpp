#include <kdbench/worker/conformance/loss_probe.h>

#include <kdbench/base/check.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/checker.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>

namespace kdbench::inline worker {
namespace {

constexpr std::uint64_t kProbeSeed = 11;  // of what a loss draws

ModelOutput draw_output(const std::vector<FeatureShape>& shapes, std::int64_t embedding, std::int64_t rows,
                        std::int64_t num_classes, torch::ScalarType type) {
  ModelOutput out;
  out.logits = 2 * at::randn({rows, num_classes}, type);
  for (const auto& shape : shapes) {
    const auto before = at::randn({rows, shape.channels, shape.height, shape.width}, type);
    out.preactivations[shape.name] = before;
    out.features[shape.name] = before.relu();
  }
  if (embedding > 0) out.embedding = at::randn({rows, embedding}, type).abs();
  return out;
}

torch::Tensor draw_map(const std::optional<FeatureShape>& shape, std::int64_t rows, torch::ScalarType type) {
  if (!shape) return {};
  return at::randn({rows, shape->channels, shape->height, shape->width}, type).abs();
}

Classifier draw_classifier(std::int64_t num_classes, std::int64_t width, torch::ScalarType type) {
  return {at::randn({num_classes, width}, type), at::randn({num_classes}, type)};
}

NamedTensors tensors_of(ModelOutput& output, ModelOutput& second_view) {
  NamedTensors tensors;
  const auto add = [&](ModelOutput& view, const std::string& whose) {
    for_each_tensor(view, [&](const std::string& kind, const std::string& name, torch::Tensor& tensor) {
      tensors.emplace_back(whose + (name.empty() ? kind : kind + " " + name), &tensor);
    });
  };
  add(output, "");
  add(second_view, "second view's ");
  return tensors;
}

torch::Tensor rows_of(const torch::Tensor& tensor, const torch::Tensor& rows) {
  return tensor.defined() ? tensor.detach().index_select(0, rows) : tensor;
}

void keep_needed(ModelOutput& teacher, const LossNeeds& needs) {
  if (!needs.teacher) teacher = {};
  if (!needs.teacher_features) {
    teacher.features.clear();
    teacher.preactivations.clear();
    teacher.embedding_map = torch::Tensor();
  }
  if (!needs.teacher_embedding) teacher.embedding = torch::Tensor();
}

/// Of both networks, as they are on the first.
void draw_second_view(ProbeBatch& batch, const LossContext& context, const LossNeeds& needs, std::uint64_t seed) {
  at::manual_seed(seed);
  const auto rows = batch.labels.size(0);
  const auto type = batch.student.logits.scalar_type();
  const auto draw = [&](const auto& shapes, std::int64_t embedding, const auto& map) {
    auto view = draw_output(shapes, embedding, rows, context.num_classes, type);
    view.embedding_map = draw_map(map, rows, type);
    return view;
  };
  batch.student_second_view = draw(context.student, context.student_embedding, context.student_embedding_map);
  batch.teacher_second_view = draw(context.teacher, context.teacher_embedding, context.teacher_embedding_map);
  keep_needed(batch.teacher_second_view, needs);
}

}  // namespace

NamedTensors ProbeBatch::student_tensors() {
  auto tensors = tensors_of(student, student_second_view);
  if (student_classifier.weight.defined()) tensors.emplace_back("classifier weight", &student_classifier.weight);
  if (student_classifier.bias.defined()) tensors.emplace_back("classifier bias", &student_classifier.bias);
  return tensors;
}
NamedTensors ProbeBatch::teacher_tensors() { return tensors_of(teacher, teacher_second_view); }
NamedTensors ProbeBatch::other_tensors() {
  NamedTensors tensors{{"labels", &labels}, {"indices", &indices}, {"images", &images}};
  if (posterior.defined()) tensors.emplace_back("posterior", &posterior);
  return tensors;
}

LossContext probe_context(std::int64_t num_classes, bool alike) {
  LossContext context{.num_classes = num_classes,
                      .num_train = kMostProbeRows,
                      .student = {{"f0", 4, 8, 8}, {"f1", 4, 8, 8}, {"f2", 6, 4, 4}, {"f3", 8, 2, 2}},
                      .teacher = {{"f0", 6, 8, 8}, {"f1", 6, 8, 8}, {"f2", 8, 4, 4}, {"f3", 12, 2, 2}},
                      .student_embedding = 8,
                      .teacher_embedding = 12,
                      .seed = kProbeSeed,
                      .student_embedding_map = FeatureShape{"embedding map", 8, 2, 2},
                      .teacher_embedding_map = FeatureShape{"embedding map", 12, 2, 2},
                      .student_exits = {"exit1", "exit2"}};
  if (alike) {
    context.teacher = context.student;
    context.teacher_embedding = context.student_embedding;
    context.teacher_embedding_map = context.student_embedding_map;
  }
  draw_teacher(context);
  return context;
}

void draw_teacher(LossContext& context) {
  at::manual_seed(kProbeSeed);
  for (auto& map : context.teacher) map.norm = NormAffine{at::rand({map.channels}) + 0.5, at::randn({map.channels})};
  context.teacher_classifier = draw_classifier(context.num_classes, context.teacher_embedding, torch::kFloat32);
  context.train_labels = at::randint(context.num_classes, {kMostProbeRows}, torch::kInt64);
}

ProbeBatch draw_batch(const LossContext& context, const LossNeeds& needs, std::int64_t rows, torch::ScalarType type,
                      std::uint64_t seed) {
  KDBENCH_CHECK(rows <= kMostProbeRows, "a batch of more rows than the split");
  at::manual_seed(seed);
  ProbeBatch batch;
  const auto k = context.num_classes;
  batch.student = draw_output(context.student, context.student_embedding, rows, k, type);
  batch.teacher = draw_output(context.teacher, context.teacher_embedding, rows, k, type);
  batch.labels = at::randint(k, {rows}, torch::kInt64);
  // 37 has no divisor in common with the number of rows, so that no row comes twice; another seed begins elsewhere.
  batch.indices = (at::arange(rows, torch::kInt64) * 37 + static_cast<std::int64_t>(seed)).remainder(kMostProbeRows);
  batch.images = at::randn({rows, 3, 8, 8}, type);
  if (needs.posterior) batch.posterior = at::softmax(at::randn({rows, k}, type), 1);
  at::manual_seed(seed + 1);
  batch.student.embedding_map = draw_map(context.student_embedding_map, rows, type);
  batch.teacher.embedding_map = draw_map(context.teacher_embedding_map, rows, type);
  const auto classifier = draw_classifier(k, context.student_embedding, type);
  if (needs.student_classifier) batch.student_classifier = classifier;
  std::map<std::string, torch::Tensor, std::less<>> exits;
  for (const auto& name : context.student_exits) exits[name] = 2 * at::randn({rows, k}, type);
  if (needs.student_exits) batch.student.exits = std::move(exits);
  keep_needed(batch.teacher, needs);
  if (needs.second_view) draw_second_view(batch, context, needs, seed + 2);
  for (const auto& [name, tensor] : batch.student_tensors()) tensor->requires_grad_(true);
  return batch;
}

ProbeBatch take_rows(const ProbeBatch& batch, const torch::Tensor& rows) {
  ProbeBatch taken = batch;
  for (const auto& [name, tensor] : taken.student_tensors()) {
    *tensor = (name.starts_with("classifier") ? tensor->detach().clone() : rows_of(*tensor, rows)).requires_grad_(true);
  }
  for (const auto& [name, tensor] : taken.teacher_tensors()) *tensor = rows_of(*tensor, rows);
  for (auto* tensor : {&taken.labels, &taken.indices, &taken.posterior, &taken.images}) *tensor = rows_of(*tensor, rows);
  return taken;
}

ProbedLoss::ProbedLoss(const LossEntry& entry, const LossContext& context, torch::ScalarType type) {
  at::manual_seed(kProbeSeed);
  loss_ = entry.create(resolve_params(entry.params, {}), context);
  loss_->to(type);
  loss_->train();
}

LossTerms ProbedLoss::forward(ProbeBatch& batch, const ProbePlace& place) {
  const LossInputs inputs{.student = batch.student,
                          .teacher = batch.teacher,
                          .labels = batch.labels,
                          .indices = batch.indices,
                          .posterior = batch.posterior,
                          .images = batch.images,
                          .tau_student = batch.tau_student,
                          .tau_teacher = batch.tau_teacher,
                          .epoch = place.epoch,
                          .num_epochs = place.num_epochs,
                          .step = place.step,
                          .num_steps = place.num_steps,
                          .student_second_view = batch.student_second_view,
                          .teacher_second_view = batch.teacher_second_view,
                          .student_classifier = batch.student_classifier};
  return loss_->forward(inputs);
}

Probe ProbedLoss::run(ProbeBatch& batch, bool with_gradients, const ProbePlace& place) {
  Probe probe;
  for (const auto& [name, tensor] : batch.student_tensors()) tensor->mutable_grad() = torch::Tensor();
  probe.terms = forward(batch, place);
  for (const auto& [name, term] : probe.terms.terms()) {
    require(term.defined() && term.dim() == 0 && term.is_floating_point(), "term '" + name + "' is not a 0-dim float");
    probe.total = probe.total.defined() ? probe.total + term : term;
  }
  if (!with_gradients || !probe.total.defined()) return probe;
  require(probe.total.requires_grad(), "the loss does not depend on the student: it is detached");
  probe.total.backward();
  for (const auto& [name, tensor] : batch.student_tensors()) {
    if (tensor->grad().defined()) probe.gradients.emplace_back(name, tensor->grad().clone());
  }
  return probe;
}

Probe measure(const LossEntry& entry, const LossContext& context, ProbeBatch& batch, bool with_gradients,
              const ProbePlace& place) {
  return ProbedLoss(entry, context, batch.student.logits.scalar_type()).run(batch, with_gradients, place);
}

}  // namespace kdbench::inline worker
