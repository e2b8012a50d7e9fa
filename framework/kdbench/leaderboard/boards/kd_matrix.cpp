/// Gathers a compare study and ranks it. Only rows with every run, on the same seeds, are ranked: a mean over what happens to
/// exist lets a method that failed on the hard setting rise to the top.
#include <kdbench/leaderboard/boards/kd_board.h>

#include <kdbench/base/text.h>
#include <kdbench/stats/comparison/exact_ranks.h>
#include <kdbench/stats/comparison/friedman.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace kdbench::inline leaderboard::boards {
namespace {

struct EntryLess {
  using Key = std::tuple<std::string, std::string, std::string>;  // method, strategy, convention
  bool operator()(const Key& a, const Key& b) const {
    const NaturalLess less;
    if (std::get<0>(a) != std::get<0>(b)) return less(std::get<0>(a), std::get<0>(b));
    if (std::get<1>(a) != std::get<1>(b)) return less(std::get<1>(a), std::get<1>(b));
    return less(std::get<2>(a), std::get<2>(b));
  }
};

/// A labels-only method is the student alone under another name: one row is enough.
bool is_listed(const Matrix& matrix, const std::map<Pair, Series, PairLess>& alone) {
  return std::any_of(matrix.entries.begin(), matrix.entries.end(), [&](const Entry& entry) {
    return std::all_of(alone.begin(), alone.end(),
                       [&](const auto& item) { return entry.at(item.first).jobs == item.second.jobs; });
  });
}

void gather(PlanResults& results, Matrix& matrix) {
  std::map<EntryLess::Key, Entry, EntryLess> entries;
  std::map<Pair, bool, PairLess> pairs;
  std::string alone_method = "alone", alone_convention = "labels only";
  std::set<std::string> strategies;
  for (const auto* p : results.placements(matrix.study)) {
    if (p->dataset != matrix.dataset || p->role == Role::kTeacher) continue;
    const Pair pair{p->teacher, p->student};
    pairs[pair] = true;
    if (p->role == Role::kAlone) {
      results.add(matrix.alone[pair], *p);
      continue;
    }
    strategies.insert(p->strategy);
    auto& entry = entries[{p->method, p->strategy, p->convention}];
    std::tie(entry.method, entry.convention, entry.strategy) = std::tie(p->method, p->convention, p->strategy);
    results.add(entry.cells[pair], *p);
  }
  for (auto& [pair, present] : pairs) matrix.pairs.push_back(pair);
  for (auto& [key, entry] : entries) matrix.entries.push_back(std::move(entry));
  matrix.several_strategies = strategies.size() > 1;
  if (!matrix.alone.empty() && !is_listed(matrix, matrix.alone)) {
    matrix.entries.insert(matrix.entries.begin(), {alone_method, alone_convention, "", true, matrix.alone, {}, {}});
  }
}

/// The seeds that a method must have run to be compared: those of the baseline, or else those that most methods have.
std::vector<std::int64_t> reference_seeds(const Matrix& matrix, const Pair& pair) {
  std::map<std::vector<std::int64_t>, int> votes;
  for (const auto& entry : matrix.entries) {
    if (entry.alone || entry.at(pair).runs.empty()) continue;
    if (entry.method == matrix.baseline) return entry.at(pair).seeds();
    ++votes[entry.at(pair).seeds()];
  }
  const auto most =
      std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == votes.end() ? std::vector<std::int64_t>() : most->first;
}

std::string why_unranked(const Matrix& matrix, const Entry& entry) {
  if (entry.alone) return "-";
  for (const auto& pair : matrix.pairs) {
    const auto seeds = entry.at(pair).seeds();
    if (!seeds.empty() && seeds != reference_seeds(matrix, pair)) return "not seed-matched";
  }
  return entry.complete(matrix.pairs) ? "" : "incomplete";
}

/// One line a pair of networks, one column a ranked method: means over seeds. The seeds of a pair share its teacher and its luck
/// and are no settings of their own. Means that are equal on paper are equal as doubles, so that they tie.
std::vector<std::vector<double>> settings(const Matrix& matrix, const std::vector<Entry*>& ranked) {
  std::vector<std::vector<double>> out;
  for (const auto& pair : matrix.pairs) {
    auto& line = out.emplace_back();
    for (const auto* entry : ranked) line.push_back(without_rounding(stats::mean(values_of(entry->at(pair).accuracies()))));
  }
  return out;
}

/// Which difference of average ranks is more than chance.
std::string critical_note(const std::string& how, double critical) {
  if (std::isnan(critical)) return fmt::format("critical difference ({}, 0.05): none; so few pairs tell no ranks apart.", how);
  return fmt::format("critical difference ({}, 0.05) = {:.2f}: ranks nearer than that are not told apart.", how, critical);
}

std::string rank_note(const stats::FriedmanResult& result, std::size_t methods, std::size_t pairs) {
  const auto note =
      fmt::format("Average rank: {} methods over {} of networks, by mean accuracy over seeds; 1 is best, ties share a rank.",
                  methods, counted(pairs, "pair"));
  if (!std::isfinite(result.p)) return note + " Too few pairs for a test: the seeds of one are not independent settings.";
  if (const auto exact = stats::exact_ranks(result.ranks)) {
    return fmt::format("{} Friedman chi2 = {:.2f}, exact p = {:.3f}; {}", note, result.chi2, exact->p,
                       critical_note("exact", exact->critical_difference));
  }
  return fmt::format("{} Friedman chi2 = {:.2f}, p = {:.3f}; {}", note, result.chi2, result.p,
                     critical_note("Nemenyi", stats::nemenyi_critical_difference(methods, pairs)));
}

void rank(Matrix& matrix) {
  std::vector<Entry*> ranked;
  for (auto& entry : matrix.entries) {
    entry.no_rank = why_unranked(matrix, entry);
    if (entry.no_rank.empty()) ranked.push_back(&entry);
  }
  if (ranked.size() < 2) {
    for (auto* entry : ranked) entry->no_rank = "n/a";
    return;
  }
  const auto table = settings(matrix, ranked);
  const auto result = stats::friedman(table);
  for (std::size_t i = 0; i < ranked.size(); ++i) ranked[i]->rank = result.average_ranks[i];
  matrix.rank_notes = {rank_note(result, ranked.size(), table.size())};
}

}  // namespace

const Series& Entry::at(const Pair& pair) const {
  static const Series kNone;
  const auto it = cells.find(pair);
  return it == cells.end() ? kNone : it->second;
}

bool Entry::complete(const std::vector<Pair>& pairs) const {
  return std::all_of(pairs.begin(), pairs.end(), [&](const Pair& pair) { return at(pair).complete(); });
}

std::optional<double> Entry::average(const std::vector<Pair>& pairs) const {
  if (!complete(pairs)) return std::nullopt;
  std::vector<double> means;
  for (const auto& pair : pairs) {
    means.push_back(stats::mean(values_of(at(pair).accuracies())));
  }
  return stats::mean(means);
}

const Entry* Matrix::baseline_of(const Entry& entry) const {
  if (baseline.empty()) return nullptr;
  const Entry* found = nullptr;
  for (const auto& other : entries) {
    if (other.alone || other.method != baseline) continue;
    if (found == nullptr || other.strategy == entry.strategy) found = &other;
  }
  return found;
}

std::string entry_text(const Matrix& matrix, const Entry& entry) {
  const bool named = matrix.several_strategies && !entry.alone && !entry.strategy.empty();
  return named ? fmt::format("{} ({})", entry.method, entry.strategy) : entry.method;
}

Matrix make_matrix(PlanResults& results, const std::string& study, const std::string& dataset) {
  Matrix matrix;
  matrix.study = study;
  matrix.dataset = dataset;
  matrix.baseline = results.study_options(study).baseline;
  gather(results, matrix);
  rank(matrix);
  return matrix;
}

}  // namespace kdbench::inline leaderboard::boards
