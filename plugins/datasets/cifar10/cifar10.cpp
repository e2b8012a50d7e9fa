// CIFAR-10: 60,000 colour images of 32 x 32 in ten classes, in the authors' binary files.
#include "cifar_split.h"

#include <kdbench/sdk/plugin.h>

namespace {

namespace fs = std::filesystem;

class Cifar10 final : public kdbench::Dataset {
 public:
  struct Options {
    std::string folder = "cifar-10-batches-bin";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("folder", &Options::folder,
          "Folder of data_batch_1.bin to data_batch_5.bin and test_batch.bin; relative to the data folder.");
  }
  Cifar10(Options options, const kdbench::DatasetContext&) : options_(std::move(options)) {}

  kdbench::DatasetInfo info() const override {
    return {.num_classes = 10,
            .image = {3, 32, 32},
            .num_train = 50000,
            .num_test = 10000,
            .mean = {0.4914, 0.4822, 0.4465},
            .stddev = {0.2470, 0.2435, 0.2616}};
  }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    const bool train = kind == kdbench::SplitKind::kTrain;
    std::vector<std::string> names{"test_batch.bin"};
    if (train) names = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
    return cifar::make_split(
        cifar::read_split(data_dir / options_.folder, names, cifar::kCifar10, train ? 50000 : 10000, "cifar10"));
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("cifar10", "0.1.0", r) {
  r.dataset<Cifar10>("cifar10", {.summary = "CIFAR-10: 50,000 and 10,000 colour images of 32 x 32, ten classes.",
                                 .source = "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images"});
}
