#include <kdbench/plan/make/loss_window.h>
#include <kdbench/plan/make/miscalibration.h>
#include <kdbench/plan/make/stages.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline plan {
namespace {

void check_taught(const Setting& s, const Usable& usable) {
  const auto& student = usable.stages.back();
  if (usable.labels_only || !usable.needs.teacher) throw Error("it reads no teacher, whose calibration the study is to move");
  if (!student.taught() || !student.peers.empty()) {
    throw Error(
        fmt::format("strategy '{}' gives the student no teacher that stands by itself, whose calibration the study is to "
                    "move; choose another",
                    s.strategy));
  }
  if (student.stage.fit_teacher_temperature && !s.study->calibrators.empty()) {
    throw Error(
        fmt::format("strategy '{}' calibrates the teacher itself, and the study's calibrators would move what it made; "
                    "choose the strategy without detours",
                    s.strategy));
  }
}

/// A temperature that no part reads would give one training several places.
void check_student_tau(const Setting& s, const Usable& usable) {
  const auto& parts = usable.needs.parts;
  const bool reads = std::any_of(parts.begin(), parts.end(), [](const LossNeeds& part) { return part.reads_student_tau(); });
  const auto& values = s.study->student_tau;
  if (reads || (values.size() == 1 && values.front() == 1)) return;
  throw Error(
      "it does not read the temperature of the student, so 'student_tau' would move nothing; take it out of this study, "
      "or write student_tau = [1]");
}

/// The first step must be one that distils, with the whole weight: under a warm-up of n epochs it has 1/n of it, and the length
/// that is matched would be that of cross-entropy where the loss has it beside.
void check_first_step(const MethodPart& part, const Stage& stage) {
  if (const auto begin = loss_window(part.knobs, stage).begin; begin > 0) {
    throw LossKeyError(
        *part.use, "from_epoch",
        fmt::format("its terms are on from epoch {} alone, and 'match_gradient' is about the first step; remove one of "
                    "the two",
                    begin));
  }
  if (const auto warmup = part.knobs.warmup_epochs; warmup > 1) {
    throw LossKeyError(*part.use, "warmup_epochs",
                       fmt::format("its terms have 1/{} of their weight in the first epoch, and 'match_gradient' is about the "
                                   "first step; remove one of the two",
                                   warmup));
  }
}

/// The first step must be as long as its gradient.
void check_match(const Usable& usable) {
  const auto& student = usable.stages.back();
  if (student.recipe->optimizer != "sgd") {
    throw Error(
        fmt::format("'match_gradient' has no effect on student '{}': the steps of {} do not grow with the gradient; set its "
                    "optimizer to \"sgd\", or remove 'match_gradient'",
                    student.stage.model, student.recipe->optimizer));
  }
  for (const auto& part : student.method->parts) check_first_step(part, student.stage);
}

Method at_student_tau(Method method, double tau) {
  for (auto& part : method.parts) {
    part.knobs.tau_student = tau;
    part.knobs.tau_teacher = 1.0;
  }
  return method;
}

/// Places the arms of one method at one temperature for one budget.
void place_arms(Placer& placer, const MiscalibrationStudy& study, const Setting& s, const BudgetedMethod& method) {
  PlacedArm arm{method.method.label, "", method.student_tau, method.budget, false};
  const auto reference = placer.place_arm(s, method.usable, method.method, arm, "");
  for (const bool matched : {false, true}) {
    if (matched && !study.study->match_gradient) break;
    arm.matched = matched;
    for (const auto* calibrator : study.calibrators) {
      auto calibrated = s;
      calibrated.calibrator = calibrator;
      arm.family = calibrator->name;
      placer.place_arm(calibrated, method.usable, method.method, arm, matched ? reference : "");
    }
  }
}

}  // namespace

std::vector<BudgetedMethod> budgeted(const Resolved& resolved, const Setting& s, const Usable& usable) {
  check_taught(s, usable);
  check_student_tau(s, usable);
  if (s.study->match_gradient) check_match(usable);
  const auto epochs = usable.stages.back().stage.epochs;
  std::vector<BudgetedMethod> out;
  for (const auto tau : s.study->student_tau) {
    for (const auto budget : s.study->budgets)
      out.push_back({tau, budget, at_student_tau(*usable.method, tau), with_epochs(resolved, usable, epochs * budget)});
  }
  return out;
}

void place_miscalibration(Placer& placer, const MiscalibrationStudy& study) {
  for (const auto& [setting, methods] : study.settings) {
    for (const auto budget : study.study->budgets) placer.place_alone(setting, PlacedArm{.budget = budget});
    for (const auto& method : methods) place_arms(placer, study, setting, method);
  }
}

}  // namespace kdbench::inline plan
