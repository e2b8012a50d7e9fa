// A teacher trained by another loss than cross-entropy: another calibration, made by training.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class TeacherLoss final : public kdbench::Strategy {
 public:
  struct Options {
    std::string loss;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("loss", &Options::loss, "The [losses.NAME] of one method without a teacher by which the pair's teacher is trained.");
  }
  TeacherLoss(Options options, const kdbench::NoContext&) : options_(std::move(options)) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    if (options_.loss.empty())
      throw kdbench::Error("teacher_loss: expected the name of a [losses.NAME] in 'loss', found none; write loss = \"focal\"");
    auto teacher = strategies::teacher_stage(context);
    teacher.loss = kdbench::StageLoss::kNamed;
    teacher.loss_name = options_.loss;
    return {std::move(teacher), strategies::student_stage(context)};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("teacher_loss", "0.1.0", r) {
  r.strategy<TeacherLoss>(
      "teacher_loss",
      {.summary = "The teacher learns by a loss of the suite that needs no teacher, the student from that teacher.",
       .formula = "teacher by [losses.NAME] -> student",
       .source = "Mukhoti et al. 2020, Calibrating Deep Neural Networks using Focal Loss; Wei et al. 2022, Mitigating Neural "
                 "Network Overconfidence with Logit Normalization"});
}
