#include <kdbench/leaderboard/boards/tune_board.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/natural_order.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace kdbench::inline leaderboard::boards {
namespace {

/// One method in one setting of networks.
struct TunedRows {
  std::string loss, pair, strategy;
  std::map<std::int64_t, std::string> settings, conventions;     ///< by number of the trial
  std::map<std::int64_t, std::map<std::int64_t, Series>> rungs;  ///< trials by epochs and number
  std::map<std::int64_t, Series> students;                       ///< at the suite's seeds, by number

  /// The number of the trial that was chosen; nothing before the choice. The default is trained beside it.
  std::optional<std::int64_t> chosen() const { return students.empty() ? std::nullopt : std::optional(students.rbegin()->first); }
  const Series& student(std::int64_t number) const {
    static const Series kNone;
    const auto it = students.find(number);
    return it == students.end() ? kNone : it->second;
  }
};

/// A tune study on one data set.
struct TuneBoard {
  std::string study, dataset, baseline, select;
  TuningBudget budget;
  std::vector<TunedRows> methods;
  bool several_pairs = false, several_strategies = false;

  /// The baseline on the same networks; null if the study has none.
  const TunedRows* baseline_of(const TunedRows& method) const {
    const auto it = std::find_if(methods.begin(), methods.end(), [&](const TunedRows& m) {
      return m.loss == baseline && m.pair == method.pair && m.strategy == method.strategy;
    });
    return it == methods.end() ? nullptr : &*it;
  }
};

void add_run(PlanResults& results, const Placement& p, TunedRows& method) {
  const auto& trial = *p.trial;
  method.loss = trial.loss;
  method.pair = pair_text(p.teacher, p.student);
  method.strategy = p.strategy;
  method.settings[trial.number] = trial.setting;
  method.conventions[trial.number] = p.convention;
  results.add(p.role == Role::kTrial ? method.rungs[trial.epochs][trial.number] : method.students[trial.number], p);
}

std::vector<TuneBoard> gather_tuned(PlanResults& results, const std::string& study) {
  using Methods = std::map<std::vector<std::string>, TunedRows, NaturalListLess>;
  std::map<std::string, Methods, NaturalLess> by_dataset;
  for (const auto* p : results.placements(study)) {
    if (!p->trial) continue;
    add_run(results, *p, by_dataset[p->dataset][{pair_text(p->teacher, p->student), p->strategy, p->trial->loss}]);
  }
  const auto& options = results.study_options(study);
  std::vector<TuneBoard> out;
  for (auto& [dataset, methods] : by_dataset) {
    TuneBoard board{study, dataset, options.baseline, results.plan().select, options.tuning.value_or(TuningBudget{}), {}};
    for (auto& [key, method] : methods) {
      board.several_pairs |= !board.methods.empty() && method.pair != board.methods.front().pair;
      board.several_strategies |= !board.methods.empty() && method.strategy != board.methods.front().strategy;
      board.methods.push_back(std::move(method));
    }
    out.push_back(std::move(board));
  }
  return out;
}

std::vector<Column> trial_columns(const TuneBoard& board, const std::string& last) {
  std::vector<Column> out{text_column("method", true)};
  if (board.several_pairs) out.push_back(text_column("pair", true));
  if (board.several_strategies) out.push_back(text_column("strategy", true));
  out.push_back(text_column(last, true));
  return out;
}

std::vector<Cell> trial_cells(const TuneBoard& board, const TunedRows& method, const std::string& last) {
  std::vector<Cell> out{text_cell(method.loss)};
  if (board.several_pairs) out.push_back(text_cell(method.pair));
  if (board.several_strategies) out.push_back(text_cell(method.strategy));
  out.push_back(text_cell(last));
  return out;
}

Cell validation_cell(const Series& series) {
  std::vector<double> values;
  for (const auto& [seed, run] : series.runs) {
    if (run->done() && run->validation_accuracy) values.push_back(*run->validation_accuracy);
  }
  return summary_cell(metric("accuracy"), values, series);
}

std::string setting_text(const TunedRows& method, std::int64_t number) {
  const auto& setting = method.settings.at(number);
  return number == 0 ? "as in [losses." + method.loss + "]" : setting;
}

/// Tuned against tuned: the fair comparison.
Cell baseline_cell(const TuneBoard& board, const TunedRows& method) {
  const auto* baseline = board.baseline_of(method);
  const auto ours = method.chosen();
  if (baseline == nullptr) return said_cell("n/a", "no " + board.baseline);
  const auto theirs = baseline->chosen();
  if (!ours || !theirs) return said_cell("n/a", "not chosen");
  return difference_cell(metric("difference"), method.student(*ours), baseline->student(*theirs));
}

bool has_baseline(const TuneBoard& board) {
  return std::any_of(board.methods.begin(), board.methods.end(), [&](const auto& m) { return board.baseline_of(m) != nullptr; });
}

void add_tuned_rows(const TuneBoard& board, const TunedRows& method, Table& table) {
  const auto chosen = method.chosen();
  const auto row = [&](const std::string& which, std::optional<std::int64_t> number, const Cell& against_default,
                       const Cell& against) {
    Row out{trial_cells(board, method, which)};
    out.cells.push_back(text_cell(number ? setting_text(method, *number) : "not chosen yet"));
    out.cells.push_back(text_cell(number ? method.conventions.at(*number) : ""));
    const auto& series = number ? method.student(*number) : method.student(0);
    out.cells.push_back(validation_cell(series));
    out.cells.push_back(summary_cell(metric("accuracy"), series));
    out.cells.push_back(against_default);
    if (has_baseline(board)) out.cells.push_back(against);
    table.rows.push_back(std::move(out));
  };
  row("default", 0, said_cell("-", "reference"), said_cell("", "of tuned alone"));
  const auto against_default =
      chosen ? difference_cell(metric("difference"), method.student(*chosen), method.student(0)) : said_cell("n/a", "not chosen");
  row("tuned", chosen, against_default, baseline_cell(board, method));
}

/// "8 x 2 + 4 x 6 = 40".
std::string sum_text(const std::vector<TuningRung>& rungs) {
  std::vector<std::string> parts;
  std::int64_t total = 0;
  for (const auto& rung : rungs) {
    parts.push_back(fmt::format("{} x {}", rung.trials, rung.epochs));
    total += rung.trials * rung.epochs;
  }
  return fmt::format("{} = {}", join(parts, " + "), total);
}

std::string budget_note(const TuneBoard& board) {
  const auto& budget = board.budget;
  std::vector<std::string> seeds;
  for (const auto seed : budget.seeds) seeds.push_back(fmt::format("{}", seed));
  const auto trials = budget.rungs.empty() ? 0 : budget.rungs.front().trials;
  return fmt::format(
      "Budget of every method alike: {} trials, the default and {} draws; {} epochs of the student at {} of the tuning's own "
      "({}).",
      trials, trials - 1, sum_text(budget.rungs), counted(seeds.size(), "seed"), join(seeds, ", "));
}

void note_tuning(const TuneBoard& board, Table& table) {
  table.notes = {selection_note(board.select), budget_note(board),
                 "Tuned: the trial of the highest mean validation accuracy in the last rung, of equal ones the earliest, trained "
                 "afresh at the "
                 "suite's seeds. Trials do not load the test split, and nothing of this study did before every choice was made.",
                 "Validation and test: of the networks at the suite's seeds, mean ± sample standard deviation (n).",
                 "vs default: test accuracy above the same method's default, mean over shared seeds [95% t interval]; - where "
                 "the default was "
                 "chosen."};
  if (has_baseline(board)) {
    table.notes.push_back(
        fmt::format("vs {0}: test accuracy of the tuned method above that of the tuned {0} [95% t interval, not "
                    "corrected for the number of methods].",
                    board.baseline));
  }
  const auto& budget = board.budget;
  if (budget.trials_to_come + budget.students_to_come == 0) return;
  table.notes.push_back(fmt::format("Not chosen yet: results are still to name {} and {}.",
                                    counted(static_cast<std::size_t>(budget.trials_to_come), "trial"),
                                    counted(static_cast<std::size_t>(budget.students_to_come), "training")));
}

Table methods_table(const TuneBoard& board) {
  Table table;
  table.title = fmt::format("Study {} on {}: default and tuned", board.study, board.dataset);
  if (!board.several_pairs && !board.methods.empty()) table.title += ", " + board.methods.front().pair;
  table.columns = trial_columns(board, "setting");
  table.columns.push_back(text_column("values"));
  table.columns.push_back(text_column("convention"));
  table.columns.push_back(summary_column(metric("accuracy"), "validation"));
  table.columns.push_back(summary_column(metric("accuracy"), "test"));
  table.columns.push_back(interval_column(metric("difference"), "vs default"));
  if (has_baseline(board)) table.columns.push_back(interval_column(metric("difference"), "vs " + board.baseline));
  for (const auto& method : board.methods) add_tuned_rows(board, method, table);
  note_tuning(board, table);
  return table;
}

/// How far a trial came.
std::string fate(const TunedRows& method, std::int64_t number) { return method.chosen() == number ? "chosen" : ""; }

Table trials_table(const TuneBoard& board) {
  Table table;
  table.title = fmt::format("Study {} on {}: every trial", board.study, board.dataset);
  table.columns = trial_columns(board, "trial");
  table.columns.push_back(text_column("values"));
  for (const auto& rung : board.budget.rungs)
    table.columns.push_back(
        summary_column(metric("accuracy"), "after " + counted(static_cast<std::size_t>(rung.epochs), "epoch")));
  table.columns.push_back(text_column("choice"));
  for (const auto& method : board.methods) {
    for (const auto& [number, setting] : method.settings) {
      Row row{trial_cells(board, method, fmt::format("{}", number))};
      row.cells.push_back(text_cell(setting_text(method, number)));
      for (const auto& rung : board.budget.rungs) {
        const auto trials = method.rungs.find(rung.epochs);
        const bool is_there = trials != method.rungs.end() && trials->second.contains(number);
        row.cells.push_back(is_there ? validation_cell(trials->second.at(number)) : said_cell("", "not in this rung"));
      }
      row.cells.push_back(text_cell(fate(method, number)));
      table.rows.push_back(std::move(row));
    }
  }
  table.notes = {
      fmt::format("Validation accuracy (%) at the tuning's seeds, mean ± sample standard deviation (n). Of each rung the better "
                  "half of a method's trials goes on, trained afresh for more epochs; a trial that failed or diverged at "
                  "some seed is worse than any other.")};
  return table;
}

}  // namespace

std::vector<Table> tune_board(PlanResults& results, const std::string& study) {
  std::vector<Table> out;
  for (const auto& board : gather_tuned(results, study)) {
    out.push_back(methods_table(board));
    out.push_back(trials_table(board));
  }
  return out;
}

}  // namespace kdbench::inline leaderboard::boards
