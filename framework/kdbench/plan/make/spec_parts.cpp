#include <kdbench/base/hash.h>
#include <kdbench/plan/make/spec_parts.h>
#include <kdbench/registry/check_params.h>

#include <fmt/core.h>

namespace kdbench::inline plan {

Spec seed_spec(std::int64_t seed, std::int64_t bins, const std::string& device) {
  Spec spec;
  spec.set("sdk", make_part(KDBENCH_SDK_ABI));
  spec.set("seed", make_part(seed));
  spec.set("bins", make_part(bins));
  spec.set("device", make_part(device == "cpu" ? "cpu" : "cuda"));
  spec.set("loss", make_part(nullptr));
  spec.set("teacher", make_part(nullptr));
  return spec;
}

Spec labels_spec(const Spec& of_seed, const ResolvedDataset& dataset, const ResolvedModel& model, const SpecPartPtr& recipe) {
  auto spec = of_seed;
  spec.set("dataset", dataset.spec);
  spec.set("model", model.spec);
  spec.set("train", recipe);
  return spec;
}

namespace {

/// The schedule keeps its shape: what is given in epochs moves with their number, and what is a fraction of them does by itself.
void stretch(Json& recipe, double from, std::int64_t to) {
  Json milestones = Json::array();
  for (const auto& milestone : recipe.at("milestones")) {
    const double m = milestone;
    if (m < 1)
      milestones.push_back(m);
    else if (m < from)
      milestones.push_back(m / from);
  }
  recipe["milestones"] = std::move(milestones);
  recipe["warmup_epochs"] = recipe.at("warmup_epochs").get<double>() * static_cast<double>(to) / from;
  recipe["epochs"] = to;
}

}  // namespace

SpecPartPtr stage_recipe(const ResolvedModel& model, const Stage& stage) {
  const std::int64_t epochs = model.recipe->value.at("epochs");
  if (stage.epochs == epochs && stage.label_smoothing == 0) return model.recipe;
  auto recipe = model.recipe->value;
  if (stage.epochs != epochs) stretch(recipe, static_cast<double>(epochs), stage.epochs);
  if (stage.label_smoothing > 0) recipe["label_smoothing"] = stage.label_smoothing;
  return make_part(std::move(recipe));
}

Json loss_spec(const Method& method, const LossNeeds& needs, const Knobs& knobs, const Stage& stage) {
  const bool teacher = needs.teacher;  // without one, the temperatures decide nothing and must not split jobs
  return {{"plugin", method.entry->name},
          {"version", method.entry->version},
          {"params", to_json(method.params)},
          {"alpha", knobs.alpha},
          {"tau_student", teacher ? student_tau(knobs) : 1.0},
          {"tau_teacher", teacher ? teacher_tau(knobs) : 1.0},
          {"teacher_temperature", teacher ? knobs.teacher_temperature : 1.0},
          {"tau_squared", teacher && knobs.tau_squared},
          {"kd_begin", stage.kd_begin},
          {"kd_end", stage.kd_end == 0 ? stage.epochs : stage.kd_end}};
}

Json teacher_spec(const std::string& job, const Stage& stage) {
  const auto& [rule, epoch] = stage.teacher_checkpoint;
  Json spec{{"job", job}, {"checkpoint", {{"rule", rule}, {"epoch", rule == "epoch" ? epoch : 0}}}};
  if (stage.fit_teacher_temperature) spec["temperature"] = "fitted";
  return spec;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return checkpoint.rule == "epoch" ? fmt::format("epoch {}", checkpoint.epoch) : checkpoint.rule;
}

std::string job_identity(const Spec& spec) { return sha256_hex(spec.identity()); }

std::string group_of(const Spec& spec) {
  std::string key;
  for (const char* member : {"teacher", "dataset", "seed", "device"}) key += spec.identity(member) + '\n';
  for (const char* member : {"batch_size", "epochs", "crop_padding", "flip", "threads", "precision", "evaluate_every"}) {
    key += canonical(spec.at("train").at(member)) + '\n';
  }
  return sha256_hex(key).substr(0, 16);
}

}  // namespace kdbench::inline plan
