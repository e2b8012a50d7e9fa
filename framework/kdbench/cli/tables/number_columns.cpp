#include <kdbench/cli/tables/number_columns.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace kdbench::inline cli {
namespace {

constexpr std::size_t kMostDiagnostics = 20;

}  // namespace

std::optional<double> finite_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::size_t NumberColumns::named(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& cell : table_.header) names.push_back(cell.text);
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) complain(fmt::format("no column '{}'{}", name, suggestion(name, names)));
  return static_cast<std::size_t>(it - names.begin());
}

bool NumberColumns::is_of_numbers(std::size_t column) const {
  return finite_number(table_.rows.front()[column].text).has_value();
}

double NumberColumns::value(const std::vector<CsvCell>& row, std::size_t column) {
  const auto number = finite_number(row[column].text);
  if (!number) {
    errors.push_back(
        {file_, row[column].at,
         fmt::format("expected a finite number in column '{}', found '{}'", table_.header[column].text, row[column].text)});
  }
  return number.value_or(0);
}

Diagnostics limited(Diagnostics errors) {
  if (errors.size() <= kMostDiagnostics) return errors;
  const auto rest = errors.size() - kMostDiagnostics;
  errors.resize(kMostDiagnostics);
  const auto file = errors.back().file;
  errors.push_back({file, errors.back().at, fmt::format("{} after this one", counted(rest, "more mistake"))});
  return errors;
}

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "n/a";
  const auto text = fmt::format("{:.{}f}", value, decimals);
  return text.find_first_of("123456789") == std::string::npos && text.starts_with('-') ? text.substr(1) : text;
}

std::string significant(double value) { return std::isnan(value) ? "n/a" : fmt::format("{:.4g}", value == 0 ? 0.0 : value); }

std::string p_text(double p) {
  constexpr double kLeast = 1e-4;
  return p > 0 && p < kLeast ? fmt::format("{:.1e}", p) : fixed(p, 4);
}

}  // namespace kdbench::inline cli
