/// Picks columns, splits rows into groups, prints correlations.
#include <kdbench/cli/tables/correlate.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/tables/csv_table.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/correlation/intervals.h>
#include <kdbench/stats/describe/bootstrap.h>
#include <kdbench/stats/describe/regression.h>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace kdbench::inline cli {
namespace {

constexpr std::size_t kMostDiagnostics = 20;

struct Columns {
  std::size_t x = 0, y = 0;
  std::vector<std::size_t> groups;
};

struct Group {
  std::vector<std::string> labels;
  std::vector<double> x, y;
};

std::optional<double> finite_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Finds the columns that the options name or leave open.
class ColumnChooser {
 public:
  ColumnChooser(const CsvTable& table, const std::string& file) : table_(table), file_(file) {}

  Columns choose(const CorrelateOptions& options) {
    Columns columns;
    for (const auto& name : options.groups) columns.groups.push_back(named(name));
    if (!options.x.empty()) columns.x = named(options.x);
    if (!options.y.empty()) columns.y = named(options.y);
    if (!options.x.empty() && options.x == options.y) {
      complain(fmt::format("x and y are both '{}'; expected two different columns", options.x));
    }
    if (!errors.empty()) return columns;
    auto taken = columns.groups;
    if (!options.x.empty()) taken.push_back(columns.x);
    if (!options.y.empty()) taken.push_back(columns.y);
    if (options.x.empty()) taken.push_back(columns.x = first_of_numbers(taken));
    if (options.y.empty()) columns.y = first_of_numbers(taken);
    return columns;
  }

  Diagnostics errors;

 private:
  void complain(const std::string& message) { errors.push_back({file_, {1, 1}, message}); }

  std::size_t named(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& cell : table_.header) names.push_back(cell.text);
    const auto it = std::find(names.begin(), names.end(), name);
    if (it == names.end()) complain(fmt::format("no column '{}'{}", name, suggestion(name, names)));
    return static_cast<std::size_t>(it - names.begin());
  }

  std::size_t first_of_numbers(const std::vector<std::size_t>& taken) {
    for (std::size_t i = 0; i < table_.header.size(); ++i) {
      if (std::find(taken.begin(), taken.end(), i) != taken.end()) continue;
      if (finite_number(table_.rows.front()[i].text)) return i;
    }
    if (errors.empty()) {
      complain("expected two columns of numbers beside the group columns; name them with --x and --y");
    }
    return 0;
  }

  const CsvTable& table_;
  const std::string& file_;
};

class Grouper {
 public:
  Grouper(const CsvTable& table, const std::string& file, Columns columns)
      : table_(table), file_(file), columns_(std::move(columns)) {}

  std::vector<Group> groups() {
    std::vector<Group> out;
    std::map<std::vector<std::string>, std::size_t> index;
    for (const auto& row : table_.rows) {
      std::vector<std::string> labels;
      for (const auto column : columns_.groups) labels.push_back(row[column].text);
      const auto [it, added] = index.try_emplace(labels, out.size());
      if (added) out.push_back({labels, {}, {}});
      out[it->second].x.push_back(value(row, columns_.x));
      out[it->second].y.push_back(value(row, columns_.y));
    }
    return out;
  }

  Diagnostics errors;

 private:
  double value(const std::vector<CsvCell>& row, std::size_t column) {
    const auto number = finite_number(row[column].text);
    if (!number) {
      errors.push_back(
          {file_, row[column].at,
           fmt::format("expected a finite number in column '{}', found '{}'", table_.header[column].text, row[column].text)});
    }
    return number.value_or(0);
  }

  const CsvTable& table_;
  const std::string& file_;
  Columns columns_;
};

/// Without the sign of a zero that rounding made.
std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "n/a";
  const auto text = fmt::format("{:.{}f}", value, decimals);
  return text.find_first_of("123456789") == std::string::npos && text.starts_with('-') ? text.substr(1) : text;
}

std::string coefficient(double value, bool percent) { return percent ? fixed(100 * value, 2) : fixed(value, 4); }

std::string significant(double value) { return std::isnan(value) ? "n/a" : fmt::format("{:.4g}", value == 0 ? 0.0 : value); }

template <class Print>
std::string bounds(const stats::Interval& interval, const Print& print) {
  return interval.defined() ? fmt::format("[{}, {}]", print(interval.low), print(interval.high)) : "n/a";
}

std::vector<std::string> line_of(const Group& group, const CorrelateOptions& options, const stats::BootstrapOptions& bootstrap) {
  const auto line = stats::fit_line(group.x, group.y);
  const auto shown = [&](double value) { return coefficient(value, options.percent); };
  auto cells = group.labels;
  const std::vector<std::string> numbers{fmt::format("{}", group.x.size()),
                                         shown(stats::spearman(group.x, group.y).value),
                                         bounds(stats::spearman_interval(group.x, group.y, bootstrap), shown),
                                         shown(stats::kendall(group.x, group.y).value),
                                         shown(stats::pearson(group.x, group.y).value),
                                         significant(line.slope),
                                         bounds(line.slope_interval, significant)};
  cells.insert(cells.end(), numbers.begin(), numbers.end());
  return cells;
}

std::vector<std::string> titles(const CsvTable& table, const Columns& columns, bool percent) {
  std::vector<std::string> out;
  for (const auto column : columns.groups) out.push_back(table.header[column].text);
  const std::string unit = percent ? " %" : "";
  for (const auto& title : {std::string("n"), "Spearman" + unit, std::string("95% interval"), "Kendall" + unit, "Pearson" + unit,
                            std::string("slope"), std::string("95% interval")}) {
    out.push_back(title);
  }
  return out;
}

std::string notes(const CsvTable& table, const Columns& columns, const stats::BootstrapOptions& bootstrap) {
  const auto& x = table.header[columns.x].text;
  const auto& y = table.header[columns.y].text;
  return fmt::format(
      "\nx is {0}, y is {1}. Spearman uses average ranks, with an interval by {2}. Kendall is tau-b.\n"
      "slope: {1} per unit of {0} by least squares, with its t interval.\n",
      x, y, bootstrap.text());
}

Diagnostics limited(Diagnostics errors) {
  if (errors.size() <= kMostDiagnostics) return errors;
  const auto rest = errors.size() - kMostDiagnostics;
  errors.resize(kMostDiagnostics);
  const auto file = errors.back().file;
  errors.push_back({file, errors.back().at, fmt::format("{} after this one", counted(rest, "more mistake"))});
  return errors;
}

std::string table_text(const CsvTable& table, const Columns& columns, const std::vector<Group>& groups,
                       const CorrelateOptions& options) {
  stats::BootstrapOptions bootstrap;
  bootstrap.samples = options.bootstrap_samples;
  bootstrap.seed = options.random_seed;
  std::vector<std::vector<std::string>> lines{titles(table, columns, options.percent)};
  for (const auto& group : groups) lines.push_back(line_of(group, options, bootstrap));
  std::vector<std::size_t> right;
  for (auto i = columns.groups.size(); i < lines.front().size(); ++i) right.push_back(i);
  return aligned(lines, "", right) + notes(table, columns, bootstrap);
}

}  // namespace

Result<std::string> correlate_csv(const std::string& text, const std::string& file, const CorrelateOptions& options) {
  const auto table = parse_csv(text, file);
  if (!table) return limited(table.error());
  if (table->rows.empty()) return Diagnostic{file, {1, 1}, "expected lines of values after the header, found none"};
  ColumnChooser chooser(*table, file);
  const auto columns = chooser.choose(options);
  if (!chooser.errors.empty()) return chooser.errors;
  Grouper grouper(*table, file, columns);
  const auto groups = grouper.groups();
  if (!grouper.errors.empty()) return limited(grouper.errors);
  return table_text(*table, columns, groups, options);
}

}  // namespace kdbench::inline cli
