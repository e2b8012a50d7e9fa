#include <kdbench/base/hash.h>
#include <kdbench/base/text.h>
#include <kdbench/plan/device.h>
#include <kdbench/plan/estimate.h>
#include <kdbench/plan/make_plan.h>
#include <kdbench/plan/resolved.h>
#include <kdbench/registry/check_params.h>

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

namespace kdbench {
namespace {

/// States of a network that training keeps, by the rule that chose them.
const std::set<std::string> kKeptRules{"last", "best_val", "min_val_ece", "min_val_nll"};

/// One column of a study: who teaches whom, how, on which data.
struct Setting {
  const Study* study = nullptr;
  const PairUse* pair = nullptr;
  std::string strategy;
  const ResolvedDataset* dataset = nullptr;
  std::string teacher() const { return pair->teacher.value; }
  std::string student() const { return pair->student.value; }
};

/// A method that was found usable in one setting, with what that needed.
struct Usable {
  const Method* method = nullptr;
  LossNeeds needs;
  bool labels_only = false;
  std::vector<Stage> stages;
};

class Planner {
 public:
  Planner(const ParsedSuite& parsed, const Catalog& catalog, const std::string& device)
      : suite_(parsed.suite), diagnostics_(parsed.diagnostics), resolved_(suite_, catalog, diagnostics_) {
    plan_.suite = suite_.name;
    plan_.title = suite_.title;
    plan_.file = suite_.file;
    plan_.select = suite_.select;
    plan_.data_dir = suite_.data_dir;
    plan_.study_options = Json::object();
    resolve_device_name(device);
  }

  Result<Plan> make() {
    std::vector<std::pair<Setting, std::vector<Usable>>> settings;
    for (const auto& study : suite_.studies) {
      plan_.studies.push_back(study.name);
      plan_.study_options[study.name] = {{"baseline", study.baseline}, {"per_seed", study.per_seed}};
      for (auto& setting : settings_of(study)) settings.emplace_back(setting, usable_methods(setting));
    }
    if (!diagnostics_.empty()) return with_overrides_named(diagnostics_, suite_.overrides);
    for (const auto seed : suite_.seeds) {
      for (const auto& [setting, methods] : settings) plan_setting(setting, methods, seed);
    }
    return std::move(plan_);
  }

 private:
  void complain(Position at, std::string message) { diagnostics_.push_back({suite_.file, at, std::move(message)}); }

  void resolve_device_name(const std::string& wanted) {
    auto device = resolve_device(wanted.empty() ? suite_.device.value : wanted);
    if (device) plan_.device = *device;
    else if (wanted.empty()) complain(suite_.device.at, device.error().front().message);
    else diagnostics_.push_back({"", {}, "--device: " + device.error().front().message});
  }

  std::vector<Setting> settings_of(const Study& study) {
    std::vector<Setting> out;
    const auto dataset = resolved_.datasets.find(study.dataset.value);
    if (dataset == resolved_.datasets.end()) return out;  // reported where the data set is defined
    if (suite_.select == "best_val" && dataset->second.use->validation.value == 0) {
      complain(dataset->second.use->at, fmt::format("study '{}' reads the checkpoint \"best_val\" (suite.select), but dataset '{}' has no "
                                                    "validation rows; set 'validation' here, or select = \"last\"", study.name, study.dataset.value));
    }
    for (const auto& pair : study.pairs) {
      for (const auto& strategy : study.strategies) {
        if (!resolved_.strategies.contains(strategy.value)) continue;
        out.push_back({&study, &pair, strategy.value, &dataset->second});
      }
    }
    return out;
  }

  LossContext loss_context(const Setting& s, const ModelFacts& student, const ModelFacts* teacher) const {
    LossContext context;
    context.num_classes = s.dataset->info.num_classes;
    context.num_train = s.dataset->num_train();
    context.student = student.features;
    context.student_embedding = student.embedding;
    if (teacher) context.teacher = teacher->features;
    if (teacher) context.teacher_embedding = teacher->embedding;
    return context;
  }

  /// Every method of the study that this setting can train; the reasons against the others become diagnostics.
  std::vector<Usable> usable_methods(const Setting& s) {
    std::vector<Usable> out;
    const auto& dataset = s.study->dataset.value;
    const auto* student = resolved_.facts(s.student(), dataset);
    const auto* teacher = s.teacher().empty() ? nullptr : resolved_.facts(s.teacher(), dataset);
    if (!student || (!s.teacher().empty() && !teacher)) return out;
    check_augmentation(s);
    for (const auto& name : s.study->losses) {
      const auto methods = resolved_.methods.find(name.value);
      if (methods == resolved_.methods.end()) continue;
      for (const auto& method : methods->second) {
        if (auto usable = try_method(s, method, name.at, loss_context(s, *student, teacher))) out.push_back(std::move(*usable));
      }
    }
    return out;
  }

  void check_augmentation(const Setting& s) {
    const auto& image = s.dataset->info.image;
    for (const auto& name : {s.student(), s.teacher()}) {
      if (name.empty()) continue;
      const auto& recipe = resolved_.models.at(name).use->recipe;
      if ((recipe.crop_padding > 0 || recipe.flip) && image.height * image.width == 1) {
        complain(s.study->dataset.at, fmt::format("study '{}': model '{}' trains with crop or flip, but dataset '{}' has no "
                                                  "images ({} numbers a row); set train.crop_padding = 0 and train.flip = false",
                                                  s.study->name, name, s.study->dataset.value, image.channels));
      }
    }
  }

  std::optional<Usable> try_method(const Setting& s, const Method& method, Position at, const LossContext& context) {
    const auto what = fmt::format("study '{}': loss '{}' with {}", s.study->name, method.label, pair_text(s));
    Usable usable{&method, {}, false, {}};
    try {
      const auto loss = method.entry->create(method.params, context);
      usable.needs = loss->needs();
      if (const auto why = loss->unsupported(context)) throw Error(*why);
      usable.labels_only = !usable.needs.terms;
      if (usable.needs.posterior && !s.dataset->info.has_posterior) {
        throw Error(fmt::format("it learns the posterior, which dataset '{}' does not know", s.study->dataset.value));
      }
      if (usable.needs.teacher && s.teacher().empty()) throw Error("it needs a teacher; write the pair as [\"teacher\", \"student\"]");
      usable.stages = stages_of(s, usable.needs.teacher);
    } catch (const std::exception& error) {
      complain(at, fmt::format("{}: {}", what, error.what()));
      return std::nullopt;
    }
    return usable;
  }

  static std::string pair_text(const Setting& s) {
    return s.teacher().empty() ? fmt::format("student '{}'", s.student())
                               : fmt::format("teacher '{}' and student '{}'", s.teacher(), s.student());
  }

  std::vector<Stage> stages_of(const Setting& s, bool with_teacher) {
    StrategyContext context{with_teacher ? s.teacher() : "", s.student(), {}, 0, resolved_.models.at(s.student()).use->recipe.epochs};
    if (with_teacher) context.teacher_epochs = resolved_.models.at(s.teacher()).use->recipe.epochs;
    for (const auto& [name, model] : resolved_.models) {
      if (const auto* facts = resolved_.facts(name, s.study->dataset.value)) context.models.push_back({name, facts->num_params});
    }
    std::stable_sort(context.models.begin(), context.models.end(),
                     [](const auto& a, const auto& b) { return a.num_params > b.num_params; });
    auto stages = resolved_.strategies.at(s.strategy).strategy->plan(context);
    check_stages(stages, s.strategy);
    return stages;
  }

  /// A strategy that breaks its contract is refused by name rather than planned wrongly.
  void check_stages(const std::vector<Stage>& stages, const std::string& strategy) const {
    const auto broken = [&](const std::string& why) { throw Error(fmt::format("strategy '{}' {}", strategy, why)); };
    if (stages.empty() || stages.back().id != "student") broken("does not end in the stage \"student\"");
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const auto& stage = stages[i];
      if (!resolved_.models.contains(stage.model)) broken(fmt::format("trains '{}', which is no [models.NAME]", stage.model));
      if (stage.epochs < 1) broken(fmt::format("gives stage '{}' {} epochs", stage.id, stage.epochs));
      if (!stage.teacher) continue;
      if (const auto& rule = stage.teacher_checkpoint.rule; !kKeptRules.contains(rule)) {
        broken(fmt::format("asks for the checkpoint rule '{}'{}", rule, suggestion(rule, {kKeptRules.begin(), kKeptRules.end()})));
      }
      const auto is_teacher = [&](const Stage& earlier) { return earlier.id == *stage.teacher; };
      if (std::none_of(stages.begin(), stages.begin() + static_cast<std::ptrdiff_t>(i), is_teacher)) {
        broken(fmt::format("lets stage '{}' learn from '{}', which is no earlier stage", stage.id, *stage.teacher));
      }
    }
  }

  void plan_setting(const Setting& s, const std::vector<Usable>& methods, std::int64_t seed) {
    const bool sensitivity = s.study->kind == StudyKind::kSensitivity;
    const bool taught = std::any_of(methods.begin(), methods.end(), [](const Usable& u) { return !u.labels_only; });
    if (!sensitivity && taught) place_alone(s, seed);
    for (const auto& usable : methods) {
      if (usable.labels_only) {
        place_alone(s, seed);
        if (!sensitivity) place_method(s, usable, usable.method->knobs, 0, seed);
      } else if (!sensitivity) {
        place_method(s, usable, usable.method->knobs, 0, seed);
      } else {
        for (const auto value : s.study->values) {
          place_method(s, usable, at_axis(usable.method->knobs, s.study->axis, value), value, seed);
        }
      }
    }
  }

  Placement placement(const Setting& s, const std::string& role, std::int64_t seed) const {
    Placement p;
    p.study = s.study->name;
    p.kind = s.study->kind == StudyKind::kCompare ? "compare" : "sensitivity";
    p.dataset = s.study->dataset.value;
    p.teacher = s.teacher();
    p.student = s.student();
    p.strategy = s.strategy;
    p.seed = seed;
    p.axis = s.study->axis;
    p.role = role;
    return p;
  }

  void place(Placement p) {

    if (placed_.emplace(canonical(to_json(p)), true).second) plan_.placements.push_back(std::move(p));

  }

  void place_alone(const Setting& s, std::int64_t seed) {
    auto p = placement(s, "alone", seed);
    p.method = "alone";
    p.convention = "labels only";
    const auto& recipe = resolved_.models.at(s.student()).recipe;
    p.job = add_job(s, labels_spec(s, s.student(), recipe, seed), fmt::format("alone {} s{}", s.student(), seed), s.student(), "");
    place(std::move(p));
  }

  Json base_spec(const Setting& s, const std::string& model, const Json& recipe, std::int64_t seed) const {
    return {{"sdk", KDBENCH_SDK_ABI},
            {"dataset", s.dataset->spec},
            {"model", resolved_.models.at(model).spec},
            {"train", recipe},
            {"seed", seed},
            {"bins", suite_.bins},
            {"device", plan_.device == "cpu" ? "cpu" : "cuda"}};
  }

  Json labels_spec(const Setting& s, const std::string& model, const Json& recipe, std::int64_t seed) const {
    auto spec = base_spec(s, model, recipe, seed);
    spec["loss"] = nullptr;
    spec["teacher"] = nullptr;
    return spec;
  }

  static Json loss_spec(const Usable& usable, const Knobs& knobs, const Stage& stage) {
    const bool teacher = usable.needs.teacher;  // without one, the temperatures decide nothing and must not split jobs
    return {{"plugin", usable.method->entry->name},
            {"version", usable.method->entry->version},
            {"params", to_json(usable.method->params)},
            {"alpha", knobs.alpha},
            {"tau_student", teacher ? student_tau(knobs) : 1.0},
            {"tau_teacher", teacher ? teacher_tau(knobs) : 1.0},
            {"teacher_temperature", teacher ? knobs.teacher_temperature : 1.0},
            {"tau_squared", teacher && knobs.tau_squared},
            {"kd_begin", stage.kd_begin},
            {"kd_end", stage.kd_end == 0 ? stage.epochs : stage.kd_end}};
  }

  Json stage_recipe(const Stage& stage) const {
    auto recipe = resolved_.models.at(stage.model).recipe;
    recipe["epochs"] = stage.epochs;
    if (stage.label_smoothing > 0) recipe["label_smoothing"] = stage.label_smoothing;
    return recipe;
  }

  void place_method(const Setting& s, const Usable& usable, const Knobs& knobs, double value, std::int64_t seed) {
    std::map<std::string, std::string> job_of;  // stage id -> job id
    std::string teacher_job;
    for (const auto& stage : usable.stages) {
      auto spec = labels_spec(s, stage.model, stage_recipe(stage), seed);
      const bool by_method = stage.loss == StageLoss::kMethod && !usable.labels_only;
      if (by_method) spec["loss"] = loss_spec(usable, knobs, stage);
      teacher_job.clear();
      if (by_method && usable.needs.teacher && stage.teacher) {
        teacher_job = job_of.at(*stage.teacher);
        spec["teacher"] = {{"job", teacher_job}, {"checkpoint", {{"rule", stage.teacher_checkpoint.rule}, {"epoch", 0}}}};
      }
      const bool features = by_method && (usable.needs.teacher_features || usable.needs.teacher_embedding);
      job_of[stage.id] = add_job(s, std::move(spec), job_label(s, usable, stage, value, seed), stage.model, teacher_job, features);
      if (stage.id != "student") place_teacher(s, stage, job_of[stage.id], teacher_job, seed);
    }
    auto p = placement(s, "method", seed);
    p.method = usable.method->label;
    p.convention = convention(s, usable, knobs);
    p.value = value;
    p.job = job_of.at("student");
    p.teacher_job = teacher_job;
    place(std::move(p));
  }

  static std::string convention(const Setting& s, const Usable& usable, const Knobs& knobs) {
    if (usable.labels_only) return "labels only";
    if (!usable.needs.teacher) return fmt::format("posterior, alpha={}", knobs.alpha);
    return convention_text(knobs, s.study->axis);
  }

  void place_teacher(const Setting& s, const Stage& stage, const std::string& job, const std::string& taught_by, std::int64_t seed) {
    auto p = placement(s, "teacher", seed);
    p.method = stage.id;
    p.student = "";
    p.teacher = stage.model;
    p.convention = taught_by.empty() ? "labels only" : "taught";
    p.job = job;
    p.teacher_job = taught_by;
    p.axis = "";
    place(std::move(p));
  }

  static std::string job_label(const Setting& s, const Usable& usable, const Stage& stage, double value, std::int64_t seed) {
    if (stage.loss == StageLoss::kLabels) return fmt::format("{} {} s{}", stage.id, stage.model, seed);
    const auto axis = s.study->axis.empty() ? "" : fmt::format(" {}={}", s.study->axis, value);
    const auto who = stage.teacher ? fmt::format("{}->{}", s.teacher(), stage.model) : stage.model;
    const auto how = s.strategy == "direct" ? "" : " " + s.strategy;
    const auto at = stage.id == "student" ? "" : " " + stage.id;
    return fmt::format("{}{} {}{}{} s{}", usable.method->label, axis, who, how, at, seed);
  }

  /// The hash of what determines the result: of the spec, with what the data's files hold in place of where they lie.
  static std::string identity(const Setting& s, Json spec) {
    for (const auto& place : s.dataset->places) spec["dataset"]["params"].erase(place);
    return sha256_hex(canonical(spec));
  }

  std::string add_job(const Setting& s, Json spec, const std::string& label, const std::string& model, const std::string& needs,
                      bool feature_loss = false) {
    auto id = identity(s, spec);
    if (!known_.emplace(id, plan_.jobs.size()).second) return id;
    Job job;
    job.id = id;
    job.label = label;
    job.checkpoint_every = resolved_.models.at(model).use->recipe.checkpoint_every;
    if (!needs.empty()) job.needs = {needs};
    // A group gives every student one thread; a job that asks for more is trained apart, because threads decide rounding.
    if (!needs.empty() && spec.at("train").at("threads") == 1) job.group = group_of(spec);
    const auto* facts = resolved_.facts(model, s.study->dataset.value);
    const auto* teacher = needs.empty() ? nullptr : teacher_facts(needs, s);
    const auto estimate = estimate_job(*facts, teacher, spec, s.dataset->num_train(), s.dataset->info, feature_loss);
    job.estimated_s = estimate.seconds;
    job.estimated_bytes = estimate.bytes;
    job.shared_bytes = estimate.shared_bytes;
    job.state_bytes = estimate.state_bytes;
    job.spec = std::move(spec);
    model_of_[id] = model;
    plan_.jobs.push_back(std::move(job));
    return id;
  }

  const ModelFacts* teacher_facts(const std::string& job, const Setting& s) {
    const auto it = model_of_.find(job);
    return it == model_of_.end() ? nullptr : resolved_.facts(it->second, s.study->dataset.value);
  }

  /// Jobs that see the same teacher logits on the same batches in the same order.
  static std::string group_of(const Json& spec) {
    const auto& train = spec.at("train");
    const Json key{spec.at("teacher"), spec.at("dataset"), spec.at("seed"), spec.at("device"), train.at("batch_size"),
                   train.at("epochs"), train.at("crop_padding"), train.at("flip"), train.at("threads"), train.at("precision"),
                   train.at("evaluate_every")};
    return sha256_hex(canonical(key)).substr(0, 16);
  }

  const Suite& suite_;
  Diagnostics diagnostics_;
  Resolved resolved_;
  Plan plan_;
  std::unordered_map<std::string, std::size_t> known_;
  std::unordered_map<std::string, std::string> model_of_;
  std::unordered_map<std::string, bool> placed_;
};

}  // namespace

Result<Plan> make_plan(const ParsedSuite& parsed, const Catalog& catalog, const std::string& device) {
  return Planner(parsed, catalog, device).make();
}

}  // namespace kdbench
