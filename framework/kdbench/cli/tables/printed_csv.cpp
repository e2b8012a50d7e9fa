/// Reads printed numbers, every mistake with its place.
#include <kdbench/cli/tables/printed_csv.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/tables/csv_table.h>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace kdbench::inline cli {
namespace {

const std::vector<std::pair<std::string, std::string PrintedNumber::*>> kTexts = {
    {"table", &PrintedNumber::table},
    {"row", &PrintedNumber::row},
    {"along", &PrintedNumber::along},
    {"dataset", &PrintedNumber::dataset},
    {"teacher", &PrintedNumber::teacher},
    {"assistant", &PrintedNumber::assistant},
    {"student", &PrintedNumber::student},
    {"method", &PrintedNumber::method},
    {"strategy", &PrintedNumber::strategy},
    {"checkpoint", &PrintedNumber::checkpoint},
    {"teacher_epochs", &PrintedNumber::teacher_epochs},
    {"of", &PrintedNumber::of},
    {"metric", &PrintedNumber::metric}};

/// What a column may hold; a column that is not here holds any text.
const std::map<std::string, std::vector<std::string>> kChoices = {
    {"along", {"tau", "assistant", "checkpoint", "teacher_epochs", "method"}},
    {"of", {"teacher", "assistant", "student"}},
    {"metric", {"accuracy", "ece", "spearman", "parameters", "mean_accuracy", "variance"}}};

std::vector<std::string> column_names() {
  std::vector<std::string> names;
  for (const auto& [name, member] : kTexts) names.push_back(name);
  names.insert(names.end(), {"tau", "seed", "value"});
  return names;
}

/// A finite number in the way of std::from_chars; nothing for other text.
template <class T>
std::optional<T> number_in(const std::string& text) {
  T value{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(static_cast<double>(value))) return std::nullopt;
  return value;
}

class NumbersReader {
 public:
  NumbersReader(const CsvTable& table, const std::string& file) : file_(file) {
    const auto known = column_names();
    for (std::size_t i = 0; i < table.header.size(); ++i) {
      const auto& [name, at] = table.header[i];
      const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
      if (!is_known) complain(at, fmt::format("no column '{}'{}", name, suggestion(name, known)));
      place_[name] = i;
    }
    for (const auto& name : known) {
      if (!place_.contains(name)) complain({1, 1}, fmt::format("there is no column '{}'; expected {}", name, join(known, ",")));
    }
  }

  PrintedNumber read(const std::vector<CsvCell>& row) {
    PrintedNumber out;
    for (const auto& [name, member] : kTexts) {
      out.*member = row[place_.at(name)].text;
      check_choice(name, row[place_.at(name)]);
    }
    if (out.table.empty())
      complain(row[place_.at("table")].at, "'table' is empty; expected the name of a table, table6 for example");
    out.tau = number<double>("tau", row);
    out.seed = number<std::int64_t>("seed", row);
    const auto value = number<double>("value", row);
    if (!value && row[place_.at("value")].text.empty())
      complain(row[place_.at("value")].at, "'value' is empty; expected a number");
    out.value = value.value_or(0);
    return out;
  }

  Diagnostics errors;

 private:
  void complain(Position at, std::string message) { errors.push_back({file_, at, std::move(message)}); }

  void check_choice(const std::string& name, const CsvCell& cell) {
    const auto found = kChoices.find(name);
    if (found == kChoices.end()) return;
    const auto& choices = found->second;
    if (std::find(choices.begin(), choices.end(), cell.text) != choices.end()) return;
    complain(cell.at, fmt::format("'{}' is '{}'{}", name, cell.text, suggestion(cell.text, choices)));
  }

  template <class T>
  std::optional<T> number(const std::string& name, const std::vector<CsvCell>& row) {
    const auto& cell = row[place_.at(name)];
    const auto value = number_in<T>(cell.text);
    if (!value && !cell.text.empty()) complain(cell.at, fmt::format("'{}' must be a number, found '{}'", name, cell.text));
    return value;
  }

  std::string file_;
  std::map<std::string, std::size_t> place_;
};

}  // namespace

Result<std::vector<PrintedNumber>> parse_printed_numbers(const std::string& text, const std::string& file) {
  const auto table = parse_csv(text, file);
  if (!table) return table.error();
  NumbersReader reader(*table, file);
  if (!reader.errors.empty()) return reader.errors;
  std::vector<PrintedNumber> out;
  for (const auto& row : table->rows) out.push_back(reader.read(row));
  if (!reader.errors.empty()) return reader.errors;
  return out;
}

std::vector<std::string> printed_tables(const std::vector<PrintedNumber>& numbers) {
  std::vector<std::string> out;
  for (const auto& n : numbers) {
    if (std::find(out.begin(), out.end(), n.table) == out.end()) out.push_back(n.table);
  }
  return out;
}

}  // namespace kdbench::inline cli
