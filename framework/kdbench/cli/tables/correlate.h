/// The engine of `kdbench stats correlate`: a table of numbers in, a table of correlations out.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/leaderboard/leaderboard.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline cli {

struct CorrelateOptions {
  std::string x = "",
              y = "";                    ///< columns; empty: the first ones of numbers that are not in `groups` and not taken
  std::vector<std::string> groups = {};  ///< one line of the answer for every combination of values in these columns
  bool percent = true;                   ///< coefficients in per cent with two decimals; false: as they are, with four
  std::size_t bootstrap_samples = 2000;
  std::uint64_t random_seed = 1;
  Format format = Format::kText;
};

/// Returns an aligned table: the groups, n, Spearman with its bootstrap interval, Kendall's tau-b, Pearson,
/// each with its p, the slope of y on x with its t interval (both 95 %), then notes that name the methods and say how many
/// resamples had a constant column. Other formats are those of render(). Groups come in the order in which they first appear.
/// What is not defined (fewer than three rows, a column without variation) reads "n/a".
/// @param text CSV with a header line; see parse_csv(). A column of numbers is one with a number in its first
/// row.
/// @param file the name that diagnostics carry. Columns that are not there, lines of another length and cells
/// that are not finite numbers are reported, all of them at once (the first twenty).
Result<std::string> correlate_csv(const std::string& text, const std::string& file, const CorrelateOptions& options = {});

}  // namespace kdbench::inline cli
