// A teacher trained on smoothed labels: another calibration of the same network, made by training and not by a temperature.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class LabelSmoothingTeacher final : public kdbench::Strategy {
 public:
  struct Options {
    double epsilon = 0.1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("epsilon", &Options::epsilon, "Share of the label that is spread over all classes while the teacher trains.",
          {.min = 0.001, .max = 0.999});
  }
  LabelSmoothingTeacher(Options options, const kdbench::NoContext&) : options_(options) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    auto teacher = strategies::teacher_stage(context);
    teacher.label_smoothing = options_.epsilon;
    return {std::move(teacher), strategies::student_stage(context)};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("label_smoothing_teacher", "0.1.0", r) {
  r.strategy<LabelSmoothingTeacher>(
      "label_smoothing_teacher",
      {.summary = "The teacher learns from smoothed labels, the student from that teacher.",
       .formula = "teacher on (1 - epsilon) label + epsilon / K -> student",
       .source =
           "Szegedy et al. 2016, Rethinking the Inception Architecture, sec. 7; Mueller, Kornblith, Hinton 2019, When Does Label "
           "Smoothing Help?, sec. 4"});
}
