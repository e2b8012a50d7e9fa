/// Reads scores, tests each method against the baseline and all of them at once.
#include <kdbench/cli/tables/paired_tests.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/tables/number_columns.h>
#include <kdbench/stats/comparison/exact_ranks.h>
#include <kdbench/stats/comparison/friedman.h>
#include <kdbench/stats/comparison/multiple.h>
#include <kdbench/stats/comparison/paired.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace kdbench::inline cli {
namespace {

/// The table as numbers.
struct Scores {
  std::vector<std::string> methods;
  std::size_t baseline = 0;                   ///< index among them
  std::vector<std::vector<double>> rows;      ///< [row][method]
  std::vector<std::vector<std::string>> key;  ///< of the block that a row belongs to; empty: each is one
};

/// Finds the columns that the options name or leave open; the names of the methods go into `scores`.
std::vector<std::size_t> method_columns(const CsvTable& csv, NumberColumns& finder, const PairedTestOptions& options,
                                        Scores& scores) {
  std::vector<std::size_t> labels, out;
  for (const auto& names : {options.settings, options.blocks}) {
    for (const auto& name : names) labels.push_back(finder.named(name));
  }
  for (const auto& name : options.methods) out.push_back(finder.named(name));
  if (!finder.errors.empty()) return out;
  for (std::size_t i = 0; options.methods.empty() && i < csv.header.size(); ++i) {
    if (std::find(labels.begin(), labels.end(), i) == labels.end() && finder.is_of_numbers(i)) out.push_back(i);
  }
  for (const auto column : out) scores.methods.push_back(csv.header[column].text);
  if (out.size() < 2) {
    finder.complain(fmt::format("expected two columns of scores or more, one a method; found {}{}", counted(out.size(), "column"),
                                out.empty() ? "" : " (" + join(scores.methods, ", ") + ")"));
  }
  if (options.baseline.empty()) return out;
  const auto it = std::find(scores.methods.begin(), scores.methods.end(), options.baseline);
  if (it == scores.methods.end()) {
    finder.complain(fmt::format("no method '{}'{}", options.baseline, suggestion(options.baseline, scores.methods)));
  }
  scores.baseline = static_cast<std::size_t>(it - scores.methods.begin());
  return out;
}

Scores read_scores(const CsvTable& csv, NumberColumns& finder, const PairedTestOptions& options) {
  Scores scores;
  const auto columns = method_columns(csv, finder, options, scores);
  if (!finder.errors.empty()) return scores;
  std::vector<std::size_t> block_columns;
  for (const auto& name : options.blocks) block_columns.push_back(finder.named(name));
  for (const auto& row : csv.rows) {
    auto& values = scores.rows.emplace_back();
    for (const auto column : columns) values.push_back(finder.value(row, column));
    auto& key = scores.key.emplace_back();
    for (const auto column : block_columns) key.push_back(row[column].text);
  }
  return scores;
}

/// Means of the rows of each block, in the order in which blocks appear, rounded so that equal means tie.
std::vector<std::vector<double>> block_means(const Scores& scores, bool blocked) {
  if (!blocked) return scores.rows;
  std::map<std::vector<std::string>, std::size_t> index;
  std::vector<std::vector<double>> sums;
  std::vector<double> counts;
  for (std::size_t i = 0; i < scores.rows.size(); ++i) {
    const auto [it, added] = index.try_emplace(scores.key[i], sums.size());
    if (added) sums.emplace_back(scores.methods.size(), 0.0), counts.push_back(0);
    for (std::size_t m = 0; m < scores.methods.size(); ++m) sums[it->second][m] += scores.rows[i][m];
    ++counts[it->second];
  }
  for (std::size_t b = 0; b < sums.size(); ++b) {
    double largest = 0;
    for (auto& value : sums[b]) largest = std::max(largest, std::abs(value /= counts[b]));
    const auto step = 1e-12 * largest;
    for (auto& value : sums[b]) value = std::isnormal(step) ? std::round(value / step) * step : value;
  }
  return sums;
}

std::vector<double> column_of(const Scores& scores, std::size_t method) {
  std::vector<double> out;
  for (const auto& row : scores.rows) out.push_back(row[method]);
  return out;
}

Json json_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Cell score_cell(double value) { return {significant(value), {json_or_null(value)}}; }

Cell p_cell(double p) { return {p_text(p), {json_or_null(p)}}; }

Cell count_cell(std::size_t count) { return {fmt::format("{}", count), {count}}; }

Column score_column(const std::string& title) { return {title, "", Direction::kNone, {"value"}}; }

Table pairs_table(const Scores& scores) {
  const auto baseline = column_of(scores, scores.baseline);
  std::vector<std::string> names;
  std::vector<stats::PairedDifference> differences;
  std::vector<stats::WilcoxonResult> ranks;
  std::vector<double> t_p, rank_p;
  for (std::size_t m = 0; m < scores.methods.size(); ++m) {
    if (m == scores.baseline) continue;
    names.push_back(scores.methods[m]);
    differences.push_back(stats::paired_difference(column_of(scores, m), baseline));
    const auto rounded = stats::rounded_differences(column_of(scores, m), baseline);
    ranks.push_back(stats::wilcoxon(rounded, std::vector<double>(rounded.size(), 0.0)));
    t_p.push_back(differences.back().p);
    rank_p.push_back(ranks.back().p);
  }
  const auto t_holm = stats::holm(t_p), rank_holm = stats::holm(rank_p);
  Table table;
  table.title = fmt::format("Each method against {}, in pairs", scores.methods[scores.baseline]);
  table.columns = {{"method", "", Direction::kNone, {}, true},
                   score_column("pairs"),
                   {"difference", "", Direction::kNone, {"value", "low", "high"}}};
  for (const auto* title : {"t", "p of t", "Holm's p of t", "pairs that differ", "W", "p of W", "Holm's p of W"}) {
    table.columns.push_back(score_column(title));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& d = differences[i];
    auto text = significant(d.mean);
    text += d.interval.defined() ? fmt::format(" [{}, {}]", significant(d.interval.low), significant(d.interval.high)) : " [n/a]";
    table.rows.push_back({{{names[i]},
                           count_cell(d.count),
                           {text, {json_or_null(d.mean), json_or_null(d.interval.low), json_or_null(d.interval.high)}},
                           score_cell(d.t),
                           p_cell(d.p),
                           p_cell(t_holm[i]),
                           count_cell(ranks[i].nonzero),
                           score_cell(ranks[i].statistic),
                           p_cell(rank_p[i]),
                           p_cell(rank_holm[i])}});
  }
  return table;
}

void add_pairs_notes(const Scores& scores, Table& table) {
  const auto rows = scores.rows.size();
  table.notes = {
      fmt::format(
          "Difference: score less that of {} in the same row, mean [95% t interval]; t: paired t test. n/a where every row "
          "differs by the same amount, and for one row.",
          scores.methods[scores.baseline]),
      "W: Wilcoxon's signed ranks, the smaller sum; rows without a difference are left out, equal differences share a rank; p "
      "over all choices of sign for up to 50 rows, else normal.",
      fmt::format(
          "All p are two-sided; Holm's p are for {} at once: at most 0.05 is significant at that level for the whole table.",
          counted(scores.methods.size() - 1, "comparison"))};
  constexpr std::size_t kLeastForWilcoxon = 6;
  if (rows < kLeastForWilcoxon) {
    table.notes.push_back(fmt::format("Of {}, the least p that W can have is {}.", counted(rows, "row"),
                                      p_text(std::min(1.0, 2 / std::pow(2.0, static_cast<double>(rows))))));
  }
}

std::string critical_note(bool exact, double critical) {
  const auto* how = exact ? "exact" : "Nemenyi";
  if (std::isnan(critical)) return fmt::format("Critical difference ({}, 0.05): none; so few blocks tell no ranks apart.", how);
  return fmt::format("Critical difference ({}, 0.05): average ranks nearer than that are not told apart.", how);
}

Table friedman_table(const stats::FriedmanResult& result, std::size_t methods, const std::string& block) {
  const auto blocks = result.ranks.size();
  const auto exact = stats::exact_ranks(result.ranks);
  const bool tested = !std::isnan(result.p);
  auto critical = exact ? exact->critical_difference : stats::nemenyi_critical_difference(methods, blocks);
  if (!tested) critical = stats::kUndefined;
  Table table;
  table.title = fmt::format("Friedman's test over {}", counted(blocks, "block"));
  for (const auto* title : {"blocks", "methods", "chi2", "p of chi2", "exact p", "F", "p of F", "critical difference"}) {
    table.columns.push_back(score_column(title));
  }
  table.rows = {{{count_cell(blocks), count_cell(methods), score_cell(result.chi2), p_cell(result.p),
                  p_cell(exact ? exact->p : stats::kUndefined), score_cell(result.f), p_cell(result.f_p), score_cell(critical)}}};
  table.notes = {"A block is " + block + ".",
                 "chi2: corrected for ties, with methods - 1 degrees of freedom, for many blocks. exact p: over all orders "
                 "within every block; "
                 "n/a where these are too many to count. F: Iman and Davenport's.",
                 tested ? critical_note(exact.has_value(), critical) : "No test: fewer than two blocks, or ties alone."};
  return table;
}

Table ranks_table(const Scores& scores, const stats::FriedmanResult& result, bool lower_is_better) {
  Table table;
  table.title = "Average ranks";
  table.columns = {{"method", "", Direction::kNone, {}, true}, {"average rank", "", Direction::kLower, {"value"}}};
  std::vector<std::size_t> order(scores.methods.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return result.average_ranks[a] < result.average_ranks[b]; });
  for (const auto m : order) {
    table.rows.push_back({{{scores.methods[m]}, {fixed(result.average_ranks[m], 2), {result.average_ranks[m]}}}});
  }
  table.notes = {fmt::format("1 is the {} score of a block; ties share a rank.", lower_is_better ? "lowest" : "highest")};
  return table;
}

}  // namespace

Result<std::string> test_csv(const std::string& text, const std::string& file, const PairedTestOptions& options) {
  const auto csv = parse_csv(text, file);
  if (!csv) return limited(csv.error());
  if (csv->rows.empty()) return Diagnostic{file, {1, 1}, "expected lines of values after the header, found none"};
  NumberColumns finder(*csv, file);
  const auto scores = read_scores(*csv, finder, options);
  if (!finder.errors.empty()) return limited(finder.errors);
  const auto order = options.lower_is_better ? stats::RankOrder::kLowestFirst : stats::RankOrder::kHighestFirst;
  const auto result = stats::friedman(block_means(scores, !options.blocks.empty()), order);
  const auto block = options.blocks.empty()
                         ? "a row; rows that share a pair of networks or a seed are not independent: name what "
                           "they share by --block"
                         : fmt::format("what agrees in {}; its rows are averaged", join(options.blocks, ", "));
  Leaderboard board;
  board.title = fmt::format("Tests of {}", file);
  board.tables = {pairs_table(scores), friedman_table(result, scores.methods.size(), block),
                  ranks_table(scores, result, options.lower_is_better)};
  add_pairs_notes(scores, board.tables.front());
  return render(board, options.format);
}

}  // namespace kdbench::inline cli
