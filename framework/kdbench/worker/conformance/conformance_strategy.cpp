// Conformance of strategies.
#include <kdbench/plan/make/stages.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/conformance/conformance.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace kdbench::inline worker {
namespace {

StrategyContext strategy_context(bool with_teacher) {
  return {.teacher = with_teacher ? "large" : "",
          .student = "small",
          .models = {{"large", 1'000'000}, {"middle", 300'000}, {"small", 100'000}},
          .teacher_epochs = 10,
          .student_epochs = 8};
}

void check_stage(const Stage& stage, const std::map<std::string, bool>& earlier, const StrategyContext& context) {
  const auto& rules = checkpoint_rules();
  const auto at = "stage '" + stage.id + "': ";
  require(!stage.id.empty() && !earlier.contains(stage.id), at + "its id is empty or used twice");
  require(std::any_of(context.models.begin(), context.models.end(), [&](const auto& m) { return m.name == stage.model; }),
          at + "model '" + stage.model + "' is not in the suite");
  require(stage.epochs > 0, at + fmt::format("expected epochs above 0, found {}", stage.epochs));
  require(!stage.teacher || earlier.contains(*stage.teacher), at + "its teacher is no earlier stage");
  require(std::find(rules.begin(), rules.end(), stage.teacher_checkpoint.rule) != rules.end(),
          at + "unknown checkpoint rule '" + stage.teacher_checkpoint.rule + "'");
  require(stage.teacher_checkpoint.rule != "epoch" || stage.teacher_checkpoint.epoch >= 1,
          at + "asks for an epoch below 1 of its teacher");
  require(!stage.init || earlier.contains(*stage.init), at + "it starts from no earlier stage");
  require(!stage.loss_init || earlier.contains(*stage.loss_init), at + "its loss starts from that of no earlier stage");
  require(!stage.trains_loss_alone || stage.loss != StageLoss::kLabels, at + "trains its loss alone, and has none");
  require(!stage.added_to || earlier.contains(*stage.added_to), at + "it is added to no earlier stage");
  require((stage.loss == StageLoss::kNamed) == !stage.loss_name.empty(),
          at + "loss_name goes with StageLoss::kNamed, and only with it");
  require(stage.kd_begin >= 0 && stage.kd_begin <= stage.epochs, at + "kd_begin lies outside its epochs");
  require(stage.kd_end == 0 || (stage.kd_end >= stage.kd_begin && stage.kd_end <= stage.epochs),
          at + "kd_end lies outside its epochs");
  require(stage.label_smoothing >= 0 && stage.label_smoothing < 1, at + "label_smoothing lies outside [0, 1)");
}

void check_stages(const std::vector<Stage>& stages, const StrategyContext& context) {
  require(!stages.empty(), "no stages");
  std::map<std::string, bool> earlier;
  for (const auto& stage : stages) {
    check_stage(stage, earlier, context);
    earlier[stage.id] = true;
    for (const auto& peer : stage.peers) {
      const auto at = "stage '" + stage.id + "': ";
      require(earlier.emplace(peer.id, true).second, at + "the id of its peer '" + peer.id + "' is used twice");
      require(std::any_of(context.models.begin(), context.models.end(), [&](const auto& m) { return m.name == peer.model; }),
              at + "model '" + peer.model + "' of a peer is not in the suite");
      require(!stage.teacher && stage.loss != StageLoss::kLabels, at + "peers teach each other by a loss, without a teacher");
    }
  }
  require(stages.back().id == "student", "the last stage is '" + stages.back().id + "', not 'student'");
  require(stages.back().model == context.student, "the last stage trains '" + stages.back().model + "', not the student");
}

std::string stages_text(const std::vector<Stage>& stages) {
  std::string text;
  for (const auto& s : stages) {
    for (const auto& peer : s.peers) text += fmt::format("{} {} beside ", peer.id, peer.model);
    text += fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}\n", s.id, s.model, s.teacher.value_or("-"),
                        s.teacher_checkpoint.rule, s.teacher_checkpoint.epoch, static_cast<int>(s.loss), s.epochs, s.kd_begin,
                        s.kd_end, s.label_smoothing, s.loss_name, s.fit_teacher_temperature, s.init.value_or("-"),
                        s.added_to.value_or("-"), s.loss_init.value_or("-"), s.trains_loss_alone);
  }
  return text;
}

}  // namespace

void check_strategy(const StrategyEntry& entry, const Report& report) {
  const Checker checker("strategy " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  std::shared_ptr<Strategy> strategy;
  checker.run({"builds with its defaults", "let the constructor accept the defaults"}, [&] {
    strategy = entry.create(resolve_params(entry.params, {}), {});
    return std::string();
  });
  if (!strategy) return;
  for (const bool with_teacher : {true, false}) {
    const std::string which = with_teacher ? "" : " (no teacher)";
    const auto context = strategy_context(with_teacher);
    const auto plan = [&] {
      try {
        return strategy->plan(context);
      } catch (const Error& error) {
        throw NotApplicable(error.what());
      }
    };
    checker.run({"stages refer backwards and end in the student" + which,
                 "correct the stage that the message names; sdk/strategy.h says what each field may be"},
                [&] { return check_stages(plan(), context), std::string(); });
    checker.run({"plans the same when asked twice" + which, "make the plan of the context and the options alone"}, [&] {
      require(stages_text(plan()) == stages_text(plan()), "the second plan differs");
      return std::string();
    });
  }
}

}  // namespace kdbench::inline worker
