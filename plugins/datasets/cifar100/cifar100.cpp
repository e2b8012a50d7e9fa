// CIFAR-100: 60,000 colour images of 32 x 32 in a hundred classes (the fine labels), in the authors' binary files.
#include "../cifar10/cifar_split.h"

#include <kdbench/sdk/plugin.h>

namespace {

namespace fs = std::filesystem;

class Cifar100 final : public kdbench::Dataset {
 public:
  struct Options {
    std::string folder = "cifar-100-binary";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("folder", &Options::folder, "Folder of train.bin and test.bin; relative to the data folder.");
  }
  Cifar100(Options options, const kdbench::DatasetContext&) : options_(std::move(options)) {}

  kdbench::DatasetInfo info() const override {
    return {.num_classes = 100,
            .image = {3, 32, 32},
            .num_train = 50000,
            .num_test = 10000,
            .mean = {0.5071, 0.4865, 0.4409},
            .stddev = {0.2673, 0.2564, 0.2762}};
  }

  kdbench::Split load(kdbench::SplitKind kind, const fs::path& data_dir) const override {
    const bool train = kind == kdbench::SplitKind::kTrain;
    const std::string name = train ? "train.bin" : "test.bin";
    return cifar::make_split(
        cifar::read_split(data_dir / options_.folder, {name}, cifar::kCifar100, train ? 50000 : 10000, "cifar100"));
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("cifar100", "0.1.0", r) {
  r.dataset<Cifar100>("cifar100", {.summary = "CIFAR-100: 50,000 and 10,000 colour images of 32 x 32, a hundred fine classes.",
                                   .source = "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images"});
}
