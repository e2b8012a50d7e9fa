/// The board of auxiliary exits: what a network would answer if it stopped at one of its earlier classifiers.
#include <kdbench/leaderboard/boards/exits_board.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/natural_order.h>

#include <fmt/core.h>

#include <set>

namespace kdbench::inline leaderboard::boards {
namespace {

/// One network of the study by all that tells it from others, and its runs by seed.
using Networks = std::map<std::string, Series, NaturalLess>;

std::string name_of(const Placement& p) {
  const auto at = p.axis.empty() ? std::string() : fmt::format(" at {}={}", p.axis, p.value);
  const auto how = p.strategy.empty() || p.role == Role::kAlone ? std::string() : fmt::format(" ({})", p.strategy);
  return fmt::format("{} {}{}{} on {}", p.method, p.student, at, how, p.dataset);
}

std::set<std::string, NaturalLess> exits_of(const Series& series) {
  std::set<std::string, NaturalLess> out;
  for (const auto& [seed, run] : series.runs) {
    for (const auto& [name, metrics] : run->exits) out.insert(name);
  }
  return out;
}

Cell exit_cell(const Metric& metric, const Series& series, const std::string& exit, double CalibrationMetrics::*member) {
  std::vector<double> values;
  for (const auto& [seed, run] : series.runs) {
    const auto found = run->exits.find(exit);
    if (run->done() && found != run->exits.end()) values.push_back(found->second.*member);
  }
  return summary_cell(metric, values, series);
}

}  // namespace

std::vector<Table> exits_board(PlanResults& results, const std::string& study) {
  std::set<std::string> with_exits;
  for (const auto* p : results.placements(study)) {
    if (p->role != Role::kTeacher && !results.outcome(p->job).exits.empty()) with_exits.insert(name_of(*p));
  }
  if (with_exits.empty()) return {};
  Networks networks;
  for (const auto* p : results.placements(study)) {
    if (p->role != Role::kTeacher && with_exits.contains(name_of(*p))) results.add(networks[name_of(*p)], *p);
  }
  Table table;
  table.title = fmt::format("Study {}: auxiliary exits", study);
  table.notes = {"Of each exit's own logits on the test split; the network's own are those of its last layer."};
  table.columns = {text_column("network", true), text_column("exit", true),
                   summary_column(metric("accuracy"), metric("accuracy").title),
                   summary_column(metric("ece"), metric("ece").title), summary_column(metric("nll"), metric("nll").title)};
  using M = CalibrationMetrics;
  for (const auto& [name, series] : networks) {
    for (const auto& exit : exits_of(series)) {
      table.rows.push_back({{text_cell(name), text_cell(exit), exit_cell(metric("accuracy"), series, exit, &M::accuracy),
                             exit_cell(metric("ece"), series, exit, &M::ece), exit_cell(metric("nll"), series, exit, &M::nll)}});
    }
  }
  return {table};
}

}  // namespace kdbench::inline leaderboard::boards
