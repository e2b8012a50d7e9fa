#include <kdbench/sdk/error.h>
#include <kdbench/train/data/mixup.h>
#include <kdbench/train/data/train_data.h>

#include <ATen/Functions.h>

#include <numeric>

namespace kdbench::inline train {

TrainData::TrainData(const Dataset& dataset, const std::filesystem::path& data_dir, const Cut& cut, std::uint64_t seed,
                     torch::Device device)
    : SplitRows(dataset, data_dir, cut, seed, device), seed_(seed), table_(byte_table(info().mean, info().stddev)) {
  const auto shape = std::vector<std::int64_t>{1, info().image.channels, 1, 1};
  mean_ = torch::tensor(info().mean, torch::kFloat32).view(shape);
  stddev_ = torch::tensor(info().stddev, torch::kFloat32).view(shape);
  if (!device.is_cpu()) make_feed();
}

Batch TrainData::batch(const std::int64_t* positions, std::int64_t n, std::int64_t epoch, const Recipe& recipe) const {
  if ((recipe.is_strong() || recipe.views > 1 || recipe.mixup > 0) && !device().is_cpu())
    throw Error("strong augmentation, second views and mixup are made on the CPU alone; set suite.device = \"cpu\"");
  if (!device().is_cpu()) return feed_->rows(positions, n, epoch, recipe);
  const auto at = torch::from_blob(const_cast<std::int64_t*>(positions), {n}, torch::kInt64);
  Batch out;
  const auto view = [&](std::int64_t index) {
    return gather(train(), positions, n, augmentations(positions, n, epoch, recipe, index),
                  strong_augmentations(positions, n, epoch, recipe, index));
  };
  out.images = view(0);
  if (recipe.views > 1) out.second_images = view(1);
  out.labels = train().labels.index_select(0, at);
  out.indices = at.clone();
  if (train().posterior.defined()) out.posterior = train().posterior.index_select(0, at).to(torch::kFloat32);
  if (recipe.mixup > 0) mix_in_pairs(out, mixup_share(seed_, epoch, positions[0], recipe.mixup));
  return out;
}

torch::Tensor TrainData::images(const Rows& rows, std::int64_t begin, std::int64_t end) const {
  if (!device().is_cpu()) return feed_->images(rows, begin, end);
  std::vector<std::int64_t> positions(static_cast<std::size_t>(end - begin));
  std::iota(positions.begin(), positions.end(), begin);
  return gather(rows, positions.data(), end - begin, {});
}

void TrainData::make_feed() { feed_ = std::make_shared<DeviceFeed>(*this); }

torch::Tensor TrainData::gather(const Rows& rows, const std::int64_t* positions, std::int64_t n,
                                const std::vector<Augmentation>& moves, const std::vector<StrongAugmentation>& strong) const {
  if (rows.images.scalar_type() == torch::kUInt8) return gather_bytes_cpu(rows.images, positions, n, moves, table_, strong);
  if (!moves.empty() || !strong.empty())
    throw Error("crop, flip and strong augmentation are for images of bytes; this data set has real numbers");
  const auto at = torch::from_blob(const_cast<std::int64_t*>(positions), {n}, torch::kInt64);
  return rows.images.index_select(0, at).sub_(mean_).div_(stddev_);
}

}  // namespace kdbench::inline train
