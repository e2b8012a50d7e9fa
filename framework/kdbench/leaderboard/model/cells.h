/// Cells and columns that several boards share: numbers, summaries over seeds, runs that are not there.
#pragma once
#include <kdbench/leaderboard/model/series.h>
#include <kdbench/leaderboard/model/table.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Returns the number as JSON, null for none and NaN.
Json json_number(std::optional<double> value);

/// A cell of one number in the metric's unit, for a column with one field.
Cell number_cell(const Metric& metric, std::optional<double> value);
Column number_column(const Metric& metric, const std::string& title = "");
Cell text_cell(const std::string& text);
Column text_column(const std::string& title, bool is_key = false);

/// A number with its interval: "+0.50 [-1.20, +2.20]". Fields: value, low, high, n, status.
Column interval_column(const Metric& metric, const std::string& title);

/// Mean ± sample deviation (n), the states of runs that are not done said. Fields: mean, sd, n, expected, status.
Column summary_column(const Metric& metric, const std::string& title);
/// The t interval of a mean over seeds: "[69.10, 71.30]". Fields: low, high.
Column mean_interval_column(const Metric& metric);
Cell mean_interval_cell(const Metric& metric, const std::vector<double>& values);

/// Mean difference over the seeds that both have, with its t interval; "-" for a series and itself. For an interval_column().
Cell difference_cell(const Metric& metric, const Series& series, const Series& reference);
/// A cell of an interval_column() that says why there is no number.
Cell said_cell(const std::string& text, const std::string& status, std::size_t n = 0);

/// A cell of a summary_column() that has no number to be had.
Cell said_summary(const std::string& text);

/// Of the accuracies of a series.
Cell summary_cell(const Metric& metric, const Series& series);
/// Of other values of the runs of `series` that are done.
Cell summary_cell(const Metric& metric, const std::vector<double>& values, const Series& series);
/// The same, short enough for a table with a column a value of an axis: "90.12±0.31", "failed (0/2)".
Cell compact_cell(const Metric& metric, const std::vector<double>& values, const Series& series);
/// The same for values of which none is missing.
Cell compact_cell(const Metric& metric, const std::vector<double>& values);

/// Says which checkpoint the numbers of a board are of.
/// @param select "last", "best_val" or another rule
std::string selection_note(const std::string& select);

}  // namespace kdbench::inline leaderboard::boards
