// A stage before the student's own: it prepares the student, or what the loss brings with it.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class InitialStage final : public kdbench::Strategy {
 public:
  struct Options {
    std::string trains = "student";
    std::string then;
    std::int64_t epochs = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("trains", &Options::trains,
          "What the initial stage trains by the method under study: student, which the second stage goes on with (AB, FSP); or "
          "loss, its modules alone, beside a student that stays as it was drawn (the paraphraser of FT).",
          {.choices = {"student", "loss"}})
        .add("then", &Options::then,
             "A [losses.NAME] of one method: the loss of the second stage. Empty: the labels alone after a student, the method "
             "under "
             "study after its loss.")
        .add("epochs", &Options::epochs, "Epochs of the initial stage; 0: an eighth of the student's, rounded up.", {.min = 0.0});
  }
  InitialStage(Options options, const kdbench::NoContext&) : options_(std::move(options)) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    const bool prepares_loss = options_.trains == "loss";
    auto initial = strategies::taught_stage(context, "initial", context.student, "teacher");
    initial.epochs = options_.epochs > 0 ? options_.epochs : (context.student_epochs + 7) / 8;
    initial.trains_loss_alone = prepares_loss;
    auto student = strategies::student_stage(context);
    if (!options_.then.empty()) {
      student.loss = kdbench::StageLoss::kNamed;
      student.loss_name = options_.then;
    } else if (!prepares_loss) {
      student.loss = kdbench::StageLoss::kLabels;
      student.teacher.reset();
    }
    (prepares_loss ? student.loss_init : student.init) = "initial";
    return {strategies::teacher_stage(context), std::move(initial), std::move(student)};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("initial_stage", "0.1.0", r) {
  r.strategy<InitialStage>(
      "initial_stage",
      {.summary = "A first stage by the method prepares the student, or the loss's own modules, for the second.",
       .formula = "teacher -> initial; teacher -> student, its weights or its loss started from initial",
       .source = "Heo et al. 2019 (AB), sec. 3; Kim, Park, Kwak 2018 (FT), sec. 3; Yim et al. 2017 (FSP), sec. 3.4"});
}
