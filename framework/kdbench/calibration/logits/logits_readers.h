/// One reader a file format, and the lists they fill; used inside this layer by read_logits().
#pragma once
#include <kdbench/base/result.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::inline calibration {

/// Numbers of a matrix [rows, columns], row-major, not yet checked for NaN.
struct LogitsTable {
  std::vector<double> values;
  std::int64_t rows = 0, columns = 0;
};

/// Class indices as they stand in a file, not yet checked against the number of classes.
struct LabelList {
  std::vector<std::int64_t> values;
  std::vector<Position> places;  ///< of each value; empty for a format without lines
};

/// What one file holds. `labels` is empty if they were not asked for.
struct LogitsAndLabels {
  LogitsTable logits;
  LabelList labels;
};

/// With `with_labels` one column is the label, else every column is a logit. Numbers are finite.
/// See read_logits().
Result<LogitsAndLabels> read_csv_logits(const std::filesystem::path& file, bool with_labels);
Result<LogitsAndLabels> read_json_logits(const std::filesystem::path& file, bool with_labels);
Result<LogitsTable> read_npy_logits(const std::filesystem::path& file);

/// One label a line; a first line that is not a number is a header.
Result<LabelList> read_csv_labels(const std::filesystem::path& file);
/// A list, or an object that holds it under "labels".
Result<LabelList> read_json_labels(const std::filesystem::path& file);
/// Integers [N] or [N, 1].
Result<LabelList> read_npy_labels(const std::filesystem::path& file);

/// Diagnostics beyond this number are not collected: the first tell what is wrong.
inline constexpr std::size_t kMaxLogitsDiagnostics = 20;

}  // namespace kdbench::inline calibration
