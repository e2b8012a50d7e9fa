/// Picks columns, splits rows into groups, prints correlations.
#include <kdbench/cli/tables/correlate.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/tables/csv_table.h>
#include <kdbench/cli/tables/number_columns.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/correlation/intervals.h>
#include <kdbench/stats/describe/bootstrap.h>
#include <kdbench/stats/describe/regression.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace kdbench::inline cli {
namespace {

constexpr std::size_t kPermutations = 9999;

struct Columns {
  std::size_t x = 0, y = 0;
  std::vector<std::size_t> groups;
};

struct Group {
  std::vector<std::string> labels;
  std::vector<double> x, y;
};

/// The first column of numbers that is not taken.
std::size_t first_of_numbers(const CsvTable& table, NumberColumns& columns, const std::vector<std::size_t>& taken) {
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    if (std::find(taken.begin(), taken.end(), i) == taken.end() && columns.is_of_numbers(i)) return i;
  }
  if (columns.errors.empty()) {
    columns.complain("expected two columns of numbers beside the group columns; name them with --x and --y");
  }
  return 0;
}

/// Finds the columns that the options name or leave open.
Columns choose(const CsvTable& table, NumberColumns& finder, const CorrelateOptions& options) {
  Columns columns;
  for (const auto& name : options.groups) columns.groups.push_back(finder.named(name));
  if (!options.x.empty()) columns.x = finder.named(options.x);
  if (!options.y.empty()) columns.y = finder.named(options.y);
  if (!options.x.empty() && options.x == options.y) {
    finder.complain(fmt::format("x and y are both '{}'; expected two different columns", options.x));
  }
  if (!finder.errors.empty()) return columns;
  auto taken = columns.groups;
  if (!options.x.empty()) taken.push_back(columns.x);
  if (!options.y.empty()) taken.push_back(columns.y);
  if (options.x.empty()) taken.push_back(columns.x = first_of_numbers(table, finder, taken));
  if (options.y.empty()) columns.y = first_of_numbers(table, finder, taken);
  return columns;
}

std::vector<Group> groups_of(const CsvTable& table, NumberColumns& finder, const Columns& columns) {
  std::vector<Group> out;
  std::map<std::vector<std::string>, std::size_t> index;
  for (const auto& row : table.rows) {
    std::vector<std::string> labels;
    for (const auto column : columns.groups) labels.push_back(row[column].text);
    const auto [it, added] = index.try_emplace(labels, out.size());
    if (added) out.push_back({labels, {}, {}});
    out[it->second].x.push_back(finder.value(row, columns.x));
    out[it->second].y.push_back(finder.value(row, columns.y));
  }
  return out;
}

std::string coefficient(double value, bool percent) { return percent ? fixed(100 * value, 2) : fixed(value, 4); }

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Cell interval_cell(const stats::Interval& interval, double scale, const std::function<std::string(double)>& print) {
  const auto text = interval.defined() ? fmt::format("[{}, {}]", print(interval.low), print(interval.high)) : "n/a";
  return {text, {number_or_null(scale * interval.low), number_or_null(scale * interval.high)}};
}

/// What is computed of one group.
struct Correlations {
  stats::Correlation spearman, kendall, pearson;
  stats::BootstrapInterval interval;
  stats::Line line;
};

Correlations correlations_of(const Group& group, const stats::BootstrapOptions& bootstrap) {
  Correlations out{stats::spearman(group.x, group.y), stats::kendall(group.x, group.y), stats::pearson(group.x, group.y),
                   stats::spearman_interval(group.x, group.y, bootstrap), stats::fit_line(group.x, group.y)};
  out.spearman.p = stats::spearman_permutation_p(group.x, group.y, kPermutations, bootstrap.seed);
  return out;
}

Row row_of(const Group& group, const Correlations& c, bool percent) {
  const auto shown = [&](double value) { return coefficient(value, percent); };
  const auto scale = percent ? 100.0 : 1.0;
  const auto number = [&](double value) { return Cell{shown(value), {number_or_null(scale * value)}}; };
  const auto p = [](double value) { return Cell{p_text(value), {number_or_null(value)}}; };
  Row row;
  for (const auto& label : group.labels) row.cells.push_back({label});
  for (auto& cell : {Cell{fmt::format("{}", group.x.size()), {group.x.size()}}, number(c.spearman.value),
                     interval_cell(c.interval, scale, shown), p(c.spearman.p), number(c.kendall.value), p(c.kendall.p),
                     number(c.pearson.value), p(c.pearson.p), Cell{significant(c.line.slope), {number_or_null(c.line.slope)}},
                     interval_cell(c.line.slope_interval, 1, significant)}) {
    row.cells.push_back(cell);
  }
  return row;
}

std::vector<Column> columns_of(const CsvTable& table, const Columns& columns, bool percent) {
  std::vector<Column> out;
  for (const auto column : columns.groups) out.push_back({table.header[column].text, "", Direction::kNone, {}, true});
  const std::string unit = percent ? "%" : "";
  const auto number = [&](const std::string& title, const std::string& of) {
    out.push_back({title, of, Direction::kNone, {"value"}});
  };
  const auto interval = [&](const std::string& whose, const std::string& of) {
    out.push_back({"95% interval of " + whose, of, Direction::kNone, {"low", "high"}});
  };
  number("n", "");
  number("Spearman", unit);
  interval("Spearman", unit);
  number("p of Spearman", "");
  number("Kendall", unit);
  number("p of Kendall", "");
  number("Pearson", unit);
  number("p of Pearson", "");
  number("slope", "");
  interval("slope", "");
  return out;
}

/// "790 of 2000 resamples" where all rows are one group, else each group with its number.
std::string left_out_note(const std::vector<Group>& groups, const std::vector<Correlations>& results, std::size_t samples) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (results[i].interval.left_out == 0) continue;
    const auto whose = groups[i].labels.empty() ? "" : fmt::format(" ({})", join(groups[i].labels, ", "));
    parts.push_back(fmt::format("{} of {}{}", results[i].interval.left_out, samples, whose));
  }
  if (parts.empty()) return "";
  return fmt::format(
      "Left out of the intervals of Spearman, because a resample had a constant column: {}. Where more than half are, there is "
      "no "
      "interval.",
      join(parts, "; "));
}

std::vector<std::string> notes_of(const CsvTable& table, const Columns& columns, const stats::BootstrapOptions& bootstrap,
                                  const std::string& left_out) {
  const auto& x = table.header[columns.x].text;
  const auto& y = table.header[columns.y].text;
  std::vector<std::string> out = {
      fmt::format("x is {}, y is {}. Spearman uses average ranks, with an interval by {}. Kendall is tau-b.", x, y,
                  bootstrap.text()),
      fmt::format(
          "p, two-sided: of Spearman by permutation (all orders of up to 8 rows, else {} random ones), of Kendall exact for "
          "few rows without ties and else normal, of Pearson by t.",
          kPermutations),
      fmt::format("slope: {} per unit of {} by least squares, with its t interval.", y, x)};
  if (!left_out.empty()) out.push_back(left_out);
  return out;
}

/// What stands over a column for people, who see whose p it is by its place: "p" of "p of Kendall", "Kendall %".
std::string short_title(const Column& column) {
  if (column.is_key) return column.title;
  const auto of = column.title.find(" of ");
  if (of != std::string::npos) return column.title.substr(0, of);
  return column.unit.empty() ? column.title : column.title + " " + column.unit;
}

/// A table for people: titles and cells alone, notes below.
std::string plain_text(const Table& table) {
  std::vector<std::vector<std::string>> lines(1);
  std::vector<std::size_t> right;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    lines[0].push_back(short_title(table.columns[i]));
    if (!table.columns[i].is_key) right.push_back(i);
  }
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (const auto& cell : row.cells) line.push_back(cell.text);
  }
  return aligned(lines, "", right) + "\n" + join(table.notes, "\n") + "\n";
}

Table table_of(const CsvTable& csv, const Columns& columns, const std::vector<Group>& groups, const CorrelateOptions& options) {
  stats::BootstrapOptions bootstrap;
  bootstrap.samples = options.bootstrap_samples;
  bootstrap.seed = options.random_seed;
  std::vector<Correlations> results;
  Table table{"Correlations", {}, columns_of(csv, columns, options.percent), {}};
  for (const auto& group : groups) {
    results.push_back(correlations_of(group, bootstrap));
    table.rows.push_back(row_of(group, results.back(), options.percent));
  }
  table.notes = notes_of(csv, columns, bootstrap, left_out_note(groups, results, options.bootstrap_samples));
  return table;
}

}  // namespace

Result<std::string> correlate_csv(const std::string& text, const std::string& file, const CorrelateOptions& options) {
  const auto csv = parse_csv(text, file);
  if (!csv) return limited(csv.error());
  if (csv->rows.empty()) return Diagnostic{file, {1, 1}, "expected lines of values after the header, found none"};
  NumberColumns finder(*csv, file);
  const auto columns = choose(*csv, finder, options);
  if (!finder.errors.empty()) return finder.errors;
  const auto groups = groups_of(*csv, finder, columns);
  if (!finder.errors.empty()) return limited(finder.errors);
  auto table = table_of(*csv, columns, groups, options);
  if (options.format == Format::kText) return plain_text(table);
  Leaderboard board;
  board.title = fmt::format("Correlations of {}", file);
  board.tables.push_back(std::move(table));
  return render(board, options.format);
}

}  // namespace kdbench::inline cli
