/// The teachers of one student side by side: curves whose axis is the teacher.
#pragma once
#include <kdbench/leaderboard/boards/curves.h>

#include <string>
#include <vector>

namespace kdbench::report {

/// One student under several teachers, all else equal. In `group`, axis is "teacher" and the value i of a point is the i-th of
/// `teachers`, which stand in order of their mean ECE as taught over seeds; those without one last.
struct TeacherGroup {
  boards::CurveGroup group;
  std::vector<std::string> teachers;
  std::string title;  ///< "fashion, student resnet8, teachers at temperature 4"
};

/// Gathers a study, in natural order of data set, student and value of the axis (a sensitivity study has a group for each).
/// Methods whose teachers were calibrated alike, at one temperature that is, stand together. Students with a single teacher are
/// left out.
std::vector<TeacherGroup> teacher_groups(boards::PlanResults& results, const std::string& study);

}  // namespace kdbench::report
