// my_strategy: the student is trained again by what it became (born-again networks, Furlanello et al. 2018). Change the stages.
#include <kdbench/sdk/plugin.h>

namespace {

class MyStrategy final : public kdbench::Strategy {
 public:
  struct Options {
    std::int64_t generations = 2;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("generations", &Options::generations, "Students that are trained, each by the one before; the last one counts.",
          {.min = 1, .max = 20});
  }
  MyStrategy(Options options, const kdbench::NoContext&) : options_(options) {}

  std::vector<kdbench::Stage> plan(const kdbench::StrategyContext& context) const override {
    // A method that needs no teacher trains the student alone.
    if (context.teacher.empty()) return {student(context, "student", std::nullopt)};
    std::vector<kdbench::Stage> stages{
        {.id = "teacher", .model = context.teacher, .teacher = std::nullopt, .epochs = context.teacher_epochs}};
    for (std::int64_t i = 1; i < options_.generations; ++i) {
      stages.push_back(student(context, "generation" + std::to_string(i), stages.back().id));
    }
    stages.push_back(student(context, "student", stages.back().id));
    return stages;
  }

 private:
  /// The pair's student, trained by the method under study.
  static kdbench::Stage student(const kdbench::StrategyContext& context, std::string id, std::optional<std::string> teacher) {
    return {.id = std::move(id),
            .model = context.student,
            .teacher = std::move(teacher),
            .loss = kdbench::StageLoss::kMethod,
            .epochs = context.student_epochs};
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("my_strategy", "0.1.0", r) {
  r.strategy<MyStrategy>("my_strategy", {.summary = "The student is trained again, by what it became.",
                                         .formula = "teacher -> student -> student -> ...",
                                         .source = "Furlanello et al. 2018, Born-Again Neural Networks, sec. 3"});
}
