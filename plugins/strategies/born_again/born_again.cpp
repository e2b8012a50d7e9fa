// Born-again networks: the student teaches a network of its own kind, which teaches the next.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class BornAgain final : public kdbench::Strategy {
 public:
  struct Options {
    std::int64_t generations = 3;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("generations", &Options::generations,
          "How many networks of the student's model learn one after the other, the last of which is the student.",
          {.min = 1, .max = 20});
  }
  BornAgain(Options options, const kdbench::NoContext&) : options_(options) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    std::vector<Stage> stages{strategies::teacher_stage(context)};
    for (std::int64_t i = 1; i < options_.generations; ++i) {
      stages.push_back(strategies::taught_stage(context, "generation" + std::to_string(i), context.student, stages.back().id));
    }
    stages.push_back(strategies::taught_stage(context, "student", context.student, stages.back().id));
    return stages;
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("born_again", "0.1.0", r) {
  r.strategy<BornAgain>("born_again",
                        {.summary = "Students of one model in generations: each learns from the one before.",
                         .formula = "teacher -> generation 1 -> ... -> student",
                         .source = "Furlanello, Lipton, Tschannen, Itti, Anandkumar 2018, Born-Again Neural Networks, sec. 3.1"});
}
