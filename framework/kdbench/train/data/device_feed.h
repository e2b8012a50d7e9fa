/// Batches by tensor operations, for a GPU: images stay there, and the order and augmentation of an epoch go up once.
#pragma once
#include <kdbench/train/data/split_rows.h>

#include <memory>
#include <mutex>
#include <vector>

namespace kdbench::inline train {

/// Gives the batches that TrainData gives, up to rounding of the pixels, without the host waiting for the device inside an
/// epoch. Thread-safe; every thread may be on a stream of its own.
class DeviceFeed {
 public:
  /// @param data must outlive the feed
  explicit DeviceFeed(const SplitRows& data);

  /// Rows [begin, begin + n) of the epoch's order, augmented.
  Batch batch(std::int64_t epoch, std::int64_t begin, std::int64_t n, const Recipe& recipe);

  /// Any rows of train() by position, augmented for `epoch`. Goes up row by row: the host may wait.
  Batch rows(const std::int64_t* positions, std::int64_t n, std::int64_t epoch, const Recipe& recipe);

  /// Rows [begin, end) of `rows` in order, without augmentation.
  torch::Tensor images(const Rows& rows, std::int64_t begin, std::int64_t end) const;

 private:
  /// Where the pixels of some rows come from. Without crop and flip `y` and `x` are undefined.
  struct Source {
    std::int64_t epoch = 0, padding = 0;
    bool flip = false;
    torch::Tensor images;     ///< of train(), with a black edge of `padding` pixels
    torch::Tensor positions;  ///< [M] in train()
    torch::Tensor y, x;       ///< [M, H] and [M, W]: coordinates in `images`
  };

  Source epoch_source(std::int64_t epoch, const Recipe& recipe);
  Source source_of(const std::vector<std::int64_t>& positions, std::int64_t epoch, const Recipe& recipe);
  Batch cut(const Source& source, std::int64_t begin, std::int64_t n) const;
  torch::Tensor padded(std::int64_t padding);
  torch::Tensor normalised(const torch::Tensor& images) const;

  const SplitRows& data_;
  std::mutex mutex_, padding_mutex_;
  std::vector<Source> epochs_;  ///< the last few that were asked for
  torch::Tensor padded_, scale_, shift_;
  std::int64_t padding_ = -1;
};

}  // namespace kdbench::inline train
