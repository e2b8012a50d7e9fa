// Distillation both ways: in turns the teacher learns from the student, and the student from the teacher that did.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class Bidirectional final : public kdbench::Strategy {
 public:
  struct Options {
    std::int64_t turns = 2;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("turns", &Options::turns, "How often each learns from the other, the teacher first.", {.min = 1, .max = 20});
  }
  Bidirectional(Options options, const kdbench::NoContext&) : options_(options) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    if (context.student_epochs <= options_.turns) {
      throw kdbench::Error("bidirectional: a student of " + std::to_string(context.student_epochs) +
                           " epochs has none left for each of 'turns' = " + std::to_string(options_.turns) +
                           " after one on labels; train it for at least " + std::to_string(options_.turns + 1));
    }
    std::vector<Stage> stages{strategies::teacher_stage(context)};
    Stage begun;
    begun.id = "student_on_labels";
    begun.model = context.student;
    begun.epochs = epochs_of(0, context);
    stages.push_back(std::move(begun));
    std::string teacher = "teacher", student = "student_on_labels";
    for (std::int64_t turn = 1; turn <= options_.turns; ++turn) {
      const auto number = std::to_string(turn);
      learn(context, turn, "teacher_turn" + number, context.teacher, teacher, student, stages);
      learn(context, turn, turn < options_.turns ? "student_turn" + number : "student", context.student, student, teacher,
            stages);
    }
    return stages;
  }

 private:
  /// The student's epochs in `turns` + 1 parts as even as whole epochs are: part 0 on labels, then one a turn.
  std::int64_t epochs_of(std::int64_t part, const StrategyContext& context) const {
    const auto end_of = [&](std::int64_t i) { return i * context.student_epochs / (options_.turns + 1); };
    return end_of(part + 1) - end_of(part);
  }

  /// Adds a stage that goes on from `weights`, taught by stage `from`; `weights` names it from then on.
  void learn(const StrategyContext& context, std::int64_t turn, const std::string& id, const std::string& model,
             std::string& weights, const std::string& from, std::vector<Stage>& stages) const {
    auto stage = strategies::taught_stage(context, id, model, from);
    stage.epochs = epochs_of(turn, context);
    stage.init = weights;
    stages.push_back(std::move(stage));
    weights = id;
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("bidirectional", "0.1.0", r) {
  r.strategy<Bidirectional>(
      "bidirectional",
      {.summary = "Teacher and student teach each other in turns: the teacher learns from the student, then the student from it.",
       .formula = "teacher, student on labels; each turn: student -> teacher, teacher -> student, each from its own weights",
       .source = "Kweon, Kang, Yu 2021, Bidirectional Distillation for Top-K Recommender System (WWW, arXiv:2106.02870), after "
                 "its abstract"});
}
