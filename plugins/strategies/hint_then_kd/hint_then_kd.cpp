// Two-stage distillation: hints prepare the student's lower layers, then it learns as a whole by another loss.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

/// Lets a stage learn by [losses.NAME] instead of the method under study.
void learn_by(Stage& stage, const std::string& name) {
  stage.loss = kdbench::StageLoss::kNamed;
  stage.loss_name = name;
}

class HintThenKd final : public kdbench::Strategy {
 public:
  struct Options {
    std::string then;
    std::string hint;
    std::int64_t hint_epochs = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("then", &Options::then,
          "A [losses.NAME] of one method: the loss of the second stage, the first being by the method under study. Empty: kl, "
          "unless 'hint' "
          "is set.")
        .add("hint", &Options::hint,
             "A [losses.NAME] of one method: the loss of the first stage, the second being by the method under study, which an "
             "axis then "
             "moves. Empty: see 'then'.")
        .add("hint_epochs", &Options::hint_epochs, "Epochs of the first stage; 0: an eighth of the student's, rounded up.",
             {.min = 0.0});
  }
  HintThenKd(Options options, const kdbench::NoContext&) : options_(std::move(options)) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    if (!options_.then.empty() && !options_.hint.empty()) {
      throw kdbench::Error(
          "hint_then_kd: 'then' (the method under study gives the hint) and 'hint' (it is the second stage) exclude each "
          "other; remove one");
    }
    auto hint = strategies::taught_stage(context, "hint", context.student, "teacher");
    hint.epochs = options_.hint_epochs > 0 ? options_.hint_epochs : (context.student_epochs + 7) / 8;
    auto student = strategies::student_stage(context);
    student.init = "hint";
    if (!options_.hint.empty())
      learn_by(hint, options_.hint);
    else
      learn_by(student, options_.then.empty() ? "kl" : options_.then);
    return {strategies::teacher_stage(context), std::move(hint), std::move(student)};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("hint_then_kd", "0.1.0", r) {
  r.strategy<HintThenKd>("hint_then_kd",
                         {.summary = "A stage of hints from the teacher's features, then distillation from the weights it left.",
                          .formula = "teacher -> hint; teacher -> student, started from hint",
                          .source = "Romero et al. 2015, FitNets: Hints for Thin Deep Nets, sec. 2.2 and 2.3, Algorithm 1"});
}
