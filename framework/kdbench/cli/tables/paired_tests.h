/// The engine of `kdbench stats test`: a table with a column a method in, tests of their differences out.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/leaderboard/leaderboard.h>

#include <string>
#include <vector>

namespace kdbench::inline cli {

struct PairedTestOptions {
  std::vector<std::string> methods = {};   ///< columns of scores; empty: every column of numbers that is not in `settings`
  std::string baseline = "";               ///< one of them; empty: the first
  std::vector<std::string> settings = {};  ///< columns that say where a row was measured (pair, seed) and hold no score
  std::vector<std::string> blocks = {};    ///< rows that agree in these are one block of Friedman's test; empty: each row is
  bool lower_is_better = false;            ///< rank 1 is the lowest score
  Format format = Format::kText;
};

/// Returns three tables: every method against the baseline in pairs by row (paired t, Wilcoxon's signed ranks, both with Holm's
/// p), Friedman's test over the blocks with its exact p and the critical difference, and the average ranks. Scores of a block's
/// rows are averaged before they are ranked.
/// @param text CSV with a header line; see parse_csv(). A column of numbers is one with a number in its first row.
/// @param file the name that diagnostics carry. Fewer than two methods, columns that are not there and cells that are not finite
///   numbers are reported, all of them at once (the first twenty).
Result<std::string> test_csv(const std::string& text, const std::string& file, const PairedTestOptions& options = {});

}  // namespace kdbench::inline cli
