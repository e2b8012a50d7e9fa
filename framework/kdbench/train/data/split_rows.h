/// The rows of a data set as training cuts them: resident on the device, their order and augmentation pure functions of
/// (seed, epoch, sample).
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/sdk/dataset.h>
#include <kdbench/suite/recipe.h>
#include <kdbench/train/data/augment.h>
#include <kdbench/train/data/batch.h>
#include <kdbench/train/data/strong_augment.h>

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// How rows are cut from the splits; part of a job's spec.
struct Cut {
  std::int64_t validation = 0, train_limit = 0, test_limit = 0;
  bool has_test = true;  ///< false: the test split is not even loaded
};
inline Cut cut_of(const Spec& spec) {
  const auto& data = *spec.dataset;
  return {data.validation, data.train_limit, data.test_limit, !spec.is_judged_on_validation()};
}

class SplitRows {
 public:
  /// Reads both splits, or the training split alone, cuts validation rows from train by the split seed, and moves everything to
  /// `device`.
  /// @throws kdbench::Error if a split disagrees with the data set's info, a cut leaves too little, or a label is out of range
  SplitRows(const Dataset& dataset, const std::filesystem::path& data_dir, const Cut& cut, std::uint64_t seed,
            torch::Device device);

  torch::Device device() const { return device_; }
  const DatasetInfo& info() const { return info_; }
  const Rows& train() const { return train_; }
  const Rows& validation() const { return validation_; }
  /// Empty where they were not to be loaded.
  const Rows& test() const { return test_; }

  /// SHA-256 of all rows of the splits as read, and of the rows that were cut for validation.
  const std::string& data_sha256() const { return data_sha256_; }
  const std::string& split_sha256() const { return split_sha256_; }

  /// Bytes held on the device.
  std::size_t bytes() const;

  /// Positions in train() of one epoch, shuffled by the order seed alone.
  std::vector<std::int64_t> order(std::int64_t epoch) const;

  /// Batches of one epoch: the last may be shorter; a last batch of one row is left out, because batch norm cannot train on it.
  std::int64_t steps_per_epoch(std::int64_t batch_size) const;

  /// How rows `positions[0..n)` of train() are moved in `epoch`; empty where nothing moves.
  /// @param view 0, or 1 for the second view
  std::vector<Augmentation> augmentations(const std::int64_t* positions, std::int64_t n, std::int64_t epoch, const Recipe& recipe,
                                          std::int64_t view = 0) const;
  /// What is done to them after that; empty where nothing is.
  std::vector<StrongAugmentation> strong_augmentations(const std::int64_t* positions, std::int64_t n, std::int64_t epoch,
                                                       const Recipe& recipe, std::int64_t view) const;

 private:
  void cut_training_rows(const Split& train, const Cut& cut);
  void cut_test_rows(const Split& test, const Cut& cut);

  DatasetInfo info_;
  std::uint64_t order_seed_, augment_seed_, split_seed_;
  torch::Device device_;
  Rows train_, validation_, test_;
  std::vector<std::int64_t> train_indices_;  ///< train_.indices, for the host
  std::string data_sha256_, split_sha256_;
};

/// The numbers 0..n-1 in an order that depends on `seed` alone, on every machine.
std::vector<std::int64_t> shuffled(std::int64_t n, std::uint64_t seed);

}  // namespace kdbench::inline train
