#include <kdbench/plan/make/convention.h>
#include <kdbench/plan/make/job_list.h>
#include <kdbench/plan/make/lockstep.h>
#include <kdbench/plan/make/loss_window.h>
#include <kdbench/plan/make/make_plan.h>
#include <kdbench/plan/make/spec_parts.h>
#include <kdbench/plan/make/stages.h>
#include <kdbench/plan/resolve/device.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>

namespace kdbench::inline plan {
namespace {

/// What a stage became: its job, and who taught it.
struct Trained {
  std::string job, model;
  std::string teacher_job;              ///< empty: the labels alone
  PlacedCheckpoint teacher_checkpoint;  ///< which state of it taught
  std::vector<std::string> chain;       ///< models from the first teacher to the one that taught it
};

class Planner {
 public:
  Planner(const ParsedSuite& parsed, const Catalog& catalog, const std::string& device)
      : suite_(parsed.suite),
        diagnostics_(parsed.diagnostics),
        resolved_(suite_, catalog, diagnostics_),
        answers_(resolved_),
        jobs_(resolved_) {
    plan_.suite = suite_.name;
    plan_.title = suite_.title;
    plan_.paper = suite_.paper;
    plan_.file = suite_.file;
    plan_.select = suite_.select;
    plan_.data_dir = suite_.data_dir;
    resolve_device_name(device);
  }

  Result<Plan> make() {
    std::vector<std::pair<Setting, std::vector<Usable>>> settings;
    for (const auto& study : suite_.studies) {
      plan_.studies.push_back(study.name);
      plan_.study_options[study.name] = options_of(study);
      for (auto& setting : settings_of(study)) settings.emplace_back(setting, usable_methods(setting));
    }
    if (!diagnostics_.empty()) return with_overrides_named(diagnostics_, suite_.overrides);
    for (const auto seed : suite_.seeds) {
      of_seed_ = seed_spec(seed, suite_.bins, plan_.device);
      for (const auto& [setting, methods] : settings) plan_setting(setting, methods, seed);
    }
    plan_.jobs = jobs_.take();
    return std::move(plan_);
  }

 private:
  void complain(Position at, std::string message) { diagnostics_.push_back({suite_.file, at, std::move(message)}); }

  void resolve_device_name(const std::string& wanted) {
    auto device = resolve_device(wanted.empty() ? suite_.device.value : wanted);
    if (device)
      plan_.device = *device;
    else if (wanted.empty())
      complain(suite_.device.at, device.error().front().message);
    else
      diagnostics_.push_back({"", {}, "--device: " + device.error().front().message});
  }

  /// The study's name for the strategy without detours, which boards compare the others with; empty where it has none.
  std::string direct_strategy(const Study& study) const {
    for (const auto& name : resolved_.strategies_of(study)) {
      const auto known = resolved_.strategies.find(name.value);
      if (known != resolved_.strategies.end() && known->second.is_baseline) return name.value;
    }
    return "";
  }

  StudyOptions options_of(const Study& study) const {
    return {study.baseline.empty() ? resolved_.baseline_loss : study.baseline, study.per_seed, direct_strategy(study)};
  }

  std::vector<Setting> settings_of(const Study& study) {
    std::vector<Setting> out;
    const auto dataset = resolved_.datasets.find(study.dataset.value);
    if (dataset == resolved_.datasets.end()) return out;  // reported where the data set is defined
    if (suite_.select == "best_val" && dataset->second.use->validation.value == 0) {
      complain(dataset->second.use->at,
               fmt::format("study '{}' reads the checkpoint \"best_val\" (suite.select), but dataset '{}' has no "
                           "validation rows; set 'validation' here, or select = \"last\"",
                           study.name, study.dataset.value));
    }
    const auto strategies = resolved_.strategies_of(study);
    if (strategies.empty()) {
      complain(study.at,
               fmt::format("study '{}' names no strategy, and no plugin here is the one without detours; add 'strategies'",
                           study.name));
    }
    for (const auto& pair : study.pairs) {
      for (const auto& strategy : strategies) {
        if (!resolved_.strategies.contains(strategy.value)) continue;
        out.push_back({&study, &pair, strategy.value, &dataset->second});
      }
    }
    return out;
  }

  /// Every method of the study that this setting can train; the reasons against the others become diagnostics.
  std::vector<Usable> usable_methods(const Setting& s) {
    std::vector<Usable> out;
    const auto& dataset = s.study->dataset.value;
    const auto* student = resolved_.facts(s.student(), dataset);
    const auto* teacher = s.teacher().empty() ? nullptr : resolved_.facts(s.teacher(), dataset);
    if (!student || (!s.teacher().empty() && !teacher)) return out;
    for (const auto& name : s.study->losses) {
      const auto methods = resolved_.methods.find(name.value);
      if (methods == resolved_.methods.end()) continue;
      for (const auto& method : methods->second) {
        if (auto usable = try_method(s, method, name.at)) out.push_back(std::move(*usable));
      }
    }
    check_augmentation(s, out);
    return out;
  }

  void check_augmentation(const Setting& s, const std::vector<Usable>& methods) {
    const auto& image = s.dataset->info.image;
    std::set<std::string> trained{s.student(), s.teacher()};
    for (const auto& usable : methods) {
      for (const auto& planned : usable.stages) trained.insert(planned.stage.model);
    }
    trained.erase("");
    for (const auto& name : trained) {
      const auto& recipe = resolved_.models.at(name).use->recipe;
      if ((recipe.crop_padding > 0 || recipe.flip) && image.height * image.width == 1) {
        complain(s.study->dataset.at, fmt::format("study '{}': model '{}' trains with crop or flip, but dataset '{}' has no "
                                                  "images ({} numbers a row); set train.crop_padding = 0 and train.flip = false",
                                                  s.study->name, name, s.study->dataset.value, image.channels));
      }
      if (recipe.is_strong() && image.height * image.width == 1) {
        complain(s.study->dataset.at,
                 fmt::format("study '{}': model '{}' trains with strong augmentation, but dataset '{}' has no "
                             "images ({} numbers a row); set train.strong_operations = 0 and train.cutout = 0",
                             s.study->name, name, s.study->dataset.value, image.channels));
      }
    }
  }

  std::optional<Usable> try_method(const Setting& s, const Method& method, Position at) {
    Usable usable{&method, {}, false, {}};
    const auto refuse = [&](Position where, const char* why) {
      complain(where, fmt::format("study '{}': loss '{}' with {}: {}", s.study->name, method.label, pair_text(s), why));
    };
    try {
      usable.needs = answers_.ask(method, s, s.student(), s.teacher()).needs;
      usable.labels_only = !usable.needs.terms;
      if (usable.labels_only) check_loss_keys(method, usable.needs, {}, *resolved_.models.at(s.student()).recipe);
      if (usable.needs.teacher && s.teacher().empty())
        throw Error("it needs a teacher; write the pair as [\"teacher\", \"student\"]");
      check_axis(method, usable.needs, s.study->axis);
      usable.stages = plan_stages(resolved_, answers_, s, method, usable.needs);
    } catch (const LossKeyError& error) {
      refuse(error.at(), error.what());
      return std::nullopt;
    } catch (const std::exception& error) {
      refuse(at, error.what());
      return std::nullopt;
    }
    return usable;
  }

  static std::string pair_text(const Setting& s) {
    return s.teacher().empty() ? fmt::format("student '{}'", s.student())
                               : fmt::format("teacher '{}' and student '{}'", s.teacher(), s.student());
  }

  void plan_setting(const Setting& s, const std::vector<Usable>& methods, std::int64_t seed) {
    const bool sensitivity = s.study->kind == StudyKind::kSensitivity;
    const bool taught = std::any_of(methods.begin(), methods.end(), [](const Usable& u) { return !u.labels_only; });
    if (!sensitivity && taught) place_alone(s, seed);
    for (const auto& usable : methods) {
      if (usable.labels_only) {
        place_alone(s, seed);
        if (!sensitivity) place_method(s, usable, *usable.method, 0, seed);
      } else if (!sensitivity) {
        place_method(s, usable, *usable.method, 0, seed);
      } else {
        for (const auto value : s.study->values) {
          place_method(s, usable, at_axis(*usable.method, s.study->axis, value), value, seed);
        }
      }
    }
  }

  Placement placement(const Setting& s, Role role, std::int64_t seed) const {
    Placement p;
    p.study = s.study->name;
    p.kind = s.study->kind;
    p.dataset = s.study->dataset.value;
    p.teacher = s.teacher();
    p.student = s.student();
    p.strategy = s.strategy;
    p.seed = seed;
    p.axis = s.study->axis;
    p.role = role;
    return p;
  }

  /// Every method places its teachers again; each place is kept once. What is left out of the key follows from the rest.
  void place(Placement p) {
    auto key = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", p.study, p.dataset, p.method, p.convention,
                           p.teacher, p.student, p.strategy, p.seed, p.value, static_cast<int>(p.role), p.job, p.teacher_job);
    if (placed_.insert(std::move(key)).second) plan_.placements.push_back(std::move(p));
  }

  void place_alone(const Setting& s, std::int64_t seed) {
    auto p = placement(s, Role::kAlone, seed);
    p.method = "alone";
    p.convention = "labels only";
    const auto& model = resolved_.models.at(s.student());
    Stage labels_alone;
    labels_alone.epochs = model.recipe->epochs;
    auto spec = labels_spec(of_seed_, *s.dataset, model, stage_recipe(model, labels_alone));
    p.job = jobs_.add(s, std::move(spec), fmt::format("alone {}", s.student()), s.student());
    place(std::move(p));
  }

  /// @param method the usable one, at `value` on the study's axis
  void place_method(const Setting& s, const Usable& usable, const Method& method, double value, std::int64_t seed) {
    std::map<std::string, Trained> trained;  // by stage
    for (const auto& planned : usable.stages) {
      const auto& stage = planned.stage;
      const bool named = stage.loss == StageLoss::kNamed && planned.method;
      auto spec = stage_spec(s, planned, named ? *planned.method : method, trained);
      auto& now = trained[stage.id] = taught_by(planned, trained);
      const bool features = planned.method && (planned.needs.teacher_features || planned.needs.teacher_embedding);
      now.job = jobs_.add(s, std::move(spec), job_name(s, usable, planned, value), stage.model, features);
      if (teaches(usable, stage.id)) place_teacher(s, stage.id, now, seed);
      place_peers(s, usable, planned, named ? *planned.method : method, value, seed, trained);
    }
    auto p = placement(s, Role::kMethod, seed);
    p.method = method.label;
    p.convention = convention_of(usable, method, s.study->axis);
    p.value = value;
    set_training(p, trained.at("student"));
    place(std::move(p));
  }

  /// The networks that learn together with a stage's own are teachers of each other; each is a job and a row of its own.
  void place_peers(const Setting& s, const Usable& usable, const StagePlan& planned, const Method& method, double value,
                   std::int64_t seed, std::map<std::string, Trained>& trained) {
    for (std::size_t i = 0; i < planned.peers.size(); ++i) {
      const auto& [id, model, recipe] = planned.peers[i];
      auto alone = planned;
      alone.stage.id = id;
      alone.stage.model = model;
      auto spec = stage_spec(s, planned, method, trained);
      spec.model = resolved_.models.at(model).spec;
      spec.train = recipe;
      spec.lockstep->member = static_cast<std::int64_t>(i) + 1;
      auto& now = trained[id] = {.job = "", .model = model, .teacher_job = "", .teacher_checkpoint = {}, .chain = {}};
      now.job = jobs_.add(s, std::move(spec), job_name(s, usable, alone, value), model);
      place_teacher(s, id, now, seed);
    }
  }

  /// A stage that others only start from or are added to is no teacher.
  static bool teaches(const Usable& usable, const std::string& stage) {
    return std::any_of(usable.stages.begin(), usable.stages.end(), [&](const StagePlan& p) {
      const auto& more = p.stage.more_teachers;
      const auto is_it = [&](const StageTeacher& teacher) { return teacher.stage == stage; };
      return p.taught() && (*p.stage.teacher == stage || std::any_of(more.begin(), more.end(), is_it));
    });
  }

  Spec stage_spec(const Setting& s, const StagePlan& planned, const Method& method,
                  const std::map<std::string, Trained>& trained) const {
    const auto& stage = planned.stage;
    const auto& model = resolved_.models.at(stage.model);
    auto spec = labels_spec(of_seed_, *s.dataset, model, planned.recipe);
    if (planned.method) spec.loss = loss_spec(method, planned.needs, stage);
    if (planned.taught()) spec.teacher = teacher_spec(trained.at(*stage.teacher).job, stage.teacher_checkpoint, stage);
    for (const auto& more : stage.more_teachers)
      spec.more_teachers.push_back(teacher_spec(trained.at(more.stage).job, more.checkpoint, stage));
    if (stage.init) spec.init = trained.at(*stage.init).job;
    if (stage.added_to) spec.added_to = trained.at(*stage.added_to).job;
    if (stage.loss_init) spec.loss_init = trained.at(*stage.loss_init).job;
    if (stage.trains_loss_alone) spec.trains = "loss";
    spec.lockstep = lockstep_spec(resolved_, planned);
    return spec;
  }

  static Trained taught_by(const StagePlan& planned, const std::map<std::string, Trained>& trained) {
    Trained out{.job = "", .model = planned.stage.model, .teacher_job = "", .teacher_checkpoint = {}, .chain = {}};
    if (!planned.taught()) return out;
    const auto& teacher = trained.at(*planned.stage.teacher);
    out.teacher_job = teacher.job;
    out.teacher_checkpoint = checkpoint_of(planned.stage.teacher_checkpoint);
    out.chain = teacher.chain;
    out.chain.push_back(teacher.model);
    return out;
  }

  static void set_training(Placement& p, const Trained& trained) {
    p.job = trained.job;
    p.teacher_job = trained.teacher_job;
    p.teacher_checkpoint = trained.teacher_checkpoint;
    p.chain = trained.chain;
  }

  void place_teacher(const Setting& s, const std::string& stage, const Trained& trained, std::int64_t seed) {
    auto p = placement(s, Role::kTeacher, seed);
    p.method = stage;
    p.student = "";
    p.teacher = trained.model;
    p.convention = trained.teacher_job.empty() ? "labels only" : "taught";
    set_training(p, trained);
    p.axis = "";
    place(std::move(p));
  }

  std::string job_name(const Setting& s, const Usable& usable, const StagePlan& planned, double value) const {
    const auto& stage = planned.stage;
    const bool by_method = stage.loss == StageLoss::kMethod;
    if (!by_method && !planned.method) return fmt::format("{} {}", stage.id, stage.model);
    const auto axis = s.study->axis.empty() || !by_method ? "" : fmt::format(" {}={}", s.study->axis, value);
    const auto who = stage.teacher ? fmt::format("{}->{}", s.teacher(), stage.model) : stage.model;
    const auto how = s.strategy == resolved_.baseline_strategy ? "" : " " + s.strategy;
    const auto at = stage.id == "student" ? "" : " " + stage.id;
    return fmt::format("{}{} {}{}{}", (by_method ? usable.method : planned.method)->label, axis, who, how, at);
  }

  const Suite& suite_;
  Diagnostics diagnostics_;
  Resolved resolved_;
  LossAnswers answers_;
  JobList jobs_;
  Spec of_seed_;  ///< of the seed that is being planned
  Plan plan_;
  std::unordered_set<std::string> placed_;
};

}  // namespace

Result<Plan> make_plan(const ParsedSuite& parsed, const Catalog& catalog, const std::string& device) {
  return Planner(parsed, catalog, device).make();
}

}  // namespace kdbench::inline plan
