/// Miscalibration studies: one teacher, whose confidence is moved in several ways, and what becomes of its students at several
/// temperatures and for several budgets.
#pragma once
#include <kdbench/plan/make/placer.h>

#include <cstdint>
#include <vector>

namespace kdbench::inline plan {

/// A method at one temperature of the student, for one budget.
struct BudgetedMethod {
  double student_tau = 1;
  std::int64_t budget = 1;
  Method method;
  Usable usable;
};

/// One column of networks of a miscalibration study.
struct MiscalibratedSetting {
  Setting setting;  ///< without a calibrator
  std::vector<BudgetedMethod> methods;
};

/// A miscalibration study, found usable.
struct MiscalibrationStudy {
  const Study* study = nullptr;
  std::vector<const ResolvedCalibrator*> calibrators;  ///< in the study's order, strength after strength
  std::vector<MiscalibratedSetting> settings;
};

/// A method at every student_tau and for every budget of the study.
/// @throws kdbench::Error where it cannot stand in such a study, LossKeyError for a key that means nothing in so many epochs
std::vector<BudgetedMethod> budgeted(const Resolved& resolved, const Setting& s, const Usable& usable);

/// Places every arm of the study at the placer's seed: the student alone, under the teacher as it is, under every calibrator, and
/// again with matched learning rates where the study asks for it.
void place_miscalibration(Placer& placer, const MiscalibrationStudy& study);

}  // namespace kdbench::inline plan
