#include <kdbench/report/figures/figure_parts.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::report {
namespace {

struct Mean {
  double value;
  std::optional<double> low, high;
};

Mean mean_of(const std::vector<double>& fractions) {
  const auto s = stats::summarize(fractions);
  Mean out{kPercent * s.mean, std::nullopt, std::nullopt};
  if (std::isfinite(s.half_width)) {
    out.low = kPercent * (s.mean - s.half_width);
    out.high = kPercent * (s.mean + s.half_width);
  }
  return out;
}

Series accuracy_series(const boards::CurveGroup& group, const boards::Curve& curve) {
  Series out{curve_name(group, curve), curve.convention, Mark::kLine, {}};
  for (const auto& [value, series] : curve.points) {
    const auto accuracies = boards::values_of(series.accuracies());
    if (accuracies.empty()) continue;
    Point point{.x = value};
    set_y(point, accuracies);
    out.points.push_back(std::move(point));
  }
  return out;
}

Series ece_series(const boards::EceRow& row, bool only) {
  Series out{only ? "teacher's ECE" : "teacher's ECE for " + join(row.methods, ", "), "", Mark::kLine, {}, Side::kRight};
  for (const auto& [value, by_seed] : row.points) {
    if (by_seed.empty()) continue;
    Point point{.x = value};
    set_y(point, boards::values_of(by_seed));
    out.points.push_back(std::move(point));
  }
  return out;
}

}  // namespace

void set_y(Point& point, const std::vector<double>& fractions) {
  const auto mean = mean_of(fractions);
  point.y = mean.value, point.y_low = mean.low, point.y_high = mean.high;
  point.count = fractions.size();
}

void set_x(Point& point, const std::vector<double>& fractions) {
  const auto mean = mean_of(fractions);
  point.x = mean.value, point.x_low = mean.low, point.x_high = mean.high;
}

Axis accuracy_axis() { return {.title = "accuracy of the student", .unit = "%", .at_least = 0.0, .at_most = 100.0}; }
Axis ece_axis() { return {.title = "ECE of the teacher as taught", .unit = "%", .at_least = 0.0, .at_most = 100.0}; }

std::string panel_title(const boards::CurveGroup& group) {
  const auto how = group.several_strategies && !group.strategy.empty() ? fmt::format(" ({})", group.strategy) : "";
  return fmt::format("{}, {}{}", group.dataset, boards::pair_text(group.teacher, group.student), how);
}

std::string curve_name(const boards::CurveGroup& group, const boards::Curve& curve) {
  const auto same =
      std::count_if(group.curves.begin(), group.curves.end(), [&](const auto& c) { return c.method == curve.method; });
  return same > 1 ? fmt::format("{} ({})", curve.method, curve.convention) : curve.method;
}

std::vector<Series> curve_series(const boards::CurveGroup& group) {
  std::vector<Series> out;
  for (const auto& curve : group.curves) out.push_back(accuracy_series(group, curve));
  const auto rows = boards::ece_rows(group);
  for (const auto& row : rows) out.push_back(ece_series(row, rows.size() == 1));
  std::erase_if(out, [](const auto& series) { return series.points.empty(); });
  return out;
}

std::vector<Level> alone_level(const boards::CurveGroup& group) {
  const auto accuracies = boards::values_of(group.alone.accuracies());
  if (accuracies.empty()) return {};
  Point point;
  set_y(point, accuracies);
  return {{"student alone", point.y, point.y_low, point.y_high, point.count}};
}

std::vector<std::string> missing_note(const boards::CurveGroup& group) {
  std::size_t done = 0, expected = 0;
  for (const auto& curve : group.curves) {
    for (const auto& [value, series] : curve.points) done += series.accuracies().size(), expected += series.expected();
  }
  if (done == expected) return {};
  return {fmt::format("{} of {} runs are done: some points rest on fewer seeds.", done, expected)};
}

std::vector<std::string> seed_notes(const boards::PlanResults& results) {
  return {"Points are means over seeds, bars (and the band of a level) 95% t intervals of the mean; one seed has no interval.",
          boards::selection_note(results.plan().select)};
}

Figure new_figure(const boards::PlanResults& results, const std::string& kind, const std::string& study,
                  const std::string& what) {
  Figure figure;
  figure.kind = kind;
  figure.study = study;
  figure.title = fmt::format("{}: {} (study {})", results.title(), what, study);
  return figure;
}

}  // namespace kdbench::report
