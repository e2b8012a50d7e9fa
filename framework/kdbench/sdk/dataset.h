/// Interface of a classification data set.
#pragma once
#include <kdbench/sdk/error.h>
#include <kdbench/sdk/model.h>
#include <kdbench/sdk/params.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kdbench {

/// The facts that planning needs.
struct DatasetInfo {
  std::int64_t num_classes = 0;              ///< K
  ImageShape image;                          ///< C, H, W
  std::int64_t num_train = 0, num_test = 0;  ///< rows; 0 where only the files can tell
  std::vector<double> mean, stddev;          ///< per channel: of pixel / 255 for bytes, of the value for floats; empty: 0 and 1
  bool has_posterior = false;                ///< load() fills Split::posterior
};

/// One split, whole, on the CPU. Shuffling, augmentation, normalisation and the validation cut are the host's.
struct Split {
  torch::Tensor images;     ///< [N, C, H, W] uint8, or float32
  torch::Tensor labels;     ///< [N] int64 in [0, K)
  torch::Tensor posterior;  ///< [N, K] float64, rows sum to 1: P(class | image); undefined if unknown
};

enum class SplitKind { kTrain, kTest };

class Dataset {
 public:
  virtual ~Dataset() = default;

  /// Returns the facts that planning needs. Opens no file.
  virtual DatasetInfo info() const = 0;

  /// (optional) One-time work such as unpacking. Safe to repeat. Default: nothing.
  virtual void prepare(const std::filesystem::path& /*data_dir*/) const {}

  /// Reads one split. `data_dir` is the suite's data folder, against which relative paths are meant.
  /// @throws kdbench::Error naming the missing or wrong file, what was expected of it and what to do.
  virtual Split load(SplitKind kind, const std::filesystem::path& data_dir) const = 0;
};

/// What the host hands to a data set that it builds.
struct DatasetContext {
  /// The data set that the suite's key `of` names, for those that are made of another (a subset, a rotation); nullptr without
  /// `of`.
  std::shared_ptr<const Dataset> of = nullptr;

  /// Shows one line to the user, such as how fast images were decoded; empty where nobody watches. Call it from load() alone.
  std::function<void(const std::string& line)> note = {};
};

}  // namespace kdbench
