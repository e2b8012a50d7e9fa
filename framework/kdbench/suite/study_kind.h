/// What a study asks.
#pragma once
#include <array>
#include <utility>

namespace kdbench::inline suite {

enum class StudyKind {
  kCompare,      ///< methods x pairs x seeds
  kSensitivity,  ///< the same along an axis that moves the teacher's calibration
};

/// The name of each kind in suite files, plans and on boards.
constexpr auto names_of(StudyKind) {
  return std::array<std::pair<StudyKind, const char*>, 2>{
      {{StudyKind::kCompare, "compare"}, {StudyKind::kSensitivity, "sensitivity"}}};
}

}  // namespace kdbench::inline suite
