/// What a study asks.
#pragma once
#include <array>
#include <utility>

namespace kdbench::inline suite {

enum class StudyKind {
  kCompare,         ///< methods x pairs x seeds
  kSensitivity,     ///< the same along an axis that moves the teacher's calibration
  kTune,            ///< methods by the settings that validation rows choose, each with the same budget
  kMiscalibration,  ///< what students follow of a teacher whose confidence is moved in several ways
};

/// The name of each kind in suite files, plans and on boards.
constexpr auto names_of(StudyKind) {
  return std::array<std::pair<StudyKind, const char*>, 4>{{{StudyKind::kCompare, "compare"},
                                                           {StudyKind::kSensitivity, "sensitivity"},
                                                           {StudyKind::kTune, "tune"},
                                                           {StudyKind::kMiscalibration, "miscalibration"}}};
}

}  // namespace kdbench::inline suite
