#include <kdbench/base/text.h>
#include <kdbench/plan/make/lockstep.h>
#include <kdbench/plan/make/loss_window.h>
#include <kdbench/plan/make/spec_parts.h>
#include <kdbench/plan/make/stages.h>

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace kdbench::inline plan {
namespace {

std::vector<Stage> ask(Resolved& resolved, const Setting& s, bool with_teacher) {
  const auto epochs_of = [&](const std::string& model) { return resolved.models.at(model).use->recipe.epochs; };
  StrategyContext context{with_teacher ? s.teacher() : "", s.student(), {}, 0, epochs_of(s.student())};
  if (with_teacher) context.teacher_epochs = epochs_of(s.teacher());
  for (const auto& [name, model] : resolved.models) {
    if (const auto* facts = resolved.facts_if_fit(name, s.study->dataset.value))
      context.models.push_back({name, facts->num_params});
  }
  std::stable_sort(context.models.begin(), context.models.end(),
                   [](const auto& a, const auto& b) { return a.num_params > b.num_params; });
  return resolved.strategies.at(s.strategy).strategy->plan(context);
}

/// A network that a plan trains, as the stage that it is or would be alone, and the index of the stage that trains it.
struct Network {
  Stage stage;
  std::size_t of = 0;
};

std::vector<Network> networks_of(const std::vector<Stage>& stages) {
  std::vector<Network> out;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    out.push_back({stages[i], i});
    for (const auto& peer : stages[i].peers) {
      auto alone = stages[i];
      alone.id = peer.id;
      alone.model = peer.model;
      alone.peers.clear();
      out.push_back({std::move(alone), i});
    }
  }
  return out;
}

/// Refuses, by name, a strategy that breaks its contract, rather than planning it wrongly.
class StageChecks {
 public:
  StageChecks(const Resolved& resolved, const Setting& s, const std::vector<Stage>& stages)
      : resolved_(resolved), s_(s), stages_(stages), networks_(networks_of(stages)) {}

  void run() const {
    if (stages_.empty() || stages_.back().id != "student") broken("does not end in the stage \"student\"");
    std::set<std::string> ids;
    for (const auto& network : networks_) {
      if (!ids.insert(network.stage.id).second) broken(fmt::format("has two stages '{}'", network.stage.id));
    }
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      const auto& stage = stages_[i];
      check_training(stage);
      if (stage.teacher) check_teacher(i, {*stage.teacher, stage.teacher_checkpoint});
      if (!stage.teacher && !stage.more_teachers.empty())
        broken(fmt::format("gives stage '{}' more teachers, and no first one", stage.id));
      for (const auto& more : stage.more_teachers) check_teacher(i, more);
      if (stage.init) check_init(i);
      if (stage.added_to) earlier(i, *stage.added_to, "add its logits to those of");
      if (stage.loss_init) check_loss_init(i);
      if (!stage.peers.empty()) check_peers(i);
      if (stage.trains_loss_alone && stage.loss == StageLoss::kLabels)
        broken(fmt::format("lets stage '{}' train its loss alone, and gives it none", stage.id));
    }
  }

 private:
  [[noreturn]] void broken(const std::string& why) const { throw Error(fmt::format("strategy '{}' {}", s_.strategy, why)); }

  const Stage* find(std::size_t end, const std::string& id) const {
    const auto is_it = [&](const Network& network) { return network.of < end && network.stage.id == id; };
    const auto it = std::find_if(networks_.begin(), networks_.end(), is_it);
    return it == networks_.end() ? nullptr : &it->stage;
  }

  const Stage& earlier(std::size_t i, const std::string& id, const std::string& what) const {
    const auto* stage = find(i, id);
    if (!stage) broken(fmt::format("lets stage '{}' {} '{}', which is no earlier stage", stages_[i].id, what, id));
    return *stage;
  }

  void check_training(const Stage& stage) const {
    if (!resolved_.models.contains(stage.model)) broken(fmt::format("trains '{}', which is no [models.NAME]", stage.model));
    if (stage.epochs < 1) broken(fmt::format("gives stage '{}' {} epochs", stage.id, stage.epochs));
    if (stage.kd_begin < 0 || (stage.kd_end != 0 && stage.kd_end <= stage.kd_begin)) {
      broken(fmt::format("distils in stage '{}' from epoch {} to {}", stage.id, stage.kd_begin, stage.kd_end));
    }
    if (!(stage.label_smoothing >= 0 && stage.label_smoothing < 1)) {
      broken(fmt::format("gives stage '{}' label_smoothing = {}, expected a number in [0, 1)", stage.id, stage.label_smoothing));
    }
  }

  void check_teacher(std::size_t i, const StageTeacher& taught_by) const {
    const auto& stage = stages_[i];
    const auto& [rule, epoch] = taught_by.checkpoint;
    const auto& rules = checkpoint_rules();
    if (std::find(rules.begin(), rules.end(), rule) == rules.end()) {
      broken(fmt::format("asks for the checkpoint rule '{}'{}", rule, suggestion(rule, rules)));
    }
    const auto& teacher = earlier(i, taught_by.stage, "learn from");
    if (rule == "epoch" && (epoch < 1 || epoch > teacher.epochs)) {
      broken(fmt::format("lets stage '{}' learn from epoch {} of stage '{}', which trains for {}; expected 1 to {}", stage.id,
                         epoch, teacher.id, teacher.epochs, teacher.epochs));
    }
    if (CheckpointRef{rule}.reads_validation())
      need_validation(fmt::format("chooses the teacher of stage '{}' by '{}'", stage.id, rule));
    if (stage.fit_teacher_temperature)
      need_validation(fmt::format("fits the temperature of the teacher of stage '{}'", stage.id));
  }

  void need_validation(const std::string& what) const {
    if (s_.dataset->use->validation.value > 0) return;
    const auto& dataset = s_.study->dataset.value;
    broken(fmt::format("{}, which takes validation rows, but dataset '{}' has none; set 'validation' in [datasets.{}]", what,
                       dataset, dataset));
  }

  void check_loss_init(std::size_t i) const {
    const auto& from = earlier(i, *stages_[i].loss_init, "start its loss from that of");
    for (const auto* stage : {&stages_[i], &from}) {
      if (stage->loss == StageLoss::kLabels)
        broken(fmt::format("lets stage '{}' start its loss from that of '{}', and stage '{}' has none", stages_[i].id, from.id,
                           stage->id));
    }
  }

  void check_peers(std::size_t i) const {
    const auto& stage = stages_[i];
    for (const auto& peer : stage.peers) {
      if (!resolved_.models.contains(peer.model)) broken(fmt::format("trains '{}', which is no [models.NAME]", peer.model));
    }
    if (stage.loss == StageLoss::kLabels)
      broken(fmt::format("lets other networks learn together with stage '{}', and gives them no loss", stage.id));
    if (stage.teacher || !stage.more_teachers.empty())
      broken(fmt::format("gives stage '{}' a teacher beside the networks that learn together with it", stage.id));
    if (stage.init || stage.loss_init || stage.added_to || stage.trains_loss_alone)
      broken(fmt::format("lets other networks learn together with stage '{}', which does not begin by itself", stage.id));
  }

  void check_init(std::size_t i) const {
    const auto& stage = stages_[i];
    const auto& from = earlier(i, *stage.init, "start from");
    if (from.model == stage.model) return;
    broken(fmt::format("is wrong: stage '{}' starts from '{}', which trains model '{}', not '{}'", stage.id, from.id, from.model,
                       stage.model));
  }

  const Resolved& resolved_;
  const Setting& s_;
  const std::vector<Stage>& stages_;
  const std::vector<Network> networks_;
};

/// The single method of the suite's [losses.NAME] that a stage names.
const Method& named_method(const Resolved& resolved, const Setting& s, const Stage& stage) {
  const auto refuse = [&](const std::string& why) {
    throw Error(fmt::format("strategy '{}' trains stage '{}' by loss '{}', {}", s.strategy, stage.id, stage.loss_name, why));
  };
  const auto it = resolved.methods.find(stage.loss_name);
  if (it == resolved.methods.end()) {
    std::vector<std::string> names;
    for (const auto& [name, methods] : resolved.methods) names.push_back(name);
    refuse("which is no [losses.NAME]" + suggestion(stage.loss_name, names));
  }
  if (it->second.empty()) refuse("which has mistakes of its own");
  if (it->second.size() > 1) refuse(fmt::format("which stands for {} methods; write single values, no lists", it->second.size()));
  return it->second.front();
}

/// @param id of a stage, or of a network that learns together with one
Stage stage_named(const std::vector<Stage>& stages, const std::string& id) {
  const auto networks = networks_of(stages);
  return std::find_if(networks.begin(), networks.end(), [&](const Network& network) { return network.stage.id == id; })->stage;
}

/// The loss of a stage on the pair that the stage is, which need not be the two ends.
StagePlan with_loss(LossAnswers& answers, const Setting& s, const Method& method, const Stage& stage,
                    const std::vector<Stage>& stages, const Recipe& recipe) {
  const auto teacher = stage.teacher ? stage_named(stages, *stage.teacher).model : std::string();
  std::vector<std::string> more;
  for (const auto& one : stage.more_teachers) more.push_back(stage_named(stages, one.stage).model);
  const auto& answer = answers.ask(method, s, stage.model, teacher, more);
  if (!answer.needs.terms) {
    check_loss_keys(method, answer.needs, stage, recipe);
    return {stage, nullptr, answer.needs};
  }
  const bool ends = stage.model == s.student() && (teacher.empty() || teacher == s.teacher());
  const auto at =
      ends ? std::string()
           : fmt::format("stage '{}' (loss '{}', teacher '{}' and student '{}'): ", stage.id, method.label, teacher, stage.model);
  if (answer.needs.teacher && !stage.teacher) throw Error(at + "it needs a teacher, and the strategy names none");
  if (answer.needs.posterior && !s.dataset->info.has_posterior) {
    throw Error(fmt::format("{}it learns the posterior, which dataset '{}' does not know", at, s.study->dataset.value));
  }
  if (answer.needs.several_teachers && more.empty())
    throw Error(at + "it reads several teachers, and the strategy names one; choose a strategy with more (multi_teacher)");
  if (!answer.needs.several_teachers && !more.empty())
    throw Error(
        fmt::format("{}it reads one teacher, and the strategy names {}; choose a loss that reads several", at, more.size() + 1));
  if (answer.refusal) throw Error(at + *answer.refusal);
  if (answer.needs.adapts && stage.added_to)
    throw Error(at + "its adapter makes the network's logits, and the strategy adds others to them; choose another strategy");
  if (answer.needs.adapts && stage.trains_loss_alone)
    throw Error(at + "its adapter is trained with the network, and the strategy trains the loss alone; choose another strategy");
  check_loss_keys(method, answer.needs, stage, recipe);
  return {stage, &method, answer.needs};
}

}  // namespace

const std::vector<std::string>& checkpoint_rules() {
  static const std::vector<std::string> rules{"last", "epoch", "best_val", "min_val_ece", "min_val_nll", "max_val_information"};
  return rules;
}

std::vector<StagePlan> plan_stages(Resolved& resolved, LossAnswers& answers, const Setting& s, const Method& method,
                                   const MethodNeeds& needs) {
  auto stages = ask(resolved, s, needs.teacher);
  StageChecks(resolved, s, stages).run();
  for (auto& stage : stages) {  // one network, one name: a student of it must not be trained twice
    const auto name_last = [&](const std::string& teacher, Checkpoint& checkpoint) {
      if (checkpoint.rule == "epoch" && checkpoint.epoch == stage_named(stages, teacher).epochs) checkpoint = {};
    };
    if (stage.teacher) name_last(*stage.teacher, stage.teacher_checkpoint);
    for (auto& more : stage.more_teachers) name_last(more.stage, more.checkpoint);
  }
  std::vector<StagePlan> out;
  for (const auto& stage : stages) {
    const auto& recipe = resolved.models.at(stage.model).recipe;
    if (!stage.peers.empty()) {
      out.push_back(
          with_peers(resolved, answers, s, stage.loss == StageLoss::kNamed ? named_method(resolved, s, stage) : method, stage));
    } else if (stage.loss == StageLoss::kNamed) {
      out.push_back(with_loss(answers, s, named_method(resolved, s, stage), stage, stages, *recipe));
    } else if (stage.loss == StageLoss::kMethod && needs.terms) {
      out.push_back(with_loss(answers, s, method, stage, stages, *recipe));
    } else {
      out.push_back({stage, nullptr, {}});
    }
    const bool second_view = out.back().method && out.back().needs.second_view;
    const auto& model = resolved.models.at(stage.model);
    if (second_view && model.recipe->views < 2)
      throw Error(
          fmt::format("it reads a second view of each image; set views = 2 in [train] or [models.{}] train", stage.model));
    out.back().recipe = stage_recipe(model, stage, second_view);
  }
  return out;
}

Usable with_epochs(const Resolved& resolved, const Usable& usable, std::int64_t epochs) {
  auto out = usable;
  auto& student = out.stages.back();
  const auto& model = resolved.models.at(student.stage.model);
  student.stage.epochs = epochs;
  student.recipe = stage_recipe(model, student.stage, student.method && student.needs.second_view);
  if (student.method) check_loss_keys(*student.method, student.needs, student.stage, *student.recipe);
  return out;
}

}  // namespace kdbench::inline plan
