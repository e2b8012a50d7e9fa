/// What the probe says before training, beside how far accuracy moved in training.
#pragma once
#include <kdbench/leaderboard/leaderboard.h>
#include <kdbench/protocol/requests.h>

#include <vector>

namespace kdbench::inline cli {

/// Returns two tables over the methods that the suite trained along `teacher_temperature`, 1 among its values: of each the
/// largest turn (1 - lowest cosine) and growth (largest |ln ratio|) of its gradient and the spread of its mean accuracies along
/// the axis (points); then Spearman's correlation over methods of turn, and of growth, with the spread: interval by resampling
/// methods, p by permutation. A method without one of the numbers takes no part, and its row says why.
/// @param answer the probe's, of the whole suite
/// @param points the suite's results
std::vector<Table> probe_beside_trained(const ProbeAnswer& answer, const std::vector<Point>& points);

}  // namespace kdbench::inline cli
