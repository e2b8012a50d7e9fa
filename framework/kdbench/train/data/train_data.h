/// Training data: the rows on the device, and the ways to make batches of them.
#pragma once
#include <kdbench/train/data/device_feed.h>
#include <kdbench/train/data/split_rows.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace kdbench::inline train {

class TrainData : public SplitRows {
 public:
  /// Takes and throws what SplitRows does.
  TrainData(const Dataset& dataset, const std::filesystem::path& data_dir, const Cut& cut, std::uint64_t seed,
            torch::Device device);
  TrainData(const TrainData&) = delete;
  TrainData& operator=(const TrainData&) = delete;

  /// Rows `positions[0..n)` of train(), augmented for `epoch`.
  Batch batch(const std::int64_t* positions, std::int64_t n, std::int64_t epoch, const Recipe& recipe) const;

  /// Rows [begin, end) of `rows`, in order, without augmentation.
  torch::Tensor images(const Rows& rows, std::int64_t begin, std::int64_t end) const;

  /// The batches again, cut on the device without the host waiting for it; nullptr on the CPU, where batch() is the faster way.
  DeviceFeed* feed() const { return feed_.get(); }
  /// Makes a feed on the CPU too, so that what a GPU does can be tested there.
  void make_feed();

 private:
  torch::Tensor gather(const Rows& rows, const std::int64_t* positions, std::int64_t n, const std::vector<Augmentation>& moves,
                       const std::vector<StrongAugmentation>& strong = {}) const;

  std::uint64_t seed_;
  std::vector<float> table_;  ///< [C, 256]: normalised value of each byte
  torch::Tensor mean_, stddev_;
  std::shared_ptr<DeviceFeed> feed_;
};

}  // namespace kdbench::inline train
