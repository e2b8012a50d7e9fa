// ESKD: a teacher that is stopped early, by a short schedule or at an epoch of the full one; and distillation that stops early.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

void require_at_most(const std::string& option, std::int64_t value, std::int64_t most, const std::string& whose) {
  if (value <= most) return;
  throw kdbench::Error("eskd: expected '" + option + "' from 1 to " + std::to_string(most) + ", the epochs of the " + whose +
                       ", found " + std::to_string(value));
}

class Eskd final : public kdbench::Strategy {
 public:
  struct Options {
    std::int64_t teacher_epochs = 0;
    std::int64_t checkpoint = 0;
    std::int64_t kd_end = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("teacher_epochs", &Options::teacher_epochs,
          "Epochs of the teacher, over which its schedule is stretched; 0: half of its own, or all where 'checkpoint' or "
          "'kd_end' is set.",
          {.min = 0.0})
        .add("checkpoint", &Options::checkpoint, "The full-length teacher as it was after this epoch teaches; 0: as it ended.",
             {.min = 0.0})
        .add("kd_end", &Options::kd_end, "The student learns from the labels alone after this epoch; 0: never.", {.min = 0.0});
  }
  Eskd(Options options, const kdbench::NoContext&) : options_(options) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    check(context);
    auto teacher = strategies::teacher_stage(context);
    auto student = strategies::student_stage(context);
    teacher.epochs = teacher_epochs(context);
    if (options_.checkpoint > 0) student.teacher_checkpoint = {"epoch", options_.checkpoint};
    student.kd_end = options_.kd_end;
    return {std::move(teacher), std::move(student)};
  }

 private:
  void check(const StrategyContext& context) const {
    if (options_.teacher_epochs > 0 && options_.checkpoint > 0) {
      throw kdbench::Error(
          "eskd: 'teacher_epochs' (a short schedule) and 'checkpoint' (a state of the full one) exclude each other; "
          "remove one");
    }
    require_at_most("teacher_epochs", options_.teacher_epochs, context.teacher_epochs, "teacher");
    require_at_most("checkpoint", options_.checkpoint, context.teacher_epochs, "teacher");
    require_at_most("kd_end", options_.kd_end, context.student_epochs, "student");
  }

  std::int64_t teacher_epochs(const StrategyContext& context) const {
    if (options_.teacher_epochs > 0) return options_.teacher_epochs;
    const bool full = options_.checkpoint > 0 || options_.kd_end > 0;
    return full ? context.teacher_epochs : (context.teacher_epochs + 1) / 2;
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("eskd", "0.1.0", r) {
  r.strategy<Eskd>("eskd",
                   {.summary = "An early-stopped teacher, or distillation that is switched off early.",
                    .formula = "teacher for few epochs, or its state after epoch e -> student; KD on in epochs [0, kd_end)",
                    .source = "Cho, Hariharan 2019, On the Efficacy of Knowledge Distillation; Fan et al. 2024, sec. 4.2"});
}
