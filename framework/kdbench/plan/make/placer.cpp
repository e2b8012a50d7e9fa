#include <kdbench/base/text.h>
#include <kdbench/plan/make/convention.h>
#include <kdbench/plan/make/lockstep.h>
#include <kdbench/plan/make/placer.h>
#include <kdbench/plan/make/spec_parts.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline plan {
namespace {

/// " tau=4 x12 matched".
std::string arm_text(const PlacedArm& arm) {
  return fmt::format(" tau={} x{}{}", arm.student_tau, arm.budget, arm.matched ? " matched" : "");
}

/// A stage that others only start from or are added to is no teacher.
bool teaches(const Usable& usable, const std::string& stage) {
  return std::any_of(usable.stages.begin(), usable.stages.end(), [&](const StagePlan& p) {
    const auto& more = p.stage.more_teachers;
    const auto is_it = [&](const StageTeacher& teacher) { return teacher.stage == stage; };
    return p.taught() && (*p.stage.teacher == stage || std::any_of(more.begin(), more.end(), is_it));
  });
}

}  // namespace

void Placer::begin_seed(std::int64_t seed, Judged judged) {
  of_seed_ = seed_spec(seed, resolved_.suite.bins, plan_.device);
  if (judged == Judged::kOnValidationAlone) of_seed_.judged_on = Spec::kValidation;
}

Placement Placer::placement(const Setting& s, Role role) const {
  Placement p;
  p.study = s.study->name;
  p.kind = s.study->kind;
  p.dataset = s.study->dataset.value;
  p.teacher = s.teacher();
  p.student = s.student();
  p.strategy = s.strategy;
  if (s.calibrator) p.calibrator = s.calibrator->label;
  p.seed = of_seed_.seed;
  p.axis = s.study->axis;
  p.role = role;
  return p;
}

/// Every method places its teachers again; each place is kept once. What is left out of the key follows from the rest.
void Placer::place(Placement p) {
  auto key =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", p.study, p.dataset, p.method, p.convention, p.teacher,
                  p.student, p.strategy, p.calibrator, p.seed, p.value, static_cast<int>(p.role), p.job, p.teacher_job);
  if (placed_.insert(std::move(key)).second) plan_.placements.push_back(std::move(p));
}

void Placer::place_alone(const Setting& s) {
  auto p = placement(s, Role::kAlone);
  p.method = "alone";
  p.convention = "labels only";
  const auto& model = resolved_.models.at(s.student());
  Stage labels_alone;
  labels_alone.epochs = model.recipe->epochs;
  auto spec = labels_spec(of_seed_, *s.dataset, model, stage_recipe(model, labels_alone));
  p.job = jobs_.add(s, std::move(spec), fmt::format("alone {}", s.student()), s.student());
  place(std::move(p));
}

void Placer::place_alone(const Setting& s, const PlacedArm& arm) {
  auto p = placement(s, Role::kAlone);
  p.method = fmt::format("alone x{}", arm.budget);
  p.convention = "labels only";
  p.arm = arm;
  const auto& model = resolved_.models.at(s.student());
  Stage labels_alone;
  labels_alone.epochs = model.recipe->epochs * arm.budget;
  auto spec = labels_spec(of_seed_, *s.dataset, model, stage_recipe(model, labels_alone));
  p.job = jobs_.add(s, std::move(spec), fmt::format("alone {} x{}", s.student(), arm.budget), s.student());
  place(std::move(p));
}

Placer::TrainedStages Placer::train_stages(const Setting& s, const Usable& usable, const Method& method, double value,
                                           const std::string& more, const std::string& matched_to) {
  TrainedStages trained;
  for (const auto& planned : usable.stages) {
    const auto& stage = planned.stage;
    const bool named = stage.loss == StageLoss::kNamed && planned.method;
    auto spec = stage_spec(s, planned, named ? *planned.method : method, trained);
    if (stage.id == "student" && !matched_to.empty()) spec.lr_matched_to = matched_to;
    auto& now = trained[stage.id] = taught_by(planned, trained);
    const bool features = planned.method && (planned.needs.teacher_features || planned.needs.teacher_embedding);
    const auto name = job_name(s, usable, planned, value) + (stage.id == "student" ? more : "");
    now.job = jobs_.add(s, std::move(spec), name, stage.model, features);
    if (has_places() && teaches(usable, stage.id)) place_teacher(s, stage.id, now);
    train_peers(s, usable, planned, named ? *planned.method : method, value, trained);
  }
  return trained;
}

void Placer::place_method(const Setting& s, const Usable& usable, const Method& method, double value,
                          const std::optional<PlacedTrial>& trial) {
  const auto trained = train_stages(s, usable, method, value, "");
  auto p = placement(s, Role::kMethod);
  p.method = method.label;
  p.convention = convention_of(usable, method, s.study->axis);
  p.value = value;
  p.trial = trial;
  set_training(p, trained.at("student"));
  place(std::move(p));
}

std::string Placer::place_trial(const Setting& s, const Usable& usable, const PlacedTrial& trial) {
  const auto trained = train_stages(s, usable, *usable.method, 0,
                                    fmt::format(", trial of {}", counted(static_cast<std::size_t>(trial.epochs), "epoch")));
  auto p = placement(s, Role::kTrial);
  p.method = usable.method->label;
  p.convention = convention_of(usable, *usable.method, "");
  p.trial = trial;
  p.job = trained.at("student").job;
  place(p);
  return p.job;
}

std::string Placer::place_arm(const Setting& s, const Usable& usable, const Method& method, const PlacedArm& arm,
                              const std::string& matched_to) {
  const auto trained = train_stages(s, usable, method, 0, arm_text(arm), matched_to);
  auto p = placement(s, Role::kMethod);
  p.method = method.label + arm_text(arm);
  if (s.calibrator) p.method += " " + s.calibrator->label;
  p.convention = convention_of(usable, method, "");
  p.arm = arm;
  set_training(p, trained.at("student"));
  place(p);
  return p.job;
}

/// The networks that learn together with a stage's own are teachers of each other; each is a job and a row of its own.
void Placer::train_peers(const Setting& s, const Usable& usable, const StagePlan& planned, const Method& method, double value,
                         TrainedStages& trained) {
  for (std::size_t i = 0; i < planned.peers.size(); ++i) {
    const auto& [id, model, recipe] = planned.peers[i];
    auto alone = planned;
    alone.stage.id = id;
    alone.stage.model = model;
    auto spec = stage_spec(s, planned, method, trained);
    spec.model = resolved_.models.at(model).spec;
    spec.train = recipe;
    spec.lockstep->member = static_cast<std::int64_t>(i) + 1;
    auto& now = trained[id] = {.job = "", .model = model};
    now.job = jobs_.add(s, std::move(spec), job_name(s, usable, alone, value), model);
    if (has_places()) place_teacher(s, id, now);
  }
}

Spec Placer::stage_spec(const Setting& s, const StagePlan& planned, const Method& method, const TrainedStages& trained) const {
  const auto& stage = planned.stage;
  const auto& model = resolved_.models.at(stage.model);
  auto spec = labels_spec(of_seed_, *s.dataset, model, planned.recipe);
  if (planned.method) spec.loss = loss_spec(method, planned.needs, stage);
  if (planned.taught())
    spec.teacher = teacher_spec(trained.at(*stage.teacher).job, stage.teacher_checkpoint, stage, s.calibrator);
  for (const auto& more : stage.more_teachers)
    spec.more_teachers.push_back(teacher_spec(trained.at(more.stage).job, more.checkpoint, stage, s.calibrator));
  if (stage.init) spec.init = trained.at(*stage.init).job;
  if (stage.added_to) spec.added_to = trained.at(*stage.added_to).job;
  if (stage.loss_init) spec.loss_init = trained.at(*stage.loss_init).job;
  if (stage.trains_loss_alone) spec.trains = "loss";
  spec.lockstep = lockstep_spec(resolved_, planned);
  return spec;
}

Placer::Trained Placer::taught_by(const StagePlan& planned, const TrainedStages& trained) {
  Trained out{.job = "", .model = planned.stage.model};
  if (!planned.taught()) return out;
  const auto& teacher = trained.at(*planned.stage.teacher);
  out.teacher_job = teacher.job;
  out.teacher_checkpoint = checkpoint_of(planned.stage.teacher_checkpoint);
  out.chain = teacher.chain;
  out.chain.push_back(teacher.model);
  return out;
}

void Placer::set_training(Placement& p, const Trained& trained) {
  p.job = trained.job;
  p.teacher_job = trained.teacher_job;
  p.teacher_checkpoint = trained.teacher_checkpoint;
  p.chain = trained.chain;
}

void Placer::place_teacher(const Setting& s, const std::string& stage, const Trained& trained) {
  auto p = placement(s, Role::kTeacher);
  p.method = stage;
  p.student = "";
  p.teacher = trained.model;
  p.convention = trained.teacher_job.empty() ? "labels only" : "taught";
  set_training(p, trained);
  p.axis = "";
  if (trained.teacher_job.empty()) p.calibrator.clear();  // it taught calibrated, and is not another network for that
  place(std::move(p));
}

std::string Placer::job_name(const Setting& s, const Usable& usable, const StagePlan& planned, double value) const {
  const auto& stage = planned.stage;
  const bool by_method = stage.loss == StageLoss::kMethod;
  if (!by_method && !planned.method) return fmt::format("{} {}", stage.id, stage.model);
  const auto axis = s.study->axis.empty() || !by_method ? "" : fmt::format(" {}={}", s.study->axis, value);
  const auto who = stage.teacher ? fmt::format("{}->{}", s.teacher(), stage.model) : stage.model;
  const auto how = s.strategy == resolved_.baseline_strategy ? "" : " " + s.strategy;
  const auto at = stage.id == "student" ? "" : " " + stage.id;
  const auto by = planned.taught() && s.calibrator ? " " + s.calibrator->label : "";
  return fmt::format("{}{} {}{}{}{}", (by_method ? usable.method : planned.method)->label, axis, who, how, by, at);
}

}  // namespace kdbench::inline plan
