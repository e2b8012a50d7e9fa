// Residual distillation: further small networks learn what the student before them missed, and the sum answers.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class ResidualKd final : public kdbench::Strategy {
 public:
  struct Options {
    std::string residual;
    std::int64_t depth = 1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("residual", &Options::residual, "A [models.NAME]: the network that learns the residual; empty: the student's.")
        .add("depth", &Options::depth, "How many residual networks follow the student.", {.min = 1.0, .max = 16.0});
  }
  ResidualKd(Options options, const kdbench::NoContext&) : options_(std::move(options)) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    const auto model = options_.residual.empty()
                           ? context.student
                           : strategies::named_model(context, options_.residual, "residual_kd: residual").name;
    std::vector<Stage> stages{strategies::teacher_stage(context),
                              strategies::taught_stage(context, "base", context.student, "teacher")};
    for (std::int64_t i = 1; i <= options_.depth; ++i) {
      auto residual =
          strategies::taught_stage(context, i == options_.depth ? "student" : "residual" + std::to_string(i), model, "teacher");
      residual.added_to = stages.back().id;
      stages.push_back(std::move(residual));
    }
    return stages;
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("residual_kd", "0.1.0", r) {
  r.strategy<ResidualKd>(
      "residual_kd",
      {.summary = "Residual networks are added to the student one by one, each learning the teacher through the sum.",
       .formula = "teacher -> base; teacher -> base + r_1; ...; student = base + r_1 + ... + r_depth",
       .source = "Li et al. 2021, ResKD: Residual-Guided Knowledge Distillation"});
}
