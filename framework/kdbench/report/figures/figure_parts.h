/// What the figures share: means with intervals, names, notes.
#pragma once
#include <kdbench/leaderboard/boards/curves.h>
#include <kdbench/report/figure.h>

#include <string>
#include <vector>

namespace kdbench::report {

inline constexpr double kPercent = 100;

/// Sets y to the mean of `fractions` in per cent with its 95% t interval, and count to how many there are (at least one).
void set_y(Point& point, const std::vector<double>& fractions);
/// The same for x; count is left alone.
void set_x(Point& point, const std::vector<double>& fractions);

Axis accuracy_axis();
Axis ece_axis();

/// "fashion, resnet20 -> resnet8 (takd)".
std::string panel_title(const boards::CurveGroup& group);

/// The method's label, with its convention where two curves of the group have the same label.
std::string curve_name(const boards::CurveGroup& group, const boards::Curve& curve);

/// Accuracy of every curve along the group's axis, then the ECE of what taught them on the right axis.
std::vector<Series> curve_series(const boards::CurveGroup& group);

/// The student on labels alone, as a level; none where it was not trained.
std::vector<Level> alone_level(const boards::CurveGroup& group);

/// "5 of 6 runs are done; ...", nothing when all are.
std::vector<std::string> missing_note(const boards::CurveGroup& group);

/// How points and bars are to be read, and which checkpoint they are of.
std::vector<std::string> seed_notes(const boards::PlanResults& results);

/// A study's figure with its title, still without panels.
Figure new_figure(const boards::PlanResults& results, const std::string& kind, const std::string& study, const std::string& what);

}  // namespace kdbench::report
