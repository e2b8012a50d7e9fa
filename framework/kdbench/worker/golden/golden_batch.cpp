#include <kdbench/worker/golden/golden_batch.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace kdbench::inline worker {
namespace {

constexpr std::int64_t kClassesOfNobody = 2;  // where a case has neither logits nor a classifier
constexpr std::string_view kDraws = "draws.";

torch::Tensor given(const std::optional<GoldenTensor>& tensor) { return tensor ? tensor->value : torch::Tensor(); }

torch::Tensor given_whole(const std::optional<GoldenTensor>& tensor, const char* place) {
  return tensor ? whole_numbers(tensor->value, place) : torch::Tensor();
}

FeatureMaps given_maps(const GoldenMaps& maps) {
  FeatureMaps out;
  for (const auto& [name, map] : maps) out.emplace(name, map.value);
  return out;
}

ModelOutput given_output(const GoldenNetwork& network) {
  ModelOutput out{.logits = given(network.logits),
                  .features = given_maps(network.features),
                  .preactivations = given_maps(network.preactivations),
                  .embedding = given(network.embedding),
                  .embedding_map = given(network.embedding_map),
                  .exits = given_maps(network.exits)};
  if (!out.embedding.defined() && out.embedding_map.defined()) out.embedding = out.embedding_map.mean({2, 3});
  return out;
}

Classifier given_classifier(const GoldenNetwork& network) {
  if (!network.classifier) return {};
  return {given(network.classifier->weight), given(network.classifier->bias)};
}

FeatureShape shape_of(const std::string& name, const torch::Tensor& map) {
  const auto size = [&](std::int64_t d) { return d < map.dim() ? map.size(d) : 1; };
  return {name, size(1), size(2), size(3)};
}

/// Maps that have an activation and those that are given before it alone, shallow to deep.
std::vector<FeatureShape> shapes_of(const GoldenNetwork& network) {
  GoldenMaps all = network.features;
  all.insert(network.preactivations.begin(), network.preactivations.end());
  std::vector<FeatureShape> shapes;
  for (const auto& [name, map] : all) {
    shapes.push_back(shape_of(name, map.value));
    const auto norm = network.norms.find(name);
    if (norm != network.norms.end()) shapes.back().norm = NormAffine{norm->second.scale.value, norm->second.shift.value};
  }
  return shapes;
}

std::optional<FeatureShape> map_shape(const GoldenNetwork& network) {
  if (!network.embedding_map) return std::nullopt;
  return shape_of("embedding map", network.embedding_map->value);
}

std::vector<std::string> names_of(const GoldenMaps& maps) {
  std::vector<std::string> names;
  for (const auto& [name, map] : maps) names.push_back(name);
  return names;
}

std::int64_t embedding_width(const GoldenNetwork& network) {
  if (network.embedding) return network.embedding->value.size(1);
  return network.embedding_map ? network.embedding_map->value.size(1) : 0;
}

std::int64_t classes_of(const GoldenStep& step) {
  for (const auto* network : {&step.student, step.teacher ? &*step.teacher : nullptr}) {
    if (!network) continue;
    if (network->logits) return network->logits->value.size(1);
    if (network->classifier && network->classifier->weight) return network->classifier->weight->value.size(0);
  }
  return step.posterior ? step.posterior->value.size(1) : kClassesOfNobody;
}

/// What a network made of the batch: logits of 0 where the case has none.
ModelOutput whole_output(const GoldenNetwork& network, std::int64_t rows, std::int64_t num_classes) {
  auto output = given_output(network);
  if (!output.logits.defined()) output.logits = at::zeros({rows, num_classes}, torch::kFloat64);
  return output;
}

/// Rows of the batch: of the first tensor that has them.
std::int64_t rows_of_step(const GoldenStep& step) {
  std::int64_t rows = -1;
  const auto look = [&](const std::string& place, const torch::Tensor& tensor) {
    const bool has_rows = place.find(".classifier") == std::string::npos && !place.starts_with(kDraws) && tensor.dim() > 0;
    if (rows < 0 && has_rows) rows = tensor.size(0);
  };
  for_each_leaf(step, look);
  if (step.teacher) for_each_golden_tensor("teacher", *step.teacher, look);
  if (rows < 0 && step.labels) rows = step.labels->value.size(0);
  if (rows < 0) throw Error("expected a tensor of the student or the teacher, found none");
  return rows;
}

/// What the loss is built with stands in the first step alone.
void check_step(const GoldenStep& step, const GoldenStep& first, bool is_first) {
  if (!step.student.norms.empty()) throw Error("student.norms: a loss is told the norms of a teacher alone");
  if (!step.teacher && !step.more_teachers.empty()) throw Error("more_teachers: they stand beside 'teacher', and there is none");
  if (step.more_teachers.size() != first.more_teachers.size()) {
    throw Error(fmt::format("more_teachers: expected {} as in the first step, found {}", first.more_teachers.size(),
                            step.more_teachers.size()));
  }
  if (step.mix && !step.mixed_labels) throw Error("mix: it is the share of 'labels' beside 'mixed_labels', and there are none");
  if (step.mix && !(*step.mix >= 0 && *step.mix <= 1))
    throw Error(fmt::format("mix: expected a share in [0, 1], found {}", *step.mix));
  const auto check = [&](const GoldenNetwork& teacher, const char* place) {
    if (!teacher.exits.empty()) throw Error(fmt::format("{}.exits: a loss is given the exits of the student alone", place));
    if (is_first || (!teacher.classifier && teacher.norms.empty())) return;
    throw Error(
        fmt::format("{}: its classifier and norms are what the loss is built with; write them in the first step alone", place));
  };
  if (step.teacher) check(*step.teacher, "teacher");
  for (const auto& teacher : step.more_teachers) check(teacher, "more_teachers");
}

/// Takes a step that it may change: batches that were given one tensor have leaves of their own.
GoldenBatch batch_of(GoldenStep step, std::int64_t num_classes, double teacher_temperature) {
  GoldenBatch batch;
  for_each_leaf(step, [&](const std::string& place, torch::Tensor& tensor) {
    const bool is_draw = place.starts_with(kDraws);
    if (is_draw && !tensor.is_floating_point()) return;  // which rows, and the like
    if (!tensor.is_floating_point()) throw Error(place + ": expected dtype float64, found int64");
    tensor = tensor.detach().clone().requires_grad_(true);
    batch.leaves[place] = tensor;
  });
  const auto rows = rows_of_step(step);
  const auto student = [&](const GoldenNetwork& network) { return whole_output(network, rows, num_classes); };
  const auto teacher = [&](const GoldenNetwork& network) {
    auto output = whole_output(network, rows, num_classes);
    if (teacher_temperature != 1.0) output.logits = output.logits / teacher_temperature;
    return output;
  };
  batch.student = student(step.student);
  if (step.teacher) batch.teacher = teacher(*step.teacher);
  for (const auto& more : step.more_teachers) batch.more_teachers.push_back(teacher(more));
  if (step.student_second_view) batch.student_second_view = student(*step.student_second_view);
  if (step.teacher_second_view) batch.teacher_second_view = teacher(*step.teacher_second_view);
  batch.student_classifier = given_classifier(step.student);
  for (const auto& [name, tensor] : step.draws) batch.draws[name] = tensor.value;
  batch.has_labels = step.labels.has_value();
  batch.labels = step.labels ? given_whole(step.labels, "labels") : at::zeros({rows}, torch::kInt64);
  batch.mixed_labels = given_whole(step.mixed_labels, "mixed_labels");
  batch.mix = step.mix.value_or(1.0);
  batch.indices = step.indices ? given_whole(step.indices, "indices") : at::arange(rows, torch::kInt64);
  batch.posterior = given(step.posterior);
  batch.images = given(step.images);
  return batch;
}

LossContext context_of(const GoldenCase& golden, std::int64_t num_classes) {
  const auto& first = golden.steps.items.front();
  const auto teacher = first.teacher.value_or(GoldenNetwork{});
  LossContext context{.num_classes = num_classes,
                      .student = shapes_of(first.student),
                      .teacher = shapes_of(teacher),
                      .student_embedding = embedding_width(first.student),
                      .teacher_embedding = embedding_width(teacher),
                      .seed = static_cast<std::uint64_t>(golden.context.seed.value_or(0)),
                      .student_embedding_map = map_shape(first.student),
                      .teacher_embedding_map = map_shape(teacher),
                      .student_exits = names_of(first.student.exits),
                      .teacher_classifier = given_classifier(teacher)};
  for (const auto& more : first.more_teachers) {
    context.more_teachers.push_back({shapes_of(more), embedding_width(more), map_shape(more), given_classifier(more)});
  }
  context.train_labels = given_whole(golden.context.train_labels, "context.train_labels");
  return context;
}

std::int64_t train_rows(const GoldenCase& golden, const GoldenInputs& inputs) {
  if (golden.context.num_train) return *golden.context.num_train;
  if (golden.context.train_labels) return golden.context.train_labels->value.size(0);
  std::int64_t most = 0;
  for (const auto& batch : inputs.batches) {
    if (batch.indices.numel() > 0) most = std::max(most, batch.indices.max().item<std::int64_t>());
  }
  return most + 1;
}

}  // namespace

GoldenInputs golden_inputs(const GoldenCase& golden, double teacher_temperature) {
  const auto& steps = golden.steps.items;
  if (steps.empty()) throw Error("steps: expected at least one batch, found none");
  GoldenInputs inputs;
  const auto num_classes = golden.context.num_classes.value_or(classes_of(steps.front()));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    try {
      check_step(steps[i], steps.front(), i == 0);
      inputs.batches.push_back(batch_of(steps[i], num_classes, teacher_temperature));
    } catch (const Error& error) {
      throw Error(steps.size() == 1 ? fmt::format("steps: {}", error.what()) : fmt::format("steps[{}]: {}", i, error.what()));
    }
    auto& batch = inputs.batches.back();
    batch.epoch = steps[i].epoch.value_or(0);
    batch.step = steps[i].step.value_or(static_cast<std::int64_t>(i));
    inputs.num_epochs = std::max(inputs.num_epochs, batch.epoch + 1);
    inputs.num_steps = std::max(inputs.num_steps, batch.step + 1);
  }
  inputs.num_epochs = golden.context.num_epochs.value_or(inputs.num_epochs);
  inputs.num_steps = golden.context.num_steps.value_or(inputs.num_steps);
  inputs.context = context_of(golden, num_classes);
  inputs.context.num_train = train_rows(golden, inputs);
  return inputs;
}

}  // namespace kdbench::inline worker
