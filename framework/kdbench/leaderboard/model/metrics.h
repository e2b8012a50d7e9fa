/// Every number that a board prints, declared once: what it is called, its unit, which way is better, how it is written.
#pragma once
#include <kdbench/results/record.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline leaderboard {

/// Which way is better. Ranks, arrows and "best" are read from it.
enum class Direction { kNone, kHigher, kLower };

std::string to_string(Direction direction);  ///< "none", "higher", "lower"

/// Reads a metric of a network from one of its checkpoints; nothing where it was not measured.
using MetricOf = std::optional<double> (*)(const CheckpointRecord& checkpoint);

/// Reads it from the metrics of any rows.
using RowMetricOf = std::optional<double> (*)(const CalibrationMetrics& metrics);

/// In which table of the teacher board a metric of a network stands, in the order of metrics().
enum class TeacherTable { kNone, kCalibration, kLikelihood };

struct Metric {
  std::string key;
  std::string title;  ///< for people
  std::string unit;   ///< of the printed number: "%", "points", or empty
  Direction direction = Direction::kNone;
  int decimals = 2;
  double scale = 1;          ///< printed number = stored number * scale: 100 where a fraction is printed in per cent
  bool with_sign = false;    ///< a difference: '+' is written
  std::string meaning = "";  ///< one line, for the notes of a board
  MetricOf of = nullptr;     ///< of a network; nullptr for a number of the board's own
  TeacherTable table = TeacherTable::kNone;
  RowMetricOf of_rows = nullptr;  ///< of a network on any rows, where the teacher board sets rows beside each other
};

/// The whole table, in the order in which boards print.
const std::vector<Metric>& metrics();

/// Returns the metric of that key; an unknown key is a broken assumption.
const Metric& metric(std::string_view key);

/// Returns "title arrow (unit)", for instance "ECE ↓ (%)".
std::string heading(std::string_view title, std::string_view unit, Direction direction);

/// Returns the number as printed, in the metric's unit and decimals; "n/a" for none or NaN. The same text in every locale.
std::string shown(const Metric& metric, std::optional<double> value);

/// Returns a fraction to 12 decimals: means that are equal on paper must be equal as doubles, or ranks would see an order where
/// there is a tie.
double without_rounding(double value);

/// Nothing for NaN and infinities: what was not measured.
std::optional<double> finite(double value);

/// Returns `value` in the metric's unit, nothing for NaN.
std::optional<double> in_unit(const Metric& metric, std::optional<double> value);

}  // namespace kdbench::inline leaderboard
