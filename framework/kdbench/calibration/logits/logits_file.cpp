#include <kdbench/calibration/logits/logits_file.h>

#include <kdbench/calibration/logits/logits_readers.h>

#include <fmt/core.h>

#include <cmath>
#include <span>

namespace kdbench::inline calibration {
namespace {

namespace fs = std::filesystem;

Diagnostic no_such_file(const fs::path& file) { return {file.string(), {}, "no such file"}; }

Result<LogitsAndLabels> read_logits_part(const fs::path& file, bool with_labels) {
  if (!fs::exists(file)) return no_such_file(file);
  const auto ending = file.extension();
  if (ending == ".csv") return read_csv_logits(file, with_labels);
  if (ending == ".json") return read_json_logits(file, with_labels);
  if (ending != ".npy") {
    return Diagnostic{file.string(),
                      {},
                      fmt::format("expected a file of logits that ends in .csv, .json or .npy, found '{}'", ending.string())};
  }
  if (with_labels) {
    return Diagnostic{file.string(), {}, "a .npy file holds the logits alone; give the labels with --labels FILE"};
  }
  auto table = read_npy_logits(file);
  if (!table) return table.error();
  return LogitsAndLabels{std::move(*table), {}};
}

Result<LabelList> read_labels_part(const fs::path& file) {
  if (!fs::exists(file)) return no_such_file(file);
  const auto ending = file.extension();
  if (ending == ".npy") return read_npy_labels(file);
  if (ending == ".json") return read_json_labels(file);
  if (ending == ".csv" || ending == ".txt") return read_csv_labels(file);
  return Diagnostic{file.string(),
                    {},
                    fmt::format("expected a file of labels that ends in .npy, .csv, .txt or .json, found '{}'", ending.string())};
}

void check_table(const LogitsTable& table, const std::string& file, Diagnostics& errors) {
  if (table.rows < 1) errors.push_back({file, {}, "expected at least 1 sample, found none"});
  if (table.columns < 2)
    errors.push_back({file, {}, fmt::format("expected logits of at least 2 classes, found {}", table.columns)});
  for (std::size_t i = 0; i < table.values.size() && errors.size() < kMaxLogitsDiagnostics; ++i) {
    if (std::isfinite(table.values[i])) continue;
    const auto columns = static_cast<std::size_t>(table.columns);
    errors.push_back({file,
                      {},
                      fmt::format("expected finite logits, found {} in row {}, class {} (counted from 0)", table.values[i],
                                  i / columns, i % columns)});
  }
}

void check_labels(const LabelList& labels, const LogitsTable& table, const std::string& file, Diagnostics& errors) {
  if (static_cast<std::int64_t>(labels.values.size()) != table.rows) {
    errors.push_back(
        {file, {}, fmt::format("expected {} labels, one for each row of logits, found {}", table.rows, labels.values.size())});
  }
  for (std::size_t i = 0; i < labels.values.size() && errors.size() < kMaxLogitsDiagnostics; ++i) {
    const auto label = labels.values[i];
    if (label >= 0 && label < table.columns) continue;
    const bool placed = i < labels.places.size();
    errors.push_back({file, placed ? labels.places[i] : Position{},
                      fmt::format("expected a label from 0 to {} ({} logits a row), found {}{}", table.columns - 1, table.columns,
                                  label, placed ? "" : fmt::format(" in row {} (counted from 0)", i))});
  }
}

/// True for a row that is a distribution as files have it, rounded.
bool is_distribution(std::span<const double> row) {
  constexpr double kRounded = 1e-3;
  double sum = 0;
  for (const double value : row) {
    if (value < 0 || value > 1 + kRounded) return false;
    sum += value;
  }
  return std::abs(sum - 1) <= kRounded;
}

std::span<const double> row_of(const LogitsTable& table, std::int64_t i) {
  const auto columns = static_cast<std::size_t>(table.columns);
  return std::span(table.values).subspan(static_cast<std::size_t>(i) * columns, columns);
}

/// Rows that all lie in [0, 1] and sum to 1 are no coincidence.
void check_meaning(const LogitsTable& table, Given given, const std::string& file, Diagnostics& errors) {
  std::int64_t first_other = -1;
  for (std::int64_t i = 0; i < table.rows && first_other < 0; ++i) {
    if (!is_distribution(row_of(table, i))) first_other = i;
  }
  if (given == Given::kLogits && first_other < 0) {
    errors.push_back(
        {file, {}, "expected logits, found probabilities: every row lies in [0, 1] and sums to 1; give --probabilities"});
  } else if (given == Given::kProbabilities && first_other >= 0) {
    errors.push_back({file,
                      {},
                      fmt::format("expected probabilities (from 0 to 1, each row summing to 1), found another row {} (counted "
                                  "from 0); leave --probabilities out for logits",
                                  first_other)});
  }
}

/// pandas writes the column names 0, 1, 2, ... of a frame without names; over a single column that is a 0 too many.
void drop_numeric_header(LabelList& labels, const LogitsTable& table) {
  if (static_cast<std::int64_t>(labels.values.size()) != table.rows + 1 || labels.values.front() != 0 || labels.places.empty())
    return;
  labels.values.erase(labels.values.begin());
  labels.places.erase(labels.places.begin());
}

}  // namespace

Result<LogitsData> read_logits(const fs::path& file, const fs::path& labels, Given given) {
  auto data = read_logits_part(file, labels.empty());
  Diagnostics errors;
  if (!data) errors = data.error();
  if (!labels.empty()) {
    auto separate = read_labels_part(labels);
    if (!separate) errors.insert(errors.end(), separate.error().begin(), separate.error().end());
    if (data && separate) data->labels = std::move(*separate);
  }
  if (!errors.empty()) return errors;
  if (!labels.empty()) drop_numeric_header(data->labels, data->logits);
  check_table(data->logits, file.string(), errors);
  if (errors.empty()) check_meaning(data->logits, given, file.string(), errors);
  check_labels(data->labels, data->logits, (labels.empty() ? file : labels).string(), errors);
  if (!errors.empty()) return errors;
  if (given == Given::kProbabilities) {
    for (double& value : data->logits.values) value = std::log(value);  // of 0: -inf, a class that is ruled out
  }
  return LogitsData{std::move(data->logits.values), std::move(data->labels.values), data->logits.columns};
}

}  // namespace kdbench::inline calibration
