// TAKD: assistants of sizes between teacher and student hand the knowledge down in several hops.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::ModelSize;
using kdbench::Stage;
using kdbench::StrategyContext;

std::string sized(const ModelSize& model) { return "'" + model.name + "' (" + std::to_string(model.num_params) + " parameters)"; }

class Takd final : public kdbench::Strategy {
 public:
  struct Options {
    std::string assistants;
    std::int64_t assistant_epochs = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("assistants", &Options::assistants,
          "Names of [models.NAME] between teacher and student, with commas, in the order they learn; empty: every model of the "
          "suite "
          "between the two ends by parameters, largest first.")
        .add("assistant_epochs", &Options::assistant_epochs, "Epochs of every assistant; 0: the student's.", {.min = 0.0});
  }
  Takd(Options options, const kdbench::NoContext&) : options_(std::move(options)) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    std::vector<Stage> stages{strategies::teacher_stage(context)};
    for (const auto& name : options_.assistants.empty() ? between(context) : named(context)) {
      auto hop = strategies::taught_stage(context, "assistant" + std::to_string(stages.size()), name, stages.back().id);
      if (options_.assistant_epochs > 0) hop.epochs = options_.assistant_epochs;
      stages.push_back(std::move(hop));
    }
    stages.push_back(strategies::taught_stage(context, "student", context.student, stages.back().id));
    return stages;
  }

 private:
  static std::vector<std::string> between(const StrategyContext& context) {
    const auto& teacher = strategies::named_model(context, context.teacher, "takd: teacher");
    const auto& student = strategies::named_model(context, context.student, "takd: student");
    std::vector<std::string> names;
    for (const auto& model : context.models) {
      if (model.num_params < teacher.num_params && model.num_params > student.num_params) names.push_back(model.name);
    }
    if (names.empty()) {
      throw kdbench::Error("takd: the suite has no model between teacher " + sized(teacher) + " and student " + sized(student) +
                           "; add a [models.NAME] of a size between, or name the chain in 'assistants'");
    }
    return names;
  }

  std::vector<std::string> named(const StrategyContext& context) const {
    const auto names = strategies::split_names(options_.assistants, "takd: 'assistants'");
    for (auto it = names.begin(); it != names.end(); ++it) {
      strategies::named_model(context, *it, "takd: assistant");
      if (std::find(names.begin(), it, *it) != it)
        throw kdbench::Error("takd: 'assistants' names '" + *it + "' twice; remove one");
      if (*it == context.teacher || *it == context.student) {
        throw kdbench::Error("takd: assistant '" + *it + "' is an end of the pair ('" + context.teacher + "', '" +
                             context.student + "') already; 'assistants' names the models between");
      }
    }
    return names;
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("takd", "0.1.0", r) {
  r.strategy<Takd>(
      "takd",
      {.summary = "Assistants between teacher and student: each learns from the one before by the method under study.",
       .formula = "teacher -> assistant 1 -> ... -> student",
       .source = "Mirzadeh et al. 2020, Improved Knowledge Distillation via Teacher Assistant; Fan et al. 2024, sec. 4.1"});
}
