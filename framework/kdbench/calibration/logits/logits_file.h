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

/// What the numbers of a file are.
enum class Given {
  kLogits,
  kProbabilities,  ///< rows of numbers from 0 to 1 that sum to 1; read as their logarithms, whose softmax they are
};

/// Reads by the name's ending:
///   .csv   one sample a line, separated by commas (or by semicolons or tabs, if the first line has
///          them). A first line of names, or of 0, 1, 2, ... in front of other numbers, is a header; the column named `label`,
///          `y` or `target` holds the class index (0-based), else the last column does.
///   .json  {"logits": [[...], ...], "labels": [...]}, or each of the two as {"shape": [...],
///   "dtype": ..., "data": [...]};
///          "inputs" may wrap them.
///   .npy   float16, float32 or float64 [N, K], version 1 to 3, C or Fortran order, little endian; `labels` names the
///   label file.
/// @param labels a file of labels, used instead of those in `file`: .npy of integers [N], a
/// one-column .csv or .txt, or a
///        JSON list. Empty: the labels stand in `file`. With a label file every CSV column is a
///        logit.
/// @param given what the numbers are. Rows that look like probabilities and are said to be logits are refused, and the other way
/// round.
/// @return the data, or every mistake found (at most 20) at its file:line:col.
Result<LogitsData> read_logits(const std::filesystem::path& file, const std::filesystem::path& labels = {},
                               Given given = Given::kLogits);

}  // namespace kdbench::inline calibration
