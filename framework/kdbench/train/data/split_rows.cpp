#include <kdbench/base/hash.h>
#include <kdbench/base/seeds.h>
#include <kdbench/sdk/error.h>
#include <kdbench/train/data/split_rows.h>

#include <ATen/Functions.h>
#include <fmt/core.h>

#include <algorithm>
#include <numeric>

namespace kdbench::inline train {
namespace {

void check_split(const Split& split, const DatasetInfo& info, const char* name) {
  const auto& x = split.images;
  if (!x.defined() || x.dim() != 4 || (x.scalar_type() != torch::kUInt8 && x.scalar_type() != torch::kFloat32)) {
    throw Error(fmt::format("the {} split has no images of shape [N, C, H, W] as uint8 or float32", name));
  }
  if (x.size(1) != info.image.channels || x.size(2) != info.image.height || x.size(3) != info.image.width) {
    throw Error(fmt::format("the {} split has images of {}x{}x{}, the data set promised {}x{}x{}", name, x.size(1), x.size(2),
                            x.size(3), info.image.channels, info.image.height, info.image.width));
  }
  if (split.labels.scalar_type() != torch::kInt64 || split.labels.dim() != 1 || split.labels.size(0) != x.size(0)) {
    throw Error(fmt::format("the {} split has {} images but labels that are not [{}] int64", name, x.size(0), x.size(0)));
  }
  if (x.size(0) == 0) throw Error(fmt::format("the {} split is empty", name));
  const auto low = split.labels.min().item<std::int64_t>(), high = split.labels.max().item<std::int64_t>();
  if (low < 0 || high >= info.num_classes) {
    throw Error(fmt::format("the {} split has labels from {} to {}; {} classes allow 0 to {}", name, low, high, info.num_classes,
                            info.num_classes - 1));
  }
}

void hash_tensor(Sha256& sha, const torch::Tensor& tensor) {
  if (!tensor.defined()) return;
  const auto t = tensor.contiguous();
  sha.update(t.data_ptr(), t.nbytes());
}

Rows select(const Split& split, const torch::Tensor& rows, torch::Device device) {
  Rows out;
  auto images = split.images.index_select(0, rows);
  // Bytes are kept pixel by pixel, so that the gather kernel writes channels_last in one pass.
  if (images.scalar_type() == torch::kUInt8) images = images.permute({0, 2, 3, 1}).contiguous();
  out.images = images.to(device);
  out.labels = split.labels.index_select(0, rows).to(device);
  out.indices = rows.to(device);
  if (split.posterior.defined()) out.posterior = split.posterior.index_select(0, rows).to(device);
  return out;
}

torch::Tensor to_tensor(std::vector<std::int64_t> values) { return torch::tensor(values, torch::kInt64); }

}  // namespace

std::vector<std::int64_t> shuffled(std::int64_t n, std::uint64_t seed) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), 0);
  for (std::uint64_t i = out.size(); i > 1; --i) {
    // The bias of the remainder is below n / 2^64.
    std::swap(out[i - 1], out[mix64(seed ^ mix64(i)) % i]);
  }
  return out;
}

SplitRows::SplitRows(const Dataset& dataset, const std::filesystem::path& data_dir, const Cut& cut, std::uint64_t seed,
                     torch::Device device)
    : info_(dataset.info()),
      order_seed_(seed_for(seed, "order")),
      augment_seed_(seed_for(seed, "augment")),
      split_seed_(seed_for(seed, "split")),
      device_(device) {
  const auto train = dataset.load(SplitKind::kTrain, data_dir);
  const auto test = cut.has_test ? dataset.load(SplitKind::kTest, data_dir) : Split{};
  check_split(train, info_, "train");
  if (cut.has_test) check_split(test, info_, "test");
  Sha256 sha;
  for (const auto* split : {&train, &test}) {
    hash_tensor(sha, split->images);
    hash_tensor(sha, split->labels);
    hash_tensor(sha, split->posterior);
  }
  data_sha256_ = sha.hex();
  const auto channels = static_cast<std::size_t>(info_.image.channels);
  if (info_.mean.empty()) info_.mean.assign(channels, 0.0);
  if (info_.stddev.empty()) info_.stddev.assign(channels, 1.0);
  if (info_.mean.size() != channels || info_.stddev.size() != channels) {
    throw Error(fmt::format("the data set gives {} means and {} deviations for {} channels", info_.mean.size(),
                            info_.stddev.size(), channels));
  }
  cut_training_rows(train, cut);
  if (cut.has_test) cut_test_rows(test, cut);
}

void SplitRows::cut_training_rows(const Split& train, const Cut& cut) {
  const auto n = train.labels.size(0);
  if (cut.validation >= n) throw Error(fmt::format("'validation' = {} leaves nothing of {} training rows", cut.validation, n));
  auto rows = shuffled(n, split_seed_);
  std::vector<std::int64_t> validation(rows.begin(), rows.begin() + cut.validation);
  rows.erase(rows.begin(), rows.begin() + cut.validation);
  if (cut.train_limit > 0 && cut.train_limit < static_cast<std::int64_t>(rows.size()))
    rows.resize(static_cast<std::size_t>(cut.train_limit));
  std::sort(rows.begin(), rows.end());
  std::sort(validation.begin(), validation.end());
  if (rows.size() < 2) throw Error("fewer than 2 training rows are left; nothing can be trained");
  split_sha256_ = sha256_hex({reinterpret_cast<const char*>(validation.data()), validation.size() * sizeof(validation[0])});
  train_ = select(train, to_tensor(rows), device_);
  train_indices_ = std::move(rows);
  if (!validation.empty()) validation_ = select(train, to_tensor(validation), device_);
}

void SplitRows::cut_test_rows(const Split& test, const Cut& cut) {
  const auto tests = cut.test_limit > 0 ? std::min(cut.test_limit, test.labels.size(0)) : test.labels.size(0);
  std::vector<std::int64_t> test_rows(static_cast<std::size_t>(tests));
  std::iota(test_rows.begin(), test_rows.end(), 0);
  test_ = select(test, to_tensor(test_rows), device_);
}

std::size_t SplitRows::bytes() const {
  std::size_t total = 0;
  for (const auto* rows : {&train_, &validation_, &test_}) {
    for (const auto* t : {&rows->images, &rows->labels, &rows->posterior, &rows->indices})
      total += t->defined() ? t->nbytes() : 0;
  }
  return total;
}

std::vector<std::int64_t> SplitRows::order(std::int64_t epoch) const {
  return shuffled(train_.size(), mix64(order_seed_ ^ static_cast<std::uint64_t>(epoch)));
}

std::int64_t SplitRows::steps_per_epoch(std::int64_t batch_size) const {
  const auto n = train_.size();
  return n / batch_size + (n % batch_size >= 2 ? 1 : 0);
}

std::vector<Augmentation> SplitRows::augmentations(const std::int64_t* positions, std::int64_t n, std::int64_t epoch,
                                                   const Recipe& recipe, std::int64_t view) const {
  std::vector<Augmentation> moves;
  if (recipe.crop_padding == 0 && !recipe.flip) return moves;
  constexpr std::uint64_t kSecondView = 0x7365636f6e64ULL;
  const auto seed = view == 0 ? augment_seed_ : mix64(augment_seed_ ^ kSecondView);
  moves.reserve(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    const auto row = train_indices_[static_cast<std::size_t>(positions[i])];
    moves.push_back(augmentation(seed, epoch, row, recipe.crop_padding, recipe.flip));
  }
  return moves;
}

std::vector<StrongAugmentation> SplitRows::strong_augmentations(const std::int64_t* positions, std::int64_t n, std::int64_t epoch,
                                                                const Recipe& recipe, std::int64_t view) const {
  std::vector<StrongAugmentation> out;
  if (!recipe.is_strong() || view != recipe.views - 1) return out;
  const StrongSettings settings{recipe.strong_operations, recipe.strong_magnitude, recipe.cutout};
  out.reserve(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    const auto row = train_indices_[static_cast<std::size_t>(positions[i])];
    out.push_back(strong_augmentation(augment_seed_, epoch, row, view, settings, info_.image.height, info_.image.width));
  }
  return out;
}

}  // namespace kdbench::inline train
