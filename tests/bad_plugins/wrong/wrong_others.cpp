// Models, data sets and strategies that are wrong in one way each. What `kdbench test` says of them stands in verdicts.txt.
#include <kdbench/sdk/plugin.h>
#include <torch/torch.h>

#include <cstdlib>

namespace {

using kdbench::ModelContext;
using kdbench::ModelOutput;
using torch::Tensor;

struct NoOptions {
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
};

/// A linear network, and what it does beside.
struct Linear : kdbench::Model, NoOptions {
  Linear(Options, const ModelContext& c)
      : fc(register_module("fc", torch::nn::Linear(c.image.channels * c.image.height * c.image.width, c.num_classes))) {}
  ModelOutput forward(const Tensor& images) override {
    ModelOutput out;
    out.logits = fc(images.flatten(1));
    return out;
  }
  torch::nn::Linear fc;
};

struct Crashes final : Linear {
  using Linear::Linear;
  ModelOutput forward(const Tensor&) override { std::abort(); }
};

struct Unregistered final : Linear {
  Unregistered(Options o, const ModelContext& c) : Linear(o, c), scale(torch::ones({c.num_classes}).requires_grad_(true)) {}
  ModelOutput forward(const Tensor& images) override {
    auto out = Linear::forward(images);
    out.logits = out.logits * scale;
    return out;
  }
  Tensor scale;
};

struct ImagesInPlace final : Linear {
  using Linear::Linear;
  ModelOutput forward(const Tensor& images) override {
    auto mine = images;
    return Linear::forward(mine.sub_(0.1));
  }
};

struct GradModeOff final : Linear {
  using Linear::Linear;
  ModelOutput forward(const Tensor& images) override {
    auto out = Linear::forward(images);
    torch::GradMode::set_enabled(false);
    return out;
  }
};

/// Eight images of two classes, all equal.
struct Grey : kdbench::Dataset, NoOptions {
  Grey(Options, const kdbench::DatasetContext&) {}
  kdbench::DatasetInfo info() const override {
    kdbench::DatasetInfo info;
    info.num_classes = 2;
    info.image = {1, 2, 2};
    info.num_train = info.num_test = 8;
    return info;
  }
  kdbench::Split load(kdbench::SplitKind, const std::filesystem::path&) const override {
    return {torch::full({8, 1, 2, 2}, 127, torch::kUInt8), torch::arange(8).remainder(2), {}};
  }
};

struct Exits final : Grey {
  using Grey::Grey;
  kdbench::Split load(kdbench::SplitKind, const std::filesystem::path&) const override { std::exit(3); }
};

struct OtherImages final : Grey {
  using Grey::Grey;
  kdbench::Split load(kdbench::SplitKind kind, const std::filesystem::path& folder) const override {
    static std::int64_t loads = 0;
    auto split = Grey::load(kind, folder);
    split.images = split.images + ++loads;
    return split;
  }
};

struct Hangs final : kdbench::Strategy, NoOptions {
  Hangs(Options, const kdbench::NoContext&) {}
  std::vector<kdbench::Stage> plan(const kdbench::StrategyContext&) const override {
    for (volatile bool forever = true;;) {
      (void)forever;
    }
  }
};

struct Empty final : kdbench::Strategy, NoOptions {
  Empty(Options, const kdbench::NoContext&) {}
  std::vector<kdbench::Stage> plan(const kdbench::StrategyContext&) const override { return {}; }
};

kdbench::About about(const char* name) { return {.summary = name}; }

}  // namespace

KDBENCH_PLUGIN("wrong_others", "0.1.0", r) {
  r.model<Crashes>("w_aborts", about("Aborts."));
  r.model<Unregistered>("w_unregistered", about("Trains a tensor that nobody knows of."));
  r.model<ImagesInPlace>("w_images_in_place", about("Overwrites its images."));
  r.model<GradModeOff>("w_grad_mode_off", about("Turns gradients off."));
  r.dataset<Exits>("w_exits", about("Ends the process."));
  r.dataset<OtherImages>("w_other_images", about("Other images with every load."));
  r.strategy<Hangs>("w_hangs", about("Never ends."));
  r.strategy<Empty>("w_empty", about("No stages."));
}
