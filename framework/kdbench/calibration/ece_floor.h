/// How large an ECE chance alone makes, and an ECE without the part that chance adds. In a finite bin accuracy and confidence
/// differ even where a network is calibrated, and an ECE adds the sizes of such differences up.
#pragma once
#include <kdbench/calibration/bins.h>

#include <cstdint>
#include <span>
#include <vector>

namespace kdbench::inline calibration {

/// Labels drawn anew for the quantile.
inline constexpr int kFloorResamples = 1000;

/// The ECE that a perfectly calibrated network of the same confidences shows on as many rows in the same bins: fractions in [0,
/// 1].
struct EceFloor {
  double expected = 0;    ///< its mean: exact, but for weights below 1e-20
  double quantile95 = 0;  ///< its 95 % quantile over kFloorResamples draws from a fixed seed: the 950th of 1000 in order
};

/// "Right" is drawn for every row with its confidence as the probability (consistency resampling, Broecker and Smith 2007,
/// "Increasing the reliability of reliability diagrams", section 3). Rows of a bin matter by how many of them are right: a sum of
/// unequal Bernoulli numbers, whose distribution is computed and drawn from as a whole.
/// @param samples n >= 1 rows; whether they were right is not read
EceFloor ece_floor(std::span<const ConfidenceHit> samples, const EqualWidthBins& bins);

/// The ECE less its bias, as Kumar, Liang and Ma 2019 estimate it ("Verified uncertainty calibration", section 5;
/// normal_debiased_ce in the authors' code): the bias is how much larger an ECE becomes when the accuracy of each bin is drawn
/// anew from N(accuracy, accuracy (1 - accuracy) / count). They draw a thousand times; the mean of the absolute value of a normal
/// number is known, so that nothing is drawn here. Unlike them, bins of one row take part, whose accuracy is then taken as
/// certain.
/// @param tallies hold n >= 1 rows together
/// @returns a fraction from 0, below which the estimate may fall, to the ECE
double debiased_ece(const std::vector<BinTally>& tallies, std::int64_t n);

}  // namespace kdbench::inline calibration
