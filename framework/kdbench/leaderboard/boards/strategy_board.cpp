/// The strategy board: by which way a student was taught, how calibrated the one was who taught it, and what it reached: the
/// layout of the paper's tables on teacher assistants and early stopping.
#include <kdbench/leaderboard/boards/strategy_board.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/ece_marks.h>
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/leaderboard/model/teaching_chain.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline leaderboard::boards {
namespace {

/// What the strategy without detours is called where a study has none.
const std::string kDirect = "direct";

/// The rows of one study on one dataset, and which columns they need.
struct StrategyBoard {
  std::string study, dataset, axis;
  std::string direct;  ///< the strategy without detours; empty: the study has none
  std::vector<TaughtRow> rows;
  bool several_methods = false, has_direct = false, rescaled = false, chained = false;
};

/// The same method and pair under the strategy without detours; null if there is none.
const TaughtRow* reference_of(const StrategyBoard& board, const TaughtRow& row) {
  if (board.direct.empty()) return nullptr;
  for (const auto& other : board.rows) {
    const auto &a = *row.placement, &b = *other.placement;
    if (b.strategy == board.direct && a.method == b.method && a.teacher == b.teacher && a.student == b.student &&
        a.value == b.value) {
      return &other;
    }
  }
  return nullptr;
}

std::optional<double> mean_of(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(stats::mean(values));
}

std::optional<double> tau_of(const TaughtRow& row) {
  for (const auto& [seed, run] : row.series.runs) {
    if (run->tau) return run->tau;
  }
  return std::nullopt;
}

bool is_rescaled(const PlanResults& results, const TaughtRow& row) {
  const auto tau = tau_of(row);
  for (const auto& step : teaching_steps(results, row)) {
    for (const auto at : step.temperature) {
      if (tau && std::abs(at - *tau) > 1e-9) return true;
    }
  }
  return false;
}

std::vector<StrategyBoard> gather(PlanResults& results, const std::string& study) {
  std::map<std::string, StrategyBoard, NaturalLess> boards;
  for (auto& row : taught_rows(results, study)) {
    if (row.placement->teacher.empty() || row.placement->teacher_job.empty()) continue;
    auto& board = boards[row.placement->dataset];
    board.study = study;
    board.dataset = row.placement->dataset;
    board.axis = row.placement->axis;
    board.rows.push_back(std::move(row));
  }
  std::vector<StrategyBoard> out;
  for (auto& named : boards) {
    auto& board = named.second;
    board.direct = results.study_options(study).direct;
    const auto& rows = board.rows;
    const auto any = [&](auto&& holds) { return std::any_of(rows.begin(), rows.end(), holds); };
    if (!any([&](const TaughtRow& r) { return !is_direct(results, *r.placement); })) continue;
    board.several_methods = any([&](const TaughtRow& r) { return r.placement->method != rows.front().placement->method; });
    board.has_direct = !board.direct.empty() && any([&](const TaughtRow& r) { return r.placement->strategy == board.direct; });
    board.chained = any([](const TaughtRow& r) { return r.placement->chain.size() > 1; });
    board.rescaled = any([&](const TaughtRow& r) { return is_rescaled(results, r); });
    out.push_back(std::move(board));
  }
  return out;
}

std::vector<Column> key_columns(const StrategyBoard& board) {
  std::vector<Column> out = {text_column("strategy", true)};
  if (board.several_methods) out.push_back(text_column("method", true));
  if (!board.axis.empty()) out.push_back(text_column(board.axis, true));
  out.push_back(text_column("chain", true));
  return out;
}

std::vector<Cell> key_cells(const StrategyBoard& board, const Placement& placement) {
  std::vector<Cell> out = {text_cell(placement.strategy)};
  if (board.several_methods) out.push_back(text_cell(placement.method));
  if (!board.axis.empty()) out.push_back(text_cell(fmt::format("{}", placement.value)));
  out.push_back(text_cell(chain_text(placement)));
  return out;
}

Table students_table(const PlanResults& results, const StrategyBoard& board) {
  const auto& tau = metric("tau");
  Table table;
  table.title = fmt::format("Study {} on {}: strategies", board.study, board.dataset);
  table.columns = key_columns(board);
  table.columns.push_back(text_column("checkpoint"));
  table.columns.push_back(summary_column(metric("accuracy"), "teacher's accuracy"));
  const auto ece_column = table.columns.size();
  std::vector<FlooredEce> eces;
  table.columns.push_back(summary_column(metric("ece"), "teacher's ECE"));
  if (board.axis != "tau") table.columns.push_back(number_column(tau));
  if (board.rescaled) table.columns.push_back(number_column(metric("temperature")));
  table.columns.push_back(summary_column(metric("accuracy"), "student's accuracy"));
  table.columns.push_back(mean_interval_column(metric("accuracy")));
  if (board.has_direct) table.columns.push_back(interval_column(metric("difference"), "vs " + board.direct));
  for (const auto& row : board.rows) {
    const auto steps = teaching_steps(results, row);
    const auto& last = steps.back();
    Row cells{key_cells(board, *row.placement)};
    const auto add = [&](Cell cell) { cells.cells.push_back(std::move(cell)); };
    add(text_cell(last.checkpoint));
    add(summary_cell(metric("accuracy"), last.accuracy, row.series));
    add(summary_cell(metric("ece"), last.ece, row.series));
    if (board.axis != "tau") add(number_cell(tau, tau_of(row)));
    if (board.rescaled) add(number_cell(metric("temperature"), mean_of(last.temperature)));
    add(summary_cell(metric("accuracy"), row.series));
    add(mean_interval_cell(metric("accuracy"), values_of(row.series.accuracies())));
    const auto* reference = reference_of(board, row);
    if (board.has_direct) {
      add(reference ? difference_cell(metric("difference"), row.series, reference->series)
                    : said_cell("n/a", "no " + board.direct));
    }
    table.rows.push_back(std::move(cells));
    eces.push_back(floored_ece(last.ece, last.floor));
  }
  std::vector<Cell*> cells;
  for (auto& row : table.rows) cells.push_back(&row.cells[ece_column]);
  table.notes = mark_eces(cells, eces);
  return table;
}

void add_notes(const PlanResults& results, const StrategyBoard& board, Table& table) {
  const auto legend = std::move(table.notes);
  table.notes = {
      fmt::format("The student's state is chosen by select = \"{}\", the teacher's as the strategy says; none on the test split, "
                  "where all "
                  "are measured.",
                  results.plan().select),
      "Chain: who teaches whom, the student last. Checkpoint: the state of the last teacher that taught, with its epochs where a "
      "rule "
      "chose them by seed.",
      "Teacher's accuracy and ECE: of the network that taught the student directly, at that checkpoint; ECE of its logits as the "
      "student's loss used them, divided by the temperature of the teacher in it. Mean ± sample sd (n) over seeds.",
      "95% interval: t interval of the mean over seeds; n/a for one seed."};
  table.notes.insert(table.notes.end(), legend.begin(), legend.end());
  if (board.rescaled)
    table.notes.push_back("T: what the teacher's logits were divided by in all, where a strategy rescales them beside tau.");
  if (board.has_direct) {
    table.notes.push_back(
        fmt::format("vs {0}: accuracy above the same method and pair under strategy '{0}', mean over shared seeds [95% t "
                    "interval, not corrected for the number of strategies].",
                    board.direct));
  } else {
    table.notes.push_back(
        fmt::format("No paired differences: this study has no strategy '{}'.", board.direct.empty() ? kDirect : board.direct));
  }
}

/// Every teacher of every chain: an assistant taught as well calibrated as it had become itself.
Table teachers_table(const PlanResults& results, const StrategyBoard& board) {
  Table table;
  table.title = fmt::format("Study {} on {}: every teacher of each chain", board.study, board.dataset);
  table.columns = key_columns(board);
  for (auto* title : {"teacher", "taught"}) table.columns.push_back(text_column(title, true));
  table.columns.push_back(text_column("checkpoint"));
  table.columns.push_back(number_column(metric("temperature")));
  table.columns.push_back(summary_column(metric("accuracy"), "accuracy"));
  table.columns.push_back(summary_column(metric("ece"), "ECE"));
  for (const auto& row : board.rows) {
    for (const auto& step : teaching_steps(results, row)) {
      Row cells{key_cells(board, *row.placement)};
      for (auto cell :
           {text_cell(step.teacher), text_cell(step.taught), text_cell(step.checkpoint),
            number_cell(metric("temperature"), mean_of(step.temperature)),
            summary_cell(metric("accuracy"), step.accuracy, row.series), summary_cell(metric("ece"), step.ece, row.series)}) {
        cells.cells.push_back(std::move(cell));
      }
      table.rows.push_back(std::move(cells));
    }
  }
  table.notes = {
      "Each teacher at the checkpoint that taught and at T, the temperature that the loss of the one it taught divided its "
      "logits by; accuracy and ECE on the test split."};
  return table;
}

}  // namespace

std::vector<Table> strategy_board(PlanResults& results, const std::string& study) {
  std::vector<Table> tables;
  for (const auto& board : gather(results, study)) {
    auto table = students_table(results, board);
    add_notes(results, board, table);
    tables.push_back(std::move(table));
    if (board.chained) tables.push_back(teachers_table(results, board));
  }
  return tables;
}

}  // namespace kdbench::inline leaderboard::boards
