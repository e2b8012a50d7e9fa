// Tiny-ImageNet: 64 x 64 colour images of 200 classes of ImageNet, in the folders it was published in.
#include "layout.h"

#include "../images/split.h"

#include <kdbench/sdk/plugin.h>

namespace {

namespace fs = std::filesystem;

class TinyImageNet final : public kdbench::Dataset {
 public:
  struct Options {
    std::string folder = "tiny-imagenet-200";
    std::int64_t classes = 200, size = 64, per_class = 500, val_per_class = 50;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("folder", &Options::folder, "Folder that holds train, val and wnids.txt; relative to the data folder.")
        .add("classes", &Options::classes, "K; fewer where only some class folders were unpacked.", {.min = 2, .max = 200})
        .add("size", &Options::size, "Side in pixels; below 64, images are scaled.", {.min = 1, .max = 64})
        .add("per_class", &Options::per_class, "Training images of every class, checked; 0: any number.", {.min = 0})
        .add("val_per_class", &Options::val_per_class, "Test images a class on average, checked; 0: any number.", {.min = 0});
  }
  TinyImageNet(Options options, kdbench::DatasetContext context) : options_(std::move(options)), context_(std::move(context)) {}

  kdbench::DatasetInfo info() const override {
    return {.num_classes = options_.classes,
            .image = {3, options_.size, options_.size},
            .num_train = options_.classes * options_.per_class,
            .num_test = options_.classes * options_.val_per_class,
            .mean = {0.4802, 0.4481, 0.3975},
            .stddev = {0.2770, 0.2691, 0.2821}};
  }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    const bool train = kind == kdbench::SplitKind::kTrain;
    const auto root = data_dir / options_.folder;
    const auto classes = tiny::classes(root, static_cast<std::size_t>(options_.classes));
    auto listing =
        train ? tiny::list_train(root, classes, options_.per_class) : tiny::list_val(root, classes, options_.val_per_class);
    const auto side = static_cast<std::size_t>(options_.size);
    const images::Request request{train ? "tiny_imagenet train" : "tiny_imagenet val",
                                  root,
                                  std::move(listing.files),
                                  {3, side, side, options_.size != 64}};
    return images::make_split(request, listing.labels, context_);
  }

 private:
  Options options_;
  kdbench::DatasetContext context_;
};

}  // namespace

KDBENCH_PLUGIN("tiny_imagenet", "0.1.0", r) {
  r.dataset<TinyImageNet>("tiny_imagenet",
                          {.summary = "Tiny-ImageNet: 100,000 and 10,000 colour images of 64 x 64, 200 classes.",
                           .source = "Le, Yang 2015, Tiny ImageNet Visual Recognition Challenge, Stanford CS231N"});
}
