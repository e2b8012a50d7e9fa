#include <kdbench/base/hash.h>
#include <kdbench/plan/make/loss_window.h>
#include <kdbench/plan/make/spec_parts.h>
#include <kdbench/registry/check_params.h>

#include <fmt/core.h>

#include <optional>

namespace kdbench::inline plan {
namespace {

/// The number of the binary interface that stands in every spec. It is the one of the time when specs were fixed: a later
/// interface gives the same results, and a plugin that computes something else says so by its version.
constexpr std::int64_t kSpecSdk = 2;

/// The schedule keeps its shape: what is given in epochs moves with their number, and what is a fraction of them does by itself.
void stretch(Recipe& recipe, std::int64_t to) {
  const auto from = static_cast<double>(recipe.epochs);
  std::vector<double> milestones;
  for (const double m : recipe.milestones) milestones.push_back(m < 1 ? m : m / from);
  recipe.milestones = std::move(milestones);
  recipe.warmup_epochs = recipe.warmup_epochs * static_cast<double>(to) / from;
  recipe.epochs = to;
}

/// The alpha that means these weights, so that one training is one job; nothing if there is none. Weights multiply float tensors:
/// 0.1 and 1 - 0.9 are the same there. Of epochs without terms alpha says something else.
std::optional<double> as_alpha(const Knobs& knobs, bool always_terms) {
  if (!knobs.has_weights()) return knobs.alpha;
  const bool same = knobs.kd() <= 1 && static_cast<float>(knobs.ce()) == static_cast<float>(1.0 - knobs.kd());
  return always_terms && same ? std::optional(knobs.kd()) : std::nullopt;
}

/// Of a loss that is no combination.
void write_weights(const Knobs& knobs, const Stage& stage, LossSpec& spec) {
  auto& part = spec.parts.front();
  if (const auto alpha = as_alpha(knobs, loss_window(knobs, stage).is_whole(stage))) {
    spec.alpha = alpha;
    part.kd_weight.reset();
  } else {
    spec.ce_weight = knobs.ce();
  }
}

LossPart part_spec(const MethodPart& part, const LossNeeds& needs, const Stage& stage) {
  const auto knobs = needs.teacher ? part.knobs : without_teacher(part);
  const auto window = loss_window(knobs, stage);
  LossPart spec{.name = {},
                .use = {part.entry->name, part.entry->version, to_json(part.params)},
                .kd_weight = knobs.kd(),
                .tau_student = student_tau(knobs),
                .tau_teacher = teacher_tau(knobs),
                .teacher_temperature = knobs.teacher_temperature,
                .tau_squared = knobs.tau_squared && needs.reads_student_tau(),
                .kd_begin = window.begin,
                .kd_end = window.end};
  if (knobs.warmup_epochs > 1) spec.warmup_epochs = knobs.warmup_epochs;
  return spec;
}

/// Calibrators are asked after the teacher, so that students with different ones share its passes.
TeacherSpec uncalibrated(TeacherSpec teacher) {
  teacher.calibrator.reset();
  return teacher;
}

}  // namespace

Spec seed_spec(std::int64_t seed, std::int64_t bins, const std::string& device) {
  Spec spec;
  spec.sdk = kSpecSdk;
  spec.seed = seed;
  spec.bins = bins;
  spec.device = device == "cpu" ? "cpu" : "cuda";
  return spec;
}

Spec labels_spec(const Spec& of_seed, const ResolvedDataset& dataset, const ResolvedModel& model, const Shared<Recipe>& recipe) {
  auto spec = of_seed;
  spec.dataset = dataset.spec;
  spec.model = model.spec;
  spec.train = recipe;
  return spec;
}

Shared<Recipe> stage_recipe(const ResolvedModel& model, const Stage& stage, bool reads_second_view) {
  const bool drops_view = model.recipe->views > 1 && !reads_second_view;
  if (stage.epochs == model.recipe->epochs && stage.label_smoothing == 0 && !drops_view) return model.recipe;
  auto recipe = *model.recipe;
  if (drops_view) {  // a view that nobody reads is not made, and what it would have had is no setting of the first
    const Recipe plain;
    recipe.views = plain.views;
    recipe.strong_operations = plain.strong_operations;
    recipe.strong_magnitude = plain.strong_magnitude;
    recipe.cutout = plain.cutout;
  }
  if (stage.epochs != recipe.epochs) stretch(recipe, stage.epochs);
  if (stage.label_smoothing > 0) recipe.label_smoothing = stage.label_smoothing;
  return recipe;
}

Shared<LossSpec> loss_spec(const Method& method, const MethodNeeds& needs, const Stage& stage) {
  LossSpec spec;
  for (std::size_t i = 0; i < method.parts.size(); ++i) {
    spec.parts.push_back(part_spec(method.parts[i], needs.parts[i], stage));
  }
  if (method.policy) spec.gradient_policy = method.policy->spec();
  if (!method.is_combination()) {
    write_weights(method.parts.front().knobs, stage, spec);
    return spec;
  }
  spec.ce_weight = method.ce_weight;
  const auto deciding = to_document(spec);
  for (std::size_t i = 0; i < method.parts.size(); ++i) spec.parts[i].name = method.parts[i].use->name;
  return {std::move(spec), deciding};
}

CheckpointRef checkpoint_of(const Checkpoint& checkpoint) {
  const auto& [rule, epoch] = checkpoint;
  return {rule, rule == "epoch" ? epoch : 0};
}

TeacherSpec teacher_spec(const std::string& job, const Checkpoint& checkpoint, const Stage& stage,
                         const ResolvedCalibrator* calibrator) {
  TeacherSpec spec{job, checkpoint_of(checkpoint), std::nullopt};
  if (calibrator) spec.calibrator = calibrator->spec();
  if (stage.fit_teacher_temperature) spec.temperature = "fitted";
  return spec;
}

std::string job_identity(const Spec& spec) { return sha256_hex(spec.identity()); }

std::string group_of(const Spec& spec) {
  if (spec.lockstep) {
    auto set = *spec.lockstep;
    set.member = 0;
    auto key = fmt::format("{}\n{}\n{}\n{}\n{}\n", canonical(to_document(set)), spec.loss.identity(), spec.dataset.identity(),
                           canonical(spec.seed), canonical(spec.device));
    if (spec.judged_on) key += *spec.judged_on + '\n';
    return sha256_hex(key).substr(0, 16);
  }
  auto key = fmt::format("{}\n{}\n{}\n{}\n", canonical(to_document(uncalibrated(*spec.teacher))), spec.dataset.identity(),
                         canonical(spec.seed), canonical(spec.device));
  if (!spec.more_teachers.empty()) {
    std::vector<TeacherSpec> more;
    for (const auto& teacher : spec.more_teachers) more.push_back(uncalibrated(teacher));
    key += canonical(to_document(more)) + '\n';
  }
  if (spec.judged_on) key += *spec.judged_on + '\n';
  const auto& t = *spec.train;
  if (t.is_strong() || t.views > 1)
    key += fmt::format("{}\n{}\n{}\n{}\n", t.strong_operations, t.strong_magnitude, t.cutout, t.views);
  if (t.mixup > 0) key += canonical(Json(t.mixup)) + '\n';
  for (const Json& member : {Json(t.batch_size), Json(t.epochs), Json(t.crop_padding), Json(t.flip), Json(t.threads),
                             Json(t.precision), Json(t.evaluate_every)}) {
    key += canonical(member) + '\n';
  }
  return sha256_hex(key).substr(0, 16);
}

}  // namespace kdbench::inline plan
