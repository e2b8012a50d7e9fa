// Any data set that comes as image files in a folder a class.
#include "channel_list.h"
#include "folders.h"

#include "../images/split.h"

#include <kdbench/sdk/plugin.h>

namespace {

namespace fs = std::filesystem;

class ImageFolder final : public kdbench::Dataset {
 public:
  struct Options {
    std::string folder, test;
    std::int64_t classes = 10, size = 32, width = 0, channels = 3;
    bool resize = false;
    std::string mean = "0.5", std = "0.25";
    std::int64_t train_rows = 0, test_rows = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("folder", &Options::folder, "Folder that holds train/CLASS/FILE and test/CLASS/FILE; relative to the data folder.")
        .add("test", &Options::test, "Folder of the test split in it; empty: test or val, whichever is there.")
        .add("classes", &Options::classes, "K, folders in each split; numbered in the order of their names.",
             {.min = 2, .max = 100000})
        .add("size", &Options::size, "Height of every image in pixels, and its width unless that is set.",
             {.min = 1, .max = 4096})
        .add("width", &Options::width, "Width of every image in pixels; 0: as the height.", {.min = 0, .max = 4096})
        .add("channels", &Options::channels, "3: RGB, grey images as three equal planes; 1: grey, coloured images as their luma.",
             {.min = 1, .max = 3})
        .add("resize", &Options::resize, "Scale images of another size and cut them around their centre; false: refuse them.")
        .add("mean", &Options::mean,
             "Mean of pixel / 255: one number, or one a channel with commas; `kdbench data check` measures it.")
        .add("std", &Options::std, "Deviation of pixel / 255, in the same form.")
        .add("train_rows", &Options::train_rows, "Images in train, for planning and checked; 0: any number.", {.min = 0})
        .add("test_rows", &Options::test_rows, "Images in the test split, for planning and checked; 0: any number.", {.min = 0});
  }
  ImageFolder(Options options, kdbench::DatasetContext context) : options_(std::move(options)), context_(std::move(context)) {
    if (options_.width == 0) options_.width = options_.size;
    if (options_.channels == 2) throw kdbench::Error("image_folder: 'channels' must be 1 or 3, found 2");
    info();
  }

  kdbench::DatasetInfo info() const override {
    const auto channels = static_cast<std::size_t>(options_.channels);
    return {.num_classes = options_.classes,
            .image = {options_.channels, options_.size, options_.width},
            .num_train = options_.train_rows,
            .num_test = options_.test_rows,
            .mean = channels::numbers(options_.mean, channels, 0, 1, "mean"),
            .stddev = channels::numbers(options_.std, channels, 1e-6, 1, "std")};
  }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    if (options_.folder.empty()) throw kdbench::Error("image_folder: no folder is named; set 'folder'");
    const bool train = kind == kdbench::SplitKind::kTrain;
    const auto root = data_dir / options_.folder;
    const auto classes = folders::classes(root, options_.test, static_cast<std::size_t>(options_.classes));
    const auto split = train ? root / "train" : folders::test_folder(root, options_.test);
    auto listing = folders::list(split, classes);
    check_rows(split, listing.files.size(), train ? "train_rows" : "test_rows", train ? options_.train_rows : options_.test_rows);
    const images::Request request{train ? "image_folder train" : "image_folder test", root, std::move(listing.files), form()};
    return images::make_split(request, listing.labels, context_);
  }

 private:
  images::Form form() const {
    const auto size = [](std::int64_t s) { return static_cast<std::size_t>(s); };
    return {size(options_.channels), size(options_.size), size(options_.width), options_.resize};
  }

  static void check_rows(const fs::path& split, std::size_t found, const std::string& key, std::int64_t expected) {
    if (expected == 0 || static_cast<std::int64_t>(found) == expected) return;
    throw kdbench::Error(split.string() + ": expected '" + key + "' = " + std::to_string(expected) + " images, found " +
                         std::to_string(found));
  }

  Options options_;
  kdbench::DatasetContext context_;
};

}  // namespace

KDBENCH_PLUGIN("image_folder", "0.1.0", r) {
  r.dataset<ImageFolder>("image_folder",
                         {.summary = "JPEG and PNG files in a folder a class: train/CLASS/FILE and test/CLASS/FILE."});
}
