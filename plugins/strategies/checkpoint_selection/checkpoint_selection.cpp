// The state of the teacher that teaches is chosen by what it does on the validation rows, not by being the last.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class CheckpointSelection final : public kdbench::Strategy {
 public:
  struct Options {
    std::string rule = "min_val_ece";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("rule", &Options::rule,
          "Which epoch of the teacher teaches: highest accuracy, lowest ECE, lowest NLL or most information on the validation "
          "rows; or the "
          "last.",
          {.choices = {"best_val", "min_val_ece", "min_val_nll", "max_val_information", "last"}});
  }
  CheckpointSelection(Options options, const kdbench::NoContext&) : options_(std::move(options)) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    auto student = strategies::student_stage(context);
    student.teacher_checkpoint.rule = options_.rule;
    return {strategies::teacher_stage(context), std::move(student)};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("checkpoint_selection", "0.1.0", r) {
  r.strategy<CheckpointSelection>(
      "checkpoint_selection",
      {.summary = "The student learns from the teacher's epoch that a rule chose on the validation rows.",
       .formula =
           "teacher, its epoch of highest accuracy, lowest ECE, lowest NLL or most information on validation rows -> student",
       .source = "Wang et al. 2022, Efficient Knowledge Distillation from Model Checkpoints (information); Fan et al. 2024, sec. "
                 "4.2, Table 4"});
}
