/// Columns of numbers in a table of text: finding them, reading them, and what is said of those that are none.
#pragma once
#include <kdbench/cli/tables/csv_table.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline cli {

/// Reads a finite number, a '+' before it allowed; nothing for other text.
std::optional<double> finite_number(std::string_view text);

/// Finds columns by name and reads their numbers. What is wrong gathers in `errors`; results count only while there are none.
class NumberColumns {
 public:
  /// @param table has a row at least; it and `file` outlive this
  NumberColumns(const CsvTable& table, const std::string& file) : table_(table), file_(file) {}

  /// Returns the column of that name; complains with the nearest name where there is none.
  std::size_t named(const std::string& name);
  /// True where the first row holds a number.
  bool is_of_numbers(std::size_t column) const;
  /// Returns the number in that column of a row; complains with its place where it is none.
  double value(const std::vector<CsvCell>& row, std::size_t column);
  void complain(const std::string& message) { errors.push_back({file_, {1, 1}, message}); }

  Diagnostics errors;

 private:
  const CsvTable& table_;
  const std::string& file_;
};

/// Returns the first twenty, with a line that counts the others.
Diagnostics limited(Diagnostics errors);

/// Returns the number with that many decimals, without the sign of a zero that rounding made; "n/a" for NaN.
std::string fixed(double value, int decimals);
/// Returns four significant digits; "n/a" for NaN.
std::string significant(double value);
/// Returns a p value: four decimals, below 0.0001 as "2.1e-05"; "n/a" for NaN.
std::string p_text(double p);

}  // namespace kdbench::inline cli
