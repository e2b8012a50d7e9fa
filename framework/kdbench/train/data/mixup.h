/// Mixup (Zhang et al. 2018, sec. 2): each image of a batch is mixed with the next one.
#pragma once
#include <kdbench/train/data/batch.h>

#include <cstdint>

namespace kdbench::inline train {

/// The share of the first image of each pair in a batch, drawn from Beta(alpha, alpha): the quantile of that distribution at a
/// number in (0, 1) that seed, epoch and the batch's first row alone decide.
double mixup_share(std::uint64_t seed, std::int64_t epoch, std::int64_t first_row, double alpha);

/// Mixes row i with row i + 1, the last with the first: images and posterior become share * one + (1 - share) * other, and the
/// other's label stands beside the one's. The order of rows in a batch is random, so that the next row is any other.
void mix_in_pairs(Batch& batch, double share);

}  // namespace kdbench::inline train
