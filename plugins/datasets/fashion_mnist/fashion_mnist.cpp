// Fashion-MNIST: 70,000 real grey images of clothes in ten classes, as a Debian package installs them.
#include "../idx/idx_split.h"

#include <kdbench/sdk/plugin.h>

namespace {

namespace fs = std::filesystem;

class FashionMnist final : public kdbench::Dataset {
 public:
  struct Options {
    std::string dir = "/usr/share/datasets/fashion-mnist";
    std::int64_t downsample = 1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("dir", &Options::dir, "Folder of the four IDX files; relative to the data folder.")
        .add("downsample", &Options::downsample, "1: 28 x 28; 2: means of 2 x 2 pixels, 14 x 14, for quick studies.",
             {.min = 1, .max = 2});
  }
  FashionMnist(Options options, const kdbench::DatasetContext&) : options_(std::move(options)) {}

  kdbench::DatasetInfo info() const override {
    const std::int64_t side = 28 / options_.downsample;
    return {.num_classes = kClasses,
            .image = {1, side, side},
            .num_train = 60000,
            .num_test = 10000,
            .mean = {0.2860},
            .stddev = {options_.downsample == 1 ? 0.3530 : kHalvedDeviation}};
  }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    const bool train = kind == kdbench::SplitKind::kTrain;
    const std::string hint = "install the package dataset-fashion-mnist or set 'dir'";
    const fs::path stem = data_dir / options_.dir / (train ? "train" : "t10k");
    const auto image_file = idx::find(stem.string() + "-images-idx3-ubyte", hint);
    const auto label_file = idx::find(stem.string() + "-labels-idx1-ubyte", hint);
    auto images = idx::read_images(image_file);
    check(images, train ? 60000 : 10000, image_file);
    if (options_.downsample == 2) images = idx::halve(images);
    return idx::make_split(images, idx::read_labels(label_file, kClasses), image_file, label_file);
  }

 private:
  static constexpr std::int64_t kClasses = 10;
  static constexpr double kHalvedDeviation = 0.3303;  ///< of the 2 x 2 means over the training split

  static void check(const idx::Images& images, std::size_t count, const fs::path& file) {
    if (images.count == count && images.height == 28 && images.width == 28) return;
    throw kdbench::Error(file.string() + ": expected " + std::to_string(count) + " images of 28 x 28, found " +
                         std::to_string(images.count) + " of " + std::to_string(images.height) + " x " +
                         std::to_string(images.width) + "; this is another data set, use the plugin 'idx' for it");
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("fashion_mnist", "0.1.0", r) {
  r.dataset<FashionMnist>("fashion_mnist", {.summary = "Fashion-MNIST: 60,000 and 10,000 grey images of clothes, ten classes.",
                                            .source = "Xiao, Rasul, Vollgraf 2017, Fashion-MNIST"});
}
