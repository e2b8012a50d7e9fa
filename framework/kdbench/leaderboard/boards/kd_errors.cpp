/// How sure the differences of a compare study are: what other seeds and other test rows would move them by, and what difference
/// the study could have found.
#include <kdbench/leaderboard/boards/kd_board.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/mde_note.h>
#include <kdbench/stats/comparison/agreement.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline leaderboard::boards {
namespace {

/// What a method is set against: the baseline, else the student alone; null if there is neither.
const Series* reference_of(const Matrix& matrix, const Entry& entry, const Pair& pair) {
  if (const auto* baseline = matrix.baseline_of(entry)) return &baseline->at(pair);
  const auto alone = matrix.alone.find(pair);
  return alone == matrix.alone.end() ? nullptr : &alone->second;
}

std::string reference_name(const Matrix& matrix) {
  const bool baseline = !matrix.entries.empty() && matrix.baseline_of(matrix.entries.front()) != nullptr;
  return baseline ? matrix.baseline : "the student alone";
}

/// One method on one pair against its reference, over the seeds that both have done.
struct Differences {
  std::vector<double> values;             ///< fractions
  std::vector<std::string> ours, theirs;  ///< jobs, parallel
};

std::optional<Differences> differences_of(const Entry& entry, const Pair& pair, const Series* reference) {
  const auto& series = entry.at(pair);
  if (reference == nullptr || series.jobs == reference->jobs) return std::nullopt;
  if (series.seeds() != reference->seeds()) return std::nullopt;
  Differences out;
  const auto others = reference->accuracies();
  for (const auto& [seed, accuracy] : series.accuracies()) {
    if (!others.contains(seed)) continue;
    out.values.push_back(accuracy - others.at(seed));
    out.ours.push_back(series.jobs.at(seed));
    out.theirs.push_back(reference->jobs.at(seed));
  }
  return out.values.empty() ? std::nullopt : std::optional(out);
}

/// Predictions of jobs, each asked for once; empty where one is not known or has other rows than the rest.
class Answers {
 public:
  explicit Answers(const PredictionsOf& ask) : ask_(ask) {}

  stats::Predictions of(const std::vector<std::string>& jobs) {
    stats::Predictions out;
    for (const auto& job : jobs) {
      const auto [it, added] = known_.try_emplace(job);
      if (added && ask_) it->second = ask_(job);
      if (!it->second || it->second->empty()) return {};
      out.push_back(*it->second);
    }
    return out;
  }

 private:
  const PredictionsOf& ask_;
  std::map<std::string, std::optional<std::vector<std::int32_t>>> known_;
};

bool same_rows(const stats::Predictions& a, const stats::Predictions& b) {
  if (a.empty() || b.empty()) return false;
  const auto rows = a.front().size();
  const auto as_many = [&](const auto& seed) { return seed.size() == rows; };
  return std::all_of(a.begin(), a.end(), as_many) && std::all_of(b.begin(), b.end(), as_many);
}

/// Standard errors of the mean difference, fractions.
struct Errors {
  std::optional<double> seeds, rows, both, alike;
};

Errors errors_of(const Differences& differences, Answers& answers) {
  Errors out;
  const auto n = static_cast<double>(differences.values.size());
  if (differences.values.size() > 1) out.seeds = stats::sample_sd(differences.values) / std::sqrt(n);
  const auto ours = answers.of(differences.ours), theirs = answers.of(differences.theirs);
  if (same_rows(ours, theirs)) {
    out.rows = stats::row_error_bound(ours, theirs, stats::mean(differences.values));
    out.alike = stats::agreement(ours, theirs);
  }
  if (out.seeds && out.rows) out.both = std::hypot(*out.seeds, *out.rows);
  return out;
}

}  // namespace

std::string mde_note(const Matrix& matrix) {
  std::vector<std::vector<double>> cells;
  for (const auto& entry : matrix.entries) {
    for (const auto& pair : matrix.pairs) {
      if (auto differences = differences_of(entry, pair, reference_of(matrix, entry, pair)))
        cells.push_back(std::move(differences->values));
    }
  }
  if (cells.empty()) return "MDE: n/a, nothing is done that could be set against a baseline or the student alone.";
  return mde_note(cells, reference_name(matrix));
}

std::vector<Table> errors_table(const PlanResults& results, const Matrix& matrix) {
  const auto& points = metric("standard_error");
  Answers answers(results.options().predictions);
  Table table;
  const bool several = matrix.pairs.size() > 1;
  table.columns = {text_column("method", true)};
  if (several) table.columns.push_back(text_column("pair", true));
  table.columns.push_back(number_column(metric("difference")));
  for (const auto* title : {"error of seeds", "error of test rows, at most", "both"}) {
    table.columns.push_back(number_column(points, title));
  }
  table.columns.push_back(number_column(metric("answered_alike")));
  for (const auto& entry : matrix.entries) {
    for (const auto& pair : matrix.pairs) {
      const auto differences = differences_of(entry, pair, reference_of(matrix, entry, pair));
      if (!differences) continue;
      const auto errors = errors_of(*differences, answers);
      Row row{{text_cell(entry_text(matrix, entry))}};
      if (several) row.cells.push_back(text_cell(pair_text(pair.first, pair.second)));
      row.cells.push_back(number_cell(metric("difference"), stats::mean(differences->values)));
      for (const auto& error : {errors.seeds, errors.rows, errors.both}) row.cells.push_back(number_cell(points, error));
      row.cells.push_back(number_cell(metric("answered_alike"), errors.alike));
      table.rows.push_back(std::move(row));
    }
  }
  if (table.rows.empty()) return {};
  table.title =
      fmt::format("Study {} on {}: errors of the differences to {}", matrix.study, matrix.dataset, reference_name(matrix));
  table.notes = {
      "Standard errors of the mean difference. Of seeds: what other seeds would move it by, sd of the paired differences / root "
      "of "
      "their number; n/a for one.",
      "Of test rows: what another draw of as many test rows would, from the rows that the two answer differently. At most, "
      "because "
      "the store has logits and no labels: where both may be wrong, one counts as right. More seeds do not lower it. n/a where "
      "the store has not the test logits of both.",
      "Both: root of the sum of their squares. Answered alike: test rows with the same prediction, mean over seeds."};
  return {table};
}

}  // namespace kdbench::inline leaderboard::boards
