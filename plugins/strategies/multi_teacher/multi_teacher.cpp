// Several teachers, each trained on labels, teach one student at once.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class MultiTeacher final : public kdbench::Strategy {
 public:
  struct Options {
    std::string teachers;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("teachers", &Options::teachers,
          "Names of [models.NAME] that teach beside the pair's teacher, with commas; empty: every model of the suite but the two "
          "of the "
          "pair, largest first.");
  }
  MultiTeacher(Options options, const kdbench::NoContext&) : options_(std::move(options)) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    std::vector<Stage> stages{strategies::teacher_stage(context)};
    auto student = strategies::student_stage(context);
    for (const auto& name : options_.teachers.empty() ? all_others(context) : named(context)) {
      auto teacher = strategies::teacher_stage(context);
      teacher.id = "teacher" + std::to_string(stages.size() + 1);
      teacher.model = name;
      student.more_teachers.push_back({teacher.id});
      stages.push_back(std::move(teacher));
    }
    stages.push_back(std::move(student));
    return stages;
  }

 private:
  static bool is_end(const StrategyContext& context, const std::string& name) {
    return name == context.teacher || name == context.student;
  }

  static std::vector<std::string> all_others(const StrategyContext& context) {
    std::vector<std::string> names;
    for (const auto& model : context.models) {
      if (!is_end(context, model.name)) names.push_back(model.name);
    }
    if (names.empty())
      throw kdbench::Error("multi_teacher: the suite has no model beside '" + context.teacher + "' and '" + context.student +
                           "'; add a [models.NAME] that teaches, too");
    return names;
  }

  std::vector<std::string> named(const StrategyContext& context) const {
    const auto names = strategies::split_names(options_.teachers, "multi_teacher: 'teachers'");
    for (auto it = names.begin(); it != names.end(); ++it) {
      strategies::named_model(context, *it, "multi_teacher: teacher");
      if (std::find(names.begin(), it, *it) != it)
        throw kdbench::Error("multi_teacher: 'teachers' names '" + *it + "' twice; remove one");
      if (is_end(context, *it))
        throw kdbench::Error("multi_teacher: '" + *it + "' is an end of the pair ('" + context.teacher + "', '" +
                             context.student + "') already; 'teachers' names those beside it");
    }
    return names;
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("multi_teacher", "0.1.0", r) {
  r.strategy<MultiTeacher>("multi_teacher",
                           {.summary = "The student learns from several teachers at once; each learns the labels by itself.",
                            .formula = "teacher, teacher2, ... -> student",
                            .source = "You, Xu, Xu, Tao 2017, Learning from Multiple Teacher Networks"});
}
