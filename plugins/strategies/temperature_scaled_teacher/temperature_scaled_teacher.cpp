// A teacher whose logits are divided by the temperature that fits the validation rows best.
#include "../stages.h"

#include <kdbench/sdk/plugin.h>

namespace {

using kdbench::Stage;
using kdbench::StrategyContext;

class TemperatureScaledTeacher final : public kdbench::Strategy {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  TemperatureScaledTeacher(Options, const kdbench::NoContext&) {}

  std::vector<Stage> plan(const StrategyContext& context) const override {
    if (context.teacher.empty()) return strategies::student_alone(context);
    auto student = strategies::student_stage(context);
    student.fit_teacher_temperature = true;
    return {strategies::teacher_stage(context), std::move(student)};
  }
};

}  // namespace

KDBENCH_PLUGIN("temperature_scaled_teacher", "0.1.0", r) {
  r.strategy<TemperatureScaledTeacher>(
      "temperature_scaled_teacher",
      {.summary = "The teacher's logits are divided by the temperature that minimises its NLL on the validation rows.",
       .formula = "teacher -> teacher / T*, T* = argmin_T NLL(softmax(teacher / T), validation) -> student",
       .source = "Guo et al. 2017, On Calibration of Modern Neural Networks, sec. 4.2"});
}
