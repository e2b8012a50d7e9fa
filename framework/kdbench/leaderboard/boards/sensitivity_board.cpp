/// The sensitivity board: how much a method's accuracy depends on the calibration of its teacher. A rank correlation alone
/// misleads (a curve that rises and falls has none and is not flat), so slope, spread and regret stand beside it.
#include <kdbench/leaderboard/boards/sensitivity_board.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/boards/curves.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/ece_marks.h>
#include <kdbench/leaderboard/model/natural_order.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline leaderboard::boards {
namespace {

constexpr double kSignificance = 0.05;

std::string group_text(const CurveGroup& group) {
  const auto how = group.several_strategies && !group.strategy.empty() ? " (" + group.strategy + ")" : "";
  return fmt::format("Study {} on {}, {}{}", group.study, group.dataset, pair_text(group.teacher, group.student), how);
}

/// "+0.50 [-1.20, +2.20]", with "ns" where the permutation test finds nothing.
std::string estimate_text(const Metric& metric, const Estimate& e) {
  if (!e.value) return "n/a";
  const auto interval = e.low && e.high ? fmt::format("[{}, {}]", shown(metric, e.low), shown(metric, e.high)) : "[n/a]";
  return fmt::format("{} {}{}", shown(metric, e.value), interval, e.p && *e.p >= kSignificance ? " ns" : "");
}

Cell estimate_cell(const Metric& metric, const Estimate& e) {
  return {estimate_text(metric, e),
          {json_number(in_unit(metric, e.value)), json_number(in_unit(metric, e.low)), json_number(in_unit(metric, e.high))}};
}

Column estimate_column(const Metric& metric, const std::string& title = "") {
  return {title.empty() ? metric.title : title, metric.unit, metric.direction, {"value", "low", "high"}};
}

/// An estimate with its permutation test.
Cell tested_cell(const Metric& metric, const Estimate& e) {
  auto cell = estimate_cell(metric, e);
  cell.values.push_back(json_number(e.p));
  cell.values.push_back(e.p ? Json(*e.p < kSignificance) : Json());
  return cell;
}

Column tested_column(const Metric& metric, const std::string& title = "") {
  auto column = estimate_column(metric, title);
  column.fields.insert(column.fields.end(), {"p", "significant"});
  return column;
}

Cell seeds_cell(const Sensitivity& s) {
  return {fmt::format("{}/{}", s.seeds.size(), s.expected_seeds), {s.seeds.size(), s.expected_seeds}};
}

Cell per_seed_cell(const Sensitivity& s) {
  const auto& m = metric("spearman_ece");
  std::string text;
  Json values = Json::array();
  for (const auto& value : s.per_seed_spearman) {
    text.append(text.empty() ? "" : " ").append(shown(m, value));
    values.push_back(json_number(in_unit(m, value)));
  }
  return {text.empty() ? "n/a" : text, {values}};
}

/// The position on the axis of each seed's best accuracy.
Cell per_seed_best_cell(const Sensitivity& s) {
  std::string text;
  Json values = Json::array();
  for (const auto best : s.per_seed_best) {
    text.append(text.empty() ? "" : " ").append(fmt::format("{}", s.values[best]));
    values.push_back(s.values[best]);
  }
  return {text.empty() ? "n/a" : text, {values}};
}

Table statistics_table(const CurveGroup& group, const std::vector<Sensitivity>& results) {
  Table table;
  table.title = group_text(group) + ": sensitivity to calibration";
  table.columns = {text_column("method", true),
                   text_column("convention"),
                   {"seeds", "", Direction::kNone, {"n", "expected"}},
                   tested_column(metric("spearman_ece")),
                   number_column(metric("p")),
                   tested_column(metric("spearman_axis"), fmt::format("Spearman({}, acc)", group.axis)),
                   estimate_column(metric("spread")),
                   estimate_column(metric("slope"))};
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& s = results[i];
    table.rows.push_back({{text_cell(group.curves[i].method), text_cell(group.curves[i].convention), seeds_cell(s),
                           tested_cell(metric("spearman_ece"), s.spearman), number_cell(metric("p"), s.spearman.p),
                           tested_cell(metric("spearman_axis"), s.spearman_axis), estimate_cell(metric("spread"), s.spread),
                           estimate_cell(metric("slope"), s.slope)}});
  }
  return table;
}

Table details_table(const CurveGroup& group, const std::vector<Sensitivity>& results) {
  Table table;
  table.title = group_text(group) + ": best value and regret";
  table.columns = {text_column("method", true),
                   estimate_column(metric("kendall")),
                   estimate_column(metric("regret")),
                   {"best " + group.axis, "", Direction::kNone, {"value"}},
                   number_column(metric("ece"), "teacher's ECE there"),
                   {"Spearman(ECE, acc) of each seed", "%", Direction::kNone, {"values"}},
                   {fmt::format("best {} of each seed", group.axis), "", Direction::kNone, {"values"}}};
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& s = results[i];
    const auto best = s.best ? std::optional(s.values[*s.best]) : std::nullopt;
    const auto ece = s.best && !s.ece.empty() ? std::optional(s.ece[*s.best]) : std::nullopt;
    table.rows.push_back({{text_cell(group.curves[i].method),
                           estimate_cell(metric("kendall"), s.kendall),
                           estimate_cell(metric("regret"), s.regret),
                           {best ? fmt::format("{}", *best) : "n/a", {json_number(best)}},
                           number_cell(metric("ece"), ece),
                           per_seed_cell(s),
                           per_seed_best_cell(s)}});
  }
  table.notes = {"Regret: best minus mean accuracy along the axis, what not knowing the best value costs.",
                 "One seed is luck: where the values of the seeds disagree in sign, so would two readers who ran one seed each."};
  return table;
}

std::set<double> axis_values(const CurveGroup& group) {
  std::set<double> out;
  for (const auto& curve : group.curves) {
    for (const auto& [value, series] : curve.points) out.insert(value);
  }
  return out;
}

std::vector<double> values_at(const AlongAxis& points, double value) {
  const auto at = points.find(value);
  return at == points.end() ? std::vector<double>() : values_of(at->second);
}

/// No run is missing from a row of the teacher on its own account, so n alone is said.
Row teacher_row(const std::string& name, const Metric& metric, const AlongAxis& points, const std::set<double>& values) {
  Row out{{text_cell(name)}};
  for (const auto value : values) out.cells.push_back(compact_cell(metric, values_at(points, value)));
  return out;
}

/// The teacher on the test rows, with marks, then on the training rows.
void add_teacher_rows(const EceRow& row, bool only, const std::set<double>& values, Table& table) {
  const auto whose = only ? std::string() : " for " + join(row.methods, ", ");
  auto ece = teacher_row("teacher's ECE" + whose, metric("ece"), row.points, values);
  std::vector<Cell*> cells;
  std::vector<FlooredEce> eces;
  for (const auto value : values) {
    cells.push_back(&ece.cells[cells.size() + 1]);
    eces.push_back(floored_ece(values_at(row.points, value), values_at(row.floors, value)));
  }
  for (auto& line : mark_eces(cells, eces)) {
    if (std::find(table.notes.begin(), table.notes.end(), line) == table.notes.end()) table.notes.push_back(std::move(line));
  }
  table.rows.push_back(std::move(ece));
  table.rows.push_back(teacher_row("its ECE on training rows" + whose, metric("ece"), row.training_ece, values));
  table.rows.push_back(
      teacher_row("its confidence - accuracy on training rows" + whose, metric("signed_gap"), row.training_gap, values));
}

Table curve_table(const CurveGroup& group) {
  const auto values = axis_values(group);
  Table table;
  table.title = fmt::format("{}: along {}", group_text(group), group.axis);
  table.columns = {text_column(group.axis, true)};
  for (const auto value : values)
    table.columns.push_back(summary_column({"accuracy", "", "", Direction::kNone}, fmt::format("{}", value)));
  table.notes = {
      "ECE of the teacher as taught (its logits divided by teacher_temperature * tau_teacher), on the test split, and accuracy "
      "of "
      "each method, both in %, mean±sd over seeds.",
      "On training rows: the same logits on the rows that the student's loss saw, augmented where they are, of the last epoch in "
      "which it asked the teacher; confidence - accuracy in points, above 0: overconfident there."};
  const auto rows = ece_rows(group);
  for (const auto& row : rows) add_teacher_rows(row, rows.size() == 1, values, table);
  for (const auto& curve : group.curves) {
    Row row{{text_cell(curve.method)}};
    for (const auto value : values) {
      const auto series = curve.points.contains(value) ? curve.points.at(value) : Series();
      row.cells.push_back(compact_cell(metric("accuracy"), values_of(series.accuracies()), series));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

void add_troubles(const CurveGroup& group, Table& table) {
  for (const auto& curve : group.curves) {
    for (const auto& [value, series] : curve.points) {
      if (series.complete()) continue;
      table.notes.push_back(fmt::format("{} at {} {}: {} of {} done; {}.", curve.method, group.axis, value,
                                        series.accuracies().size(), series.expected(), series.trouble()));
    }
  }
}

void add_notes(const PlanResults& results, const CurveGroup& group, Table& table) {
  table.notes = {
      selection_note(results.plan().select),
      "Spearman(ECE, acc): over the values of the axis, mean accuracy over seeds against the teacher's mean ECE as taught, in %, "
      "as in "
      "the paper; p by permutation of the values; ns: p >= 0.05, not significant at this number of values.",
      fmt::format("Intervals: 95%, over seeds. Of the slope: t interval over each seed's own slope. Of the others only from {} "
                  "seeds on: n/a "
                  "for fewer, because none was found for them that holds what it says (kdbench stats coverage). Of Spearman and "
                  "Kendall: {}, widened for few seeds; of spread and regret: t intervals of the differences that they are the "
                  "largest of.",
                  kLeastSeedsForInterval, bootstrap_options(results.options()).text()),
      fmt::format(
          "Spearman({}, acc) stands beside it because ECE is nearly a monotone function of temperature; a low correlation is not "
          "a flat curve: see spread and slope.",
          group.axis),
      "Spread: best minus worst mean accuracy; noise alone gives some, more with few seeds. Slope: points of accuracy per point "
      "of ECE, least squares for each seed, then the mean.",
      "Seeds: only those that are done at every value count."};
  if (!group.alone.runs.empty()) {
    table.notes.push_back(fmt::format("Student alone (labels only): {} %.", summary_cell(metric("accuracy"), group.alone).text));
  }
}

}  // namespace

std::vector<Table> sensitivity_board(PlanResults& results, const std::string& study) {
  std::vector<Table> tables;
  for (const auto& group : make_curves(results, study)) {
    if (group.curves.empty()) continue;
    std::vector<Sensitivity> analyses;
    for (const auto& curve : group.curves) analyses.push_back(analyse(curve, results.options()));
    auto statistics = statistics_table(group, analyses);
    add_notes(results, group, statistics);
    auto curve = curve_table(group);
    add_troubles(group, curve);
    tables.push_back(std::move(statistics));
    tables.push_back(details_table(group, analyses));
    tables.push_back(std::move(curve));
  }
  return tables;
}

}  // namespace kdbench::inline leaderboard::boards
