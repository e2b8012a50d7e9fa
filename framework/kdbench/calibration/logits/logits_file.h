/// Reads logits and labels of anybody's network from a file: CSV, JSON or NPY.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/calibration/logits/logits.h>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace kdbench::inline calibration {

/// Owned logits [N, K] (row-major, finite) and N labels in [0, K), N >= 1, K >= 2.
struct LogitsData {
  std::vector<double> logits;
  std::vector<std::int64_t> labels;
  std::int64_t num_classes = 0;

  LogitsView view() const { return {logits, labels, num_classes}; }
};

/// Reads by the name's ending:
///   .csv   one sample a line, separated by commas (or by semicolons or tabs, if the first line has
///          them). A first line of names is a header; the column named `label`, `y` or `target`
///          holds the class index (0-based), else the last column does.
///   .json  {"logits": [[...], ...], "labels": [...]}, or each of the two as {"shape": [...],
///   "dtype": ..., "data": [...]};
///          "inputs" may wrap them.
///   .npy   float32 or float64 [N, K], version 1 or 2, C order, little endian; `labels` names the
///   label file.
/// @param labels a file of labels, used instead of those in `file`: .npy of integers [N], a
/// one-column .csv or .txt, or a
///        JSON list. Empty: the labels stand in `file`. With a label file every CSV column is a
///        logit.
/// @return the data, or every mistake found (at most 20) at its file:line:col.
Result<LogitsData> read_logits(const std::filesystem::path& file, const std::filesystem::path& labels = {});

}  // namespace kdbench::inline calibration
