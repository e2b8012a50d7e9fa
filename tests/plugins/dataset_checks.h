/// What the tests of the data-set plugins share: building by name, folders that go with the test, and a small data set for those
/// that are made of another.
#pragma once
#include "built_plugins.h"
#include "complaint.h"

#include <kdbench/registry/check_params.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace kdbench::test {

/// Returns the data set `name`, built from its defaults and `params`.
inline std::shared_ptr<Dataset> dataset(const std::string& name, const ParamValues& params, const DatasetContext& context = {}) {
  const auto& entry = built_plugins().datasets.at(name);
  return entry.create(resolve_params(entry.params, params), context);
}

/// An empty folder of this process's own that is gone when the test is.
struct OwnFolder {
  explicit OwnFolder(const std::string& name)
      : path(std::filesystem::path(testing::TempDir()) / ("kdbench-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~OwnFolder() { std::filesystem::remove_all(path); }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;

  /// Writes `bytes` at the beginning of a file of `size` bytes, whose others are zeros that take no room on the disk.
  void write(const std::string& name, const std::string& bytes, std::uintmax_t size) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
    std::filesystem::resize_file(path / name, size);
  }
  const std::filesystem::path path;
};

/// A copy of a tree of test data, so that what is cached beside it goes with it.
struct DataFolder : OwnFolder {
  explicit DataFolder(const std::string& tree) : OwnFolder("data") {
    std::filesystem::copy(KDBENCH_TEST_DATA "/data/" + tree, path / tree, std::filesystem::copy_options::recursive);
  }
};

/// Twelve images of 2 x 2 that all differ, of three classes in turn.
class Twelve final : public Dataset {
 public:
  explicit Twelve(ImageShape image = {1, 2, 2}) : image_(image) {}
  DatasetInfo info() const override {
    DatasetInfo info;
    info.num_classes = 3;
    info.image = image_;
    info.num_train = info.num_test = 12;
    info.has_posterior = true;
    return info;
  }
  Split load(SplitKind, const std::filesystem::path&) const override {
    // P(0), P(1), P(2) = 1/2, 3/8, 1/8 for every image
    return {at::arange(48, torch::kInt64).to(torch::kUInt8).view({12, 1, 2, 2}), at::arange(12, torch::kInt64).remainder(3),
            at::tensor({0.5, 0.375, 0.125}, torch::kFloat64).expand({12, 3})};
  }

 private:
  ImageShape image_;
};

inline DatasetContext twelve() { return {.of = std::make_shared<Twelve>(), .note = {}}; }

}  // namespace kdbench::test
