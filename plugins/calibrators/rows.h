/// What calibrators share: rows of logits as plain numbers. A row is computed by itself, in the order of its classes, so that its
/// bits depend on no row beside it.
#pragma once
#include <kdbench/sdk/calibrator.h>

#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace calibrators {

using torch::Tensor;
using Row = std::span<const double>;

inline std::int64_t num_rows(const Tensor& logits) { return logits.size(0); }

/// Row i of [N, K] float64 numbers, which outlive it.
inline Row row_of(const Tensor& logits, std::int64_t i) {
  const auto k = static_cast<std::size_t>(logits.size(1));
  return {logits.data_ptr<double>() + static_cast<std::size_t>(i) * k, k};
}

inline std::int64_t label_of(const kdbench::CalibrationRows& rows, std::int64_t i) {
  return rows.labels.data_ptr<std::int64_t>()[i];
}

/// Returns [B, K]: what `change(row, number, out)` writes into `out` [K] for each row of `logits`, whose number is that in
/// `rows`.
template <class Change>
Tensor by_row(const Tensor& logits, const Tensor& rows, const Change& change) {
  const auto from = logits.contiguous(), numbers = rows.contiguous();
  auto out = at::empty_like(from);
  const auto k = static_cast<std::size_t>(from.size(1));
  for (std::int64_t i = 0; i < num_rows(from); ++i) {
    const std::span<double> to(out.template data_ptr<double>() + static_cast<std::size_t>(i) * k, k);
    change(row_of(from, i), numbers.template data_ptr<std::int64_t>()[i], to);
  }
  return out;
}

/// The first class with the largest logit.
inline std::size_t prediction(Row z) { return static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin()); }

/// What softmax(beta z) says: d = z - max z, p_k = exp(beta d_k) / sum.
struct Softmax {
  double sum = 0;      ///< of exp(beta d), in [1, K]; 1 / sum is the confidence
  double mean = 0;     ///< E_p[d]
  double largest = 0;  ///< max z

  double confidence() const { return 1.0 / sum; }
  /// In nats: ln sum - beta E_p[d].
  double entropy(double beta) const { return std::log(sum) - beta * mean; }
};

inline Softmax softmax(Row z, double beta) {
  Softmax out;
  out.largest = *std::max_element(z.begin(), z.end());
  for (const double value : z) {
    const double d = value - out.largest, e = std::exp(beta * d);
    out.sum += e;
    out.mean += e * d;
  }
  out.mean /= out.sum;
  return out;
}

/// Writes softmax(beta z).
inline void probabilities(Row z, double beta, std::span<double> out) {
  const double largest = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (std::size_t c = 0; c < z.size(); ++c) sum += out[c] = std::exp(beta * (z[c] - largest));
  for (auto& p : out) p /= sum;
}

/// What is left of a probability that underflows in a mix, so that its logarithm is finite.
inline constexpr double kLeastOfMix = 1e-300;

/// Writes ln p of numbers p >= 0 that are first divided by their sum; of numbers that are all 0, ln 1/K. What is below `least` is
/// taken for it.
inline void write_log_normalised(Row p, double least, std::span<double> out) {
  double sum = 0;
  for (const double value : p) sum += value;
  const double uniform = 1.0 / static_cast<double>(p.size());
  for (std::size_t c = 0; c < p.size(); ++c) out[c] = std::log(std::max(sum > 0 ? p[c] / sum : uniform, least));
}

/// Writes z / T.
inline void write_divided(Row z, double temperature, std::span<double> out) {
  for (std::size_t c = 0; c < z.size(); ++c) out[c] = z[c] / temperature;
}

}  // namespace calibrators
