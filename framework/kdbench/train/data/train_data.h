/// Training data, resident on the device: order, batches and augmentation as pure functions of (seed, epoch, sample).
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/sdk/dataset.h>
#include <kdbench/suite/recipe.h>
#include <kdbench/train/data/batch.h>

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

class DeviceFeed;
struct Augmentation;

/// How rows are cut from the splits; part of a job's spec.
struct Cut {
  std::int64_t validation = 0, train_limit = 0, test_limit = 0;
};
inline Cut cut_of(const DatasetSpec& spec) { return {spec.validation, spec.train_limit, spec.test_limit}; }

class TrainData {
 public:
  /// Reads both splits, cuts validation rows from train by the split seed, and moves everything to `device`.
  /// @throws kdbench::Error if a split disagrees with the data set's info, a cut leaves too little, or a label is out of range
  TrainData(const Dataset& dataset, const std::filesystem::path& data_dir, const Cut& cut, std::uint64_t seed,
            torch::Device device);
  TrainData(const TrainData&) = delete;
  TrainData& operator=(const TrainData&) = delete;

  const DatasetInfo& info() const { return info_; }
  const Rows& train() const { return train_; }
  const Rows& validation() const { return validation_; }
  const Rows& test() const { return test_; }

  /// SHA-256 of all rows of both splits as read, and of the rows that were cut for validation.
  const std::string& data_sha256() const { return data_sha256_; }
  const std::string& split_sha256() const { return split_sha256_; }

  /// Bytes held on the device.
  std::size_t bytes() const;

  /// Positions in train() of one epoch, shuffled by the order seed alone.
  std::vector<std::int64_t> order(std::int64_t epoch) const;

  /// Batches of one epoch: the last may be shorter; a last batch of one row is left out, because batch norm cannot train on it.
  std::int64_t steps_per_epoch(std::int64_t batch_size) const;

  /// Rows `positions[0..n)` of train(), augmented for `epoch`.
  Batch batch(const std::int64_t* positions, std::int64_t n, std::int64_t epoch, const Recipe& recipe) const;

  /// Rows [begin, end) of `rows`, in order, without augmentation.
  torch::Tensor images(const Rows& rows, std::int64_t begin, std::int64_t end) const;

  /// The batches again, cut on the device without the host waiting for it; nullptr on the CPU, where batch() is the faster way.
  DeviceFeed* feed() const { return feed_.get(); }
  /// Makes a feed on the CPU too, so that what a GPU does can be tested there.
  void make_feed();

  /// How rows `positions[0..n)` of train() are moved in `epoch`.
  std::vector<Augmentation> augmentations(const std::int64_t* positions, std::int64_t n, std::int64_t epoch,
                                          const Recipe& recipe) const;

 private:
  void cut_rows(const Split& train, const Split& test, const Cut& cut, torch::Device device);
  torch::Tensor gather(const Rows& rows, const std::int64_t* positions, std::int64_t n,
                       const std::vector<Augmentation>& moves) const;

  DatasetInfo info_;
  std::uint64_t order_seed_, augment_seed_, split_seed_;
  torch::Device device_;
  Rows train_, validation_, test_;
  std::vector<float> table_;  ///< [C, 256]: normalised value of each byte
  torch::Tensor mean_, stddev_;
  std::vector<std::int64_t> train_indices_;  ///< train_.indices, for the host
  std::shared_ptr<DeviceFeed> feed_;
  std::string data_sha256_, split_sha256_;
};

/// Crop offset in [-padding, padding] and mirror flag of one sample in one epoch: a pure function of its arguments.
struct Augmentation {
  std::int64_t dy = 0, dx = 0;
  bool flip = false;
};
Augmentation augmentation(std::uint64_t augment_seed, std::int64_t epoch, std::int64_t row, std::int64_t padding, bool flip);

/// The numbers 0..n-1 in an order that depends on `seed` alone, on every machine.
std::vector<std::int64_t> shuffled(std::int64_t n, std::uint64_t seed);

}  // namespace kdbench::inline train
