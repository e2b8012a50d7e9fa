#include <kdbench/base/hash.h>
#include <kdbench/base/seeds.h>
#include <kdbench/train/data/mixup.h>

#include <ATen/ops/roll.h>
#include <boost/math/special_functions/beta.hpp>

namespace kdbench::inline train {
namespace {

/// In (0, 1), of the upper 53 bits.
double as_fraction(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53; }

void mix(torch::Tensor& rows, double share) {
  if (rows.defined()) rows = rows * share + rows.roll(-1, 0) * (1.0 - share);
}

}  // namespace

double mixup_share(std::uint64_t seed, std::int64_t epoch, std::int64_t first_row, double alpha) {
  const auto state = mix64(seed_for(seed, "mixup") ^ static_cast<std::uint64_t>(epoch));
  return boost::math::ibeta_inv(alpha, alpha, as_fraction(mix64(state ^ mix64(static_cast<std::uint64_t>(first_row)))));
}

void mix_in_pairs(Batch& batch, double share) {
  mix(batch.images, share);
  mix(batch.second_images, share);
  mix(batch.posterior, share);
  batch.mixed_labels = batch.labels.roll(-1, 0);
  batch.mix = share;
}

}  // namespace kdbench::inline train
