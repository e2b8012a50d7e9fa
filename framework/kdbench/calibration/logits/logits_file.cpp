#include <kdbench/calibration/logits/logits_file.h>

#include <kdbench/calibration/logits/logits_readers.h>

#include <fmt/core.h>

#include <cmath>

namespace kdbench::inline calibration {
namespace {

namespace fs = std::filesystem;

Result<LogitsAndLabels> read_logits_part(const fs::path& file, bool with_labels) {
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

}  // namespace

Result<LogitsData> read_logits(const fs::path& file, const fs::path& labels) {
  auto data = read_logits_part(file, labels.empty());
  Diagnostics errors;
  if (!data) errors = data.error();
  if (!labels.empty()) {
    auto separate = read_labels_part(labels);
    if (!separate) errors.insert(errors.end(), separate.error().begin(), separate.error().end());
    if (data && separate) data->labels = std::move(*separate);
  }
  if (!errors.empty()) return errors;
  check_table(data->logits, file.string(), errors);
  check_labels(data->labels, data->logits, (labels.empty() ? file : labels).string(), errors);
  if (!errors.empty()) return errors;
  return LogitsData{std::move(data->logits.values), std::move(data->labels.values), data->logits.columns};
}

}  // namespace kdbench::inline calibration
