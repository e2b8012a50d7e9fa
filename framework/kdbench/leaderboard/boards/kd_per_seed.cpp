/// Every run on its own line, with average and population variance: the layout of the paper's Table 1.
#include <kdbench/leaderboard/boards/kd_board.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

namespace kdbench::inline leaderboard::boards {
namespace {

/// One column: a method on a pair.
struct Runs {
  std::string title;
  const Series* series;
};

std::vector<Runs> all_runs(const Matrix& matrix) {
  std::vector<Runs> out;
  for (const auto& pair : matrix.pairs) {
    for (const auto& entry : matrix.entries) {
      const auto name = entry_text(matrix, entry);
      const auto title = matrix.pairs.size() == 1 ? name : fmt::format("{}, {}", name, pair_text(pair.first, pair.second));
      out.push_back({title, &entry.at(pair)});
    }
  }
  return out;
}

Cell run_cell(const Series& series, std::int64_t seed) {
  const auto run = series.runs.find(seed);
  if (run == series.runs.end()) return {"-", {nullptr}};
  if (run->second->done()) return number_cell(metric("accuracy"), run->second->accuracy);
  return {to_string(run->second->state), {nullptr}};
}

std::map<std::int64_t, double> bayes_accuracies(const std::vector<Runs>& columns) {
  std::map<std::int64_t, double> out;
  for (const auto& column : columns) {
    for (const auto& [seed, run] : column.series->runs) {
      if (run->bayes_accuracy) out.emplace(seed, *run->bayes_accuracy);
    }
  }
  return out;
}

Cell closing_cell(const Series& series, const Metric& what, double (*statistic)(const std::vector<double>&)) {
  const auto values = values_of(series.accuracies());
  if (series.complete()) return number_cell(what, statistic(values));
  return {fmt::format("n/a ({}/{})", values.size(), series.expected()), {nullptr}};
}

double average(const std::vector<double>& values) { return stats::mean(values); }
double variance(const std::vector<double>& values) { return stats::population_variance(values); }

std::vector<Row> run_rows(const std::vector<Runs>& columns, const std::map<std::int64_t, double>& bayes) {
  std::set<std::int64_t> seeds;
  for (const auto& column : columns) {
    for (const auto& [seed, run] : column.series->runs) seeds.insert(seed);
  }
  std::vector<Row> rows;
  for (const auto seed : seeds) {
    Row row{{text_cell(fmt::format("TEST {}", rows.size() + 1)), {fmt::format("{}", seed), {seed}}}};
    for (const auto& column : columns) row.cells.push_back(run_cell(*column.series, seed));
    const auto at = bayes.find(seed);
    if (!bayes.empty())
      row.cells.push_back(number_cell(metric("bayes_accuracy"), at == bayes.end() ? std::nullopt : std::optional(at->second)));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Table per_seed_table(const Matrix& matrix) {
  const auto columns = all_runs(matrix);
  const auto bayes = bayes_accuracies(columns);
  Table table;
  table.title = fmt::format("Study {} on {}: every run", matrix.study, matrix.dataset);
  table.columns = {text_column("run", true), {"seed", "", Direction::kNone, {"value"}}};
  for (const auto& column : columns) table.columns.push_back(number_column(metric("accuracy"), column.title));
  if (!bayes.empty()) table.columns.push_back(number_column(metric("bayes_accuracy")));
  table.rows = run_rows(columns, bayes);
  Row averages{{text_cell("AVERAGE"), {"", {nullptr}}}}, variances{{text_cell("VARIANCE"), {"", {nullptr}}}};
  for (const auto& column : columns) {
    averages.cells.push_back(closing_cell(*column.series, metric("accuracy"), average));
    variances.cells.push_back(closing_cell(*column.series, metric("variance"), variance));
  }
  if (!bayes.empty()) {
    averages.cells.push_back(number_cell(metric("bayes_accuracy"), stats::mean(values_of(bayes))));
    variances.cells.push_back({"", {nullptr}});
  }
  table.rows.push_back(std::move(averages));
  table.rows.push_back(std::move(variances));
  table.notes = {
      "VARIANCE: population variance in squared percentage points (1.79 here is what the paper's Table 1 prints as \"179%\")."};
  if (!bayes.empty())
    table.notes.push_back("Bayes: test accuracy of the dataset's own posterior, which no classifier beats on average.");
  return table;
}

}  // namespace kdbench::inline leaderboard::boards
