// Any data set that comes as two pairs of IDX files: MNIST and its kin.
#include "idx_split.h"

#include <kdbench/sdk/plugin.h>

namespace {

namespace fs = std::filesystem;

class Idx final : public kdbench::Dataset {
 public:
  struct Options {
    std::string train_images, train_labels, test_images, test_labels;
    std::int64_t classes = 10;
    std::int64_t height = 28;
    std::int64_t width = 28;
    double mean = 0.0;
    double std = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("train_images", &Options::train_images, "Image file of the training split, plain or gzip, below the data folder.")
        .add("train_labels", &Options::train_labels, "Label file of the training split.")
        .add("test_images", &Options::test_images, "Image file of the test split.")
        .add("test_labels", &Options::test_labels, "Label file of the test split.")
        .add("classes", &Options::classes, "K; labels run from 0 to K - 1.", {.min = 2, .max = 256})
        .add("height", &Options::height, "Rows of an image, as in the files.", {.min = 1})
        .add("width", &Options::width, "Columns of an image, as in the files.", {.min = 1})
        .add("mean", &Options::mean, "Mean of pixel / 255, subtracted before training.", {.min = 0.0, .max = 1.0})
        .add("std", &Options::std, "Deviation of pixel / 255, divided by before training.", {.min = 1e-6, .max = 1.0});
  }
  Idx(Options options, const kdbench::DatasetContext&) : options_(std::move(options)) {}

  kdbench::DatasetInfo info() const override {
    return {.num_classes = options_.classes,
            .image = {1, options_.height, options_.width},
            .mean = {options_.mean},
            .stddev = {options_.std}};
  }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    const bool train = kind == kdbench::SplitKind::kTrain;
    const auto image_file =
        locate(train ? "train_images" : "test_images", train ? options_.train_images : options_.test_images, data_dir);
    const auto label_file =
        locate(train ? "train_labels" : "test_labels", train ? options_.train_labels : options_.test_labels, data_dir);
    const auto images = idx::read_images(image_file);
    if (images.height != static_cast<std::size_t>(options_.height) || images.width != static_cast<std::size_t>(options_.width)) {
      throw kdbench::Error(image_file.string() + ": expected images of " + std::to_string(options_.height) + " x " +
                           std::to_string(options_.width) + ", found " + std::to_string(images.height) + " x " +
                           std::to_string(images.width) + "; set 'height' and 'width'");
    }
    const auto labels = idx::read_labels(label_file, static_cast<std::size_t>(options_.classes));
    return idx::make_split(images, labels, image_file, label_file);
  }

 private:
  static fs::path locate(const std::string& key, const std::string& file, const fs::path& data_dir) {
    if (file.empty()) throw kdbench::Error("idx: no file is named; set '" + key + "'");
    return idx::find(data_dir / file, "set '" + key + "' or the suite's data folder");
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("idx", "0.1.0", r) {
  r.dataset<Idx>("idx", {.summary = "Two pairs of IDX files (the MNIST format), plain or gzip.",
                         .source = "LeCun, Cortes, Burges, The MNIST database, file formats"});
}
