// The plain way: train the teacher on labels, then the student from it.
#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;

class Direct final : public kdbench::Strategy {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  Direct(Options, const kdbench::NoContext&) {}

  std::vector<Stage> plan(const kdbench::StrategyContext& context) const override {
    std::vector<Stage> stages;
    Stage student{.id = "student",
                  .model = context.student,
                  .teacher = std::nullopt,
                  .loss = kdbench::StageLoss::kMethod,
                  .epochs = context.student_epochs};
    if (!context.teacher.empty()) {
      stages.push_back({.id = "teacher", .model = context.teacher, .teacher = std::nullopt, .epochs = context.teacher_epochs});
      student.teacher = "teacher";
    }
    stages.push_back(std::move(student));
    return stages;
  }
};

}  // namespace

KDBENCH_PLUGIN("direct", "0.1.0", r) {
  r.strategy<Direct>("direct", {.summary = "Teacher on labels, then the student from the finished teacher.",
                                .formula = "teacher -> student; the student alone where the loss needs no teacher",
                                .source = "Hinton, Vinyals, Dean 2015",
                                .is_baseline = true});
}
