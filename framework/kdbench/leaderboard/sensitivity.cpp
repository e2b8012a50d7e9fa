/// The sensitivity board: how much a method's accuracy depends on the calibration of its teacher. A rank correlation alone
/// misleads (a curve that rises and falls has none and is not flat), so slope, range and regret stand beside it.
#include <kdbench/leaderboard/curves.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

namespace kdbench::boards {
namespace {

constexpr double kSignificance = 0.05;

std::string group_text(const CurveGroup& group) {
  const auto how = group.several_strategies && !group.strategy.empty() ? " (" + group.strategy + ")" : "";
  return fmt::format("Study {} on {}, {}{}", group.study, group.dataset, pair_text(group.teacher, group.student), how);
}

std::string interval_text(const Metric& metric, const Estimate& estimate) {
  return estimate.low && estimate.high ? fmt::format("[{}, {}]", shown(metric, estimate.low), shown(metric, estimate.high)) : "[n/a]";
}

Cell spearman_cell(const Sensitivity& s) {
  const auto& m = metric("spearman_ece");
  const auto& e = s.spearman;
  Cell cell{"n/a", {json_number(in_unit(m, e.value)), json_number(in_unit(m, e.low)), json_number(in_unit(m, e.high)),
                    json_number(e.p), e.p ? Json(*e.p < kSignificance) : Json()}};
  if (!e.value) return cell;
  cell.text = fmt::format("{} {}", shown(m, e.value), interval_text(m, e));
  if (e.p && *e.p >= kSignificance) cell.text += " ns";
  return cell;
}

Cell slope_cell(const Sensitivity& s) {
  const auto& m = metric("slope");
  const auto& e = s.slope;
  return {e.value ? fmt::format("{} {}", shown(m, e.value), interval_text(m, e)) : "n/a",
          {json_number(e.value), json_number(e.low), json_number(e.high)}};
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

Table statistics_table(const CurveGroup& group, const std::vector<Sensitivity>& results) {
  const auto& spearman = metric("spearman_ece");
  const auto& slope = metric("slope");
  Table table;
  table.title = group_text(group) + ": sensitivity to calibration";
  table.columns = {text_column("method", true), text_column("convention"), {"seeds", "", Direction::kNone, {"n", "expected"}},
                   {spearman.title, spearman.unit, spearman.direction, {"value", "low", "high", "p", "significant"}},
                   number_column(metric("p")), number_column(metric("spearman_axis"), fmt::format("Spearman({}, acc)", group.axis)),
                   {slope.title, slope.unit, slope.direction, {"value", "low", "high"}}, number_column(metric("range"))};
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& s = results[i];
    table.rows.push_back({{text_cell(group.curves[i].method), text_cell(group.curves[i].convention), seeds_cell(s), spearman_cell(s),
                           number_cell(metric("p"), s.spearman.p), number_cell(metric("spearman_axis"), s.spearman_axis), slope_cell(s),
                           number_cell(metric("range"), s.range)}});
  }
  return table;
}

Table details_table(const CurveGroup& group, const std::vector<Sensitivity>& results) {
  Table table;
  table.title = group_text(group) + ": best value and regret";
  table.columns = {text_column("method", true), number_column(metric("kendall")), number_column(metric("regret")),
                   {"best " + group.axis, "", Direction::kNone, {"value"}}, number_column(metric("ece"), "teacher's ECE there"),
                   {"Spearman(ECE, acc) of each seed", "%", Direction::kNone, {"values"}}};
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto& s = results[i];
    table.rows.push_back({{text_cell(group.curves[i].method), number_cell(metric("kendall"), s.kendall), number_cell(metric("regret"), s.regret),
                           {s.best_value ? fmt::format("{}", *s.best_value) : "n/a", {json_number(s.best_value)}},
                           number_cell(metric("ece"), s.best_ece), per_seed_cell(s)}});
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

/// The teacher's ECE by seed at one value, as one method was taught.
std::map<std::int64_t, double> taught_eces(const Series& series) {
  std::map<std::int64_t, double> out;
  for (const auto& [seed, run] : series.runs) {
    if (run->done() && run->taught_ece) out[seed] = *run->taught_ece;
  }
  return out;
}

/// One row of ECE for the methods that were taught the same, so that the usual table has one such row.
struct EceRow {
  std::vector<std::string> methods;
  std::map<double, std::map<std::int64_t, double>> points;

  bool takes(const Curve& curve) const {
    for (const auto& [value, series] : curve.points) {
      const auto mine = points.find(value);
      if (mine == points.end()) continue;
      for (const auto& [seed, ece] : taught_eces(series)) {
        const auto known = mine->second.find(seed);
        if (known != mine->second.end() && known->second != ece) return false;
      }
    }
    return true;
  }
};

std::vector<EceRow> ece_rows(const CurveGroup& group) {
  std::vector<EceRow> rows;
  for (const auto& curve : group.curves) {
    std::size_t i = 0;
    while (i < rows.size() && !rows[i].takes(curve)) ++i;
    if (i == rows.size()) rows.emplace_back();
    rows[i].methods.push_back(curve.method);
    for (const auto& [value, series] : curve.points) {
      for (const auto& [seed, ece] : taught_eces(series)) rows[i].points[value][seed] = ece;
    }
  }
  return rows;
}

std::vector<double> values_of(const std::map<std::int64_t, double>& by_seed) {
  std::vector<double> out;
  for (const auto& [seed, value] : by_seed) out.push_back(value);
  return out;
}

/// No run is missing from a row of ECE on its own account, so n alone is said.
Row ece_row(const EceRow& row, bool only, const std::set<double>& values) {
  Row out{{text_cell(only ? "teacher's ECE" : "teacher's ECE for " + join(row.methods, ", "))}};
  for (const auto value : values) {
    const auto at = row.points.find(value);
    const auto eces = at == row.points.end() ? std::vector<double>() : values_of(at->second);
    out.cells.push_back(compact_cell(metric("ece"), eces));
  }
  return out;
}

Table curve_table(const CurveGroup& group) {
  const auto values = axis_values(group);
  Table table;
  table.title = fmt::format("{}: along {}", group_text(group), group.axis);
  table.columns = {text_column(group.axis, true)};
  for (const auto value : values) table.columns.push_back(summary_column({"accuracy", "", "", Direction::kNone}, fmt::format("{}", value)));
  const auto rows = ece_rows(group);
  for (const auto& row : rows) table.rows.push_back(ece_row(row, rows.size() == 1, values));
  for (const auto& curve : group.curves) {
    Row row{{text_cell(curve.method)}};
    for (const auto value : values) {
      const auto series = curve.points.contains(value) ? curve.points.at(value) : Series();
      row.cells.push_back(compact_cell(metric("accuracy"), values_of(series.accuracies()), series));
    }
    table.rows.push_back(std::move(row));
  }
  table.notes = {"ECE of the teacher as taught (its logits divided by teacher_temperature * tau_teacher) and accuracy of each method, "
                 "both in %, mean±sd over seeds."};
  return table;
}

void add_troubles(const CurveGroup& group, Table& table) {
  for (const auto& curve : group.curves) {
    for (const auto& [value, series] : curve.points) {
      if (series.complete()) continue;
      table.notes.push_back(fmt::format("{} at {} {}: {} of {} done; {}.", curve.method, group.axis, value, series.accuracies().size(),
                                        series.expected(), series.trouble()));
    }
  }
}

void add_notes(const View& view, const CurveGroup& group, Table& table) {
  table.notes = {
      view.selection_note(),
      "Spearman(ECE, acc): over the values of the axis, mean accuracy over seeds against the teacher's mean ECE as taught, in %, as in "
      "the paper; p by permutation of the values; ns: p >= 0.05, not significant at this number of values.",
      fmt::format("Interval of Spearman: 95% over seeds, {}; n/a for one seed.", bootstrap_options(view.options).text()),
      fmt::format("Spearman({}, acc) stands beside it because ECE is nearly a monotone function of temperature; a low correlation is not "
                  "a flat curve: see slope and range.", group.axis),
      "Slope: points of accuracy per point of ECE, least squares [95% t interval]. Range: best minus worst accuracy.",
      "Seeds: only those that are done at every value count."};
  if (!group.alone.runs.empty()) {
    table.notes.push_back(fmt::format("Student alone (labels only): {} %.", summary_cell(metric("accuracy"), group.alone).text));
  }
}

}  // namespace

std::vector<Table> sensitivity_board(View& view, const std::string& study) {
  std::vector<Table> tables;
  for (const auto& group : make_curves(view, study)) {
    if (group.curves.empty()) continue;
    std::vector<Sensitivity> results;
    for (const auto& curve : group.curves) results.push_back(analyse(curve, view.options));
    auto statistics = statistics_table(group, results);
    add_notes(view, group, statistics);
    auto curve = curve_table(group);
    add_troubles(group, curve);
    tables.push_back(std::move(statistics));
    tables.push_back(details_table(group, results));
    tables.push_back(std::move(curve));
  }
  return tables;
}

}  // namespace kdbench::boards
