/// Every number that a board prints, declared once: what it is called, its unit, which way is better, how it is written.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline leaderboard {

/// Which way is better. Ranks, arrows and "best" are read from it.
enum class Direction { kNone, kHigher, kLower };

std::string to_string(Direction direction);  ///< "none", "higher", "lower"

struct Metric {
  std::string key;    ///< as in a record's metrics, or the board's own
  std::string title;  ///< for people
  std::string unit;   ///< of the printed number: "%", "points", or empty
  Direction direction = Direction::kNone;
  int decimals = 2;
  double scale = 1;          ///< printed number = stored number * scale: 100 where a fraction is printed in per cent
  bool with_sign = false;    ///< a difference: '+' is written
  std::string meaning = "";  ///< one line, for the notes of a board
};

/// The whole table, in the order in which boards print.
const std::vector<Metric>& metrics();

/// Returns the metric of that key; an unknown key is a broken assumption.
const Metric& metric(std::string_view key);

/// Returns "title arrow (unit)", for instance "ECE ↓ (%)".
std::string heading(std::string_view title, std::string_view unit, Direction direction);

/// Returns the number as printed, in the metric's unit and decimals; "n/a" for none or NaN. The same text in every locale.
std::string shown(const Metric& metric, std::optional<double> value);

/// Returns `value` in the metric's unit, nothing for NaN.
std::optional<double> in_unit(const Metric& metric, std::optional<double> value);

}  // namespace kdbench::inline leaderboard
