#include <kdbench/sdk/error.h>
#include <kdbench/train/data/device_feed.h>
#include <kdbench/train/device/cuda.h>

#include <ATen/Functions.h>

#include <algorithm>

namespace kdbench::inline train {
namespace {

constexpr std::size_t kEpochsKept = 3;  // students of a group are at most one epoch behind the teacher

torch::Tensor upload(const std::vector<std::int64_t>& values, at::IntArrayRef shape, torch::Device device) {
  return torch::tensor(values, torch::kInt64).view(shape).to(device);
}

}  // namespace

/// Byte v of channel c becomes v * scale + shift = (v / 255 - mean) / stddev; real numbers x become (x - mean) / stddev.
DeviceFeed::DeviceFeed(const SplitRows& data) : data_(data) {
  const bool bytes = data_.train().images.scalar_type() == torch::kUInt8;
  std::vector<float> scale, shift;
  for (std::size_t c = 0; c < data_.info().mean.size(); ++c) {
    scale.push_back(static_cast<float>(1 / ((bytes ? 255.0 : 1.0) * data_.info().stddev[c])));
    shift.push_back(static_cast<float>(-data_.info().mean[c] / data_.info().stddev[c]));
  }
  const auto channels = static_cast<std::int64_t>(scale.size());
  // Bytes lie pixel by pixel, real numbers plane by plane.
  const auto shape = bytes ? std::vector<std::int64_t>{channels} : std::vector<std::int64_t>{channels, 1, 1};
  const auto device = data_.train().images.device();
  scale_ = torch::tensor(scale).view(shape).to(device);
  shift_ = torch::tensor(shift).view(shape).to(device);
}

torch::Tensor DeviceFeed::normalised(const torch::Tensor& images) const {
  const auto x = at::addcmul(shift_, images.to(torch::kFloat32), scale_);
  return images.scalar_type() == torch::kUInt8 ? x.permute({0, 3, 1, 2}) : x;
}

torch::Tensor DeviceFeed::padded(std::int64_t padding) {
  const std::lock_guard<std::mutex> guard(padding_mutex_);
  if (padding_ != padding) {
    const auto& images = data_.train().images;
    padded_ = padding == 0 ? images : at::constant_pad_nd(images, {0, 0, padding, padding, padding, padding}, 0);
    padding_ = padding;
  }
  return padded_;
}

DeviceFeed::Source DeviceFeed::source_of(const std::vector<std::int64_t>& positions, std::int64_t epoch, const Recipe& recipe) {
  const auto device = data_.train().labels.device();
  const auto n = static_cast<std::int64_t>(positions.size());
  Source out{epoch, recipe.crop_padding, recipe.flip, data_.train().images, upload(positions, {n}, device), {}, {}};
  if (recipe.mixup > 0) throw Error("mixup is made on the CPU alone; set suite.device = \"cpu\"");
  if (!recipe.moves_images()) return out;
  if (data_.train().images.scalar_type() != torch::kUInt8)
    throw Error("crop and flip are for images of bytes; this data set has real numbers");
  out.images = padded(recipe.crop_padding);
  std::vector<std::int64_t> dy, dx, flip;
  for (const auto& move : data_.augmentations(positions.data(), n, epoch, recipe)) {
    dy.push_back(move.dy + recipe.crop_padding);
    dx.push_back(move.dx + recipe.crop_padding);
    flip.push_back(move.flip);
  }
  const auto height = data_.info().image.height, width = data_.info().image.width;
  const auto options = at::TensorOptions(torch::kInt64).device(device);
  const auto column = at::arange(width, options).expand({n, width});
  out.y = at::arange(height, options) + upload(dy, {n, 1}, device);
  out.x = at::where(upload(flip, {n, 1}, device).ne(0), width - 1 - column, column) + upload(dx, {n, 1}, device);
  return out;
}

DeviceFeed::Source DeviceFeed::epoch_source(std::int64_t epoch, const Recipe& recipe) {
  const std::lock_guard<std::mutex> guard(mutex_);
  for (const auto& s : epochs_) {
    if (s.epoch == epoch && s.padding == recipe.crop_padding && s.flip == recipe.flip) return s;
  }
  auto made = source_of(data_.order(epoch), epoch, recipe);
  // Other streams read it from here on without asking whether it is there.
  DeviceEvent::after_work_on(made.positions.device()).wait();
  if (epochs_.size() == kEpochsKept) {
    epochs_.erase(
        std::min_element(epochs_.begin(), epochs_.end(), [](const auto& a, const auto& b) { return a.epoch < b.epoch; }));
  }
  epochs_.push_back(made);
  return made;
}

Batch DeviceFeed::cut(const Source& source, std::int64_t begin, std::int64_t n) const {
  for (const auto* t : {&source.images, &source.positions, &source.y, &source.x}) read_here(*t);
  const auto at = source.positions.narrow(0, begin, n);
  const auto& train = data_.train();
  Batch out;
  if (source.y.defined()) {
    const auto y = source.y.narrow(0, begin, n).unsqueeze(2), x = source.x.narrow(0, begin, n).unsqueeze(1);
    out.images = normalised(source.images.index({at.view({n, 1, 1}), y, x}));
  } else {
    out.images = normalised(source.images.index_select(0, at));
  }
  out.labels = train.labels.index_select(0, at);
  out.indices = at.clone();
  if (train.posterior.defined()) out.posterior = train.posterior.index_select(0, at).to(torch::kFloat32);
  return out;
}

Batch DeviceFeed::batch(std::int64_t epoch, std::int64_t begin, std::int64_t n, const Recipe& recipe) {
  return cut(epoch_source(epoch, recipe), begin, n);
}

Batch DeviceFeed::rows(const std::int64_t* positions, std::int64_t n, std::int64_t epoch, const Recipe& recipe) {
  return cut(source_of({positions, positions + n}, epoch, recipe), 0, n);
}

torch::Tensor DeviceFeed::images(const Rows& rows, std::int64_t begin, std::int64_t end) const {
  return normalised(rows.images.narrow(0, begin, end - begin));
}

}  // namespace kdbench::inline train
