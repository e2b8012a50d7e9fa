/// Softmax of one row with log-sum-exp; used inside this layer.
#pragma once
#include <cmath>
#include <cstddef>
#include <span>

namespace kdbench::inline calibration {

/// Returns the first index of the largest value of a row that is not empty.
inline std::size_t first_argmax(std::span<const double> row) {
  std::size_t best = 0;
  for (std::size_t c = 1; c < row.size(); ++c) {
    if (row[c] > row[best]) best = c;
  }
  return best;
}

/// What softmax(beta * row) says about a sample.
struct RowSummary {
  std::size_t prediction = 0;  ///< from the logits: a temperature never changes it, also where
                               ///< probabilities round to a tie
  double confidence = 0;       ///< probability of the prediction
  double nll = 0;              ///< -ln probability of the label; inf if its logit is -inf
};

/// Fills `exps` [K] with exp(beta (z - max z)); multiplied by `confidence` of the result they are
/// the probabilities.
inline RowSummary softmax_row(std::span<const double> row, std::size_t label, double beta, std::span<double> exps) {
  RowSummary out;
  out.prediction = first_argmax(row);
  const double largest = row[out.prediction];
  double sum = 0;
  for (std::size_t c = 0; c < row.size(); ++c) sum += exps[c] = std::exp((row[c] - largest) * beta);
  out.confidence = 1.0 / sum;
  out.nll = std::log(sum) - (row[label] - largest) * beta;
  return out;
}

}  // namespace kdbench::inline calibration
