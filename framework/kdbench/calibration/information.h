/// How much a network's outputs tell about its input and about the label: the criterion of Wang et al. 2022 ("Efficient
/// Knowledge Distillation from Model Checkpoints") for the checkpoint that teaches best. Their estimates of I(X;F) and I(Y;F)
/// need decoders trained for every checkpoint; ours are closed forms over the validation rows, and this is their definition.
///
/// Both are in nats a sample. N rows, K classes; F: the rows' embeddings [N, D], each scaled to Euclidean length 1.
///   label  I(Y;F) >= H(Y) - NLL at temperature 1 (variational bound), H(Y) the entropy of the rows' label frequencies; below
///          0 where a network is worse than the frequencies.
///   input  I(X;F) ~ ln N * (R - R_one) / (R_all - R_one), where R = 1/2 ln det(I + D / (N eps^2) F'F) is the rate of a Gaussian
///          code of F with squared error eps^2 a row, eps = 0.5 (Yu et al. 2020). R_one = 1/2 ln(1 + D / eps^2) is its least
///          value (all rows alike) and R_all = r/2 ln(1 + D / (r eps^2)), r = min(N, D), its largest (rows spread evenly over
///          all directions). So it lies between 0 and ln N, the entropy of "which row", as the true one does.
/// The criterion is their sum. Without an embedding, or with D > 512 (the determinant costs D^3), it is the label part alone.
#pragma once
#include <kdbench/calibration/logits/logits.h>

#include <cstdint>
#include <optional>
#include <span>

namespace kdbench::inline calibration {

inline constexpr std::int64_t kMaxInformationWidth = 512;

struct Information {
  double label = 0;             ///< nats; -inf where the NLL is infinite
  std::optional<double> input;  ///< nats, in [0, ln N]
  double total() const { return label + input.value_or(0.0); }
};

/// @param nll of the same view at temperature 1
/// @param embeddings [N, D] in row-major order, finite; empty: none
Information information(const LogitsView& view, double nll, std::span<const double> embeddings);

}  // namespace kdbench::inline calibration
