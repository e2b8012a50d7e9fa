// MLP-Mixer: patches of the image as tokens, and perceptrons in turn along the tokens and along their channels. Keys and sizes
// are those of public checkpoints.
#include "../patches.h"

#include <kdbench/sdk/plugin.h>

#include <torch/nn/init.h>
#include <torch/nn/modules/normalization.h>

namespace {

namespace nn = torch::nn;
using patches::Perceptron;
using torch::Tensor;

nn::LayerNorm layer_norm(std::int64_t width) { return nn::LayerNorm(nn::LayerNormOptions({width}).eps(1e-6)); }

struct Block : nn::Module {
  Block(std::int64_t tokens, std::int64_t width)
      : norm1(register_module("norm1", layer_norm(width))),
        mlp_tokens(register_module("mlp_tokens", std::make_shared<Perceptron>(tokens, width / 2))),
        norm2(register_module("norm2", layer_norm(width))),
        mlp_channels(register_module("mlp_channels", std::make_shared<Perceptron>(width, 4 * width))) {}

  Tensor forward(const Tensor& x) {
    const auto y = x + mlp_tokens->forward(norm1(x).transpose(1, 2)).transpose(1, 2);
    return y + mlp_channels->forward(norm2(y));
  }

  nn::LayerNorm norm1;
  std::shared_ptr<Perceptron> mlp_tokens;
  nn::LayerNorm norm2;
  std::shared_ptr<Perceptron> mlp_channels;
};

class Mixer final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t width = 512;
    std::int64_t depth = 8;
    std::int64_t patch = 0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("width", &Options::width, "Channels of a token: 512 with 8 blocks is Mixer-S, 768 with 12 Mixer-B.",
          {.min = 2, .max = 2048})
        .add("depth", &Options::depth, "Blocks; a map is handed out after each quarter of them.", {.min = 4, .max = 64})
        .add("patch", &Options::patch, "Side of a patch in pixels; 0: a shorter side of about eight, 4 at 32 pixels and 8 at 64.",
             {.min = 0, .max = 64});
  }

  Mixer(Options options, const kdbench::ModelContext& context)
      : depth_(options.depth), grid_(patches::grid_of(options.patch, context.image, "mixer")) {
    const auto width = options.width;
    stem_ = register_module("stem", std::make_shared<patches::Embedding>(grid_, context.image.channels, width));
    auto list = register_module("blocks", std::make_shared<nn::Module>());
    for (std::int64_t i = 0; i < depth_; ++i)
      blocks_.push_back(list->register_module(std::to_string(i), std::make_shared<Block>(grid_.size(), width)));
    norm_ = register_module("norm", layer_norm(width));
    head_ = register_module("head", nn::Linear(width, context.num_classes));
    for (auto& module : modules(/*include_self=*/false)) {
      auto* linear = module->as<nn::LinearImpl>();
      if (!linear) continue;
      nn::init::xavier_uniform_(linear->weight);
      nn::init::zeros_(linear->bias);
    }
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = stem_->forward(images);
    patches::hand_out(out, 0, patches::as_map(x, grid_));
    std::size_t next = 1;
    for (std::int64_t i = 0; i < depth_; ++i) {
      x = blocks_[static_cast<std::size_t>(i)]->forward(x);
      if (i + 1 == patches::blocks_before(next, depth_)) patches::hand_out(out, next++, patches::as_map(x, grid_));
    }
    out.embedding_map = patches::as_map(norm_(x), grid_);
    out.embedding = out.embedding_map.mean({2, 3});
    out.logits = head_(out.embedding);
    return out;
  }

  std::vector<std::string> feature_names() const override { return {patches::kMaps.begin(), patches::kMaps.end()}; }
  kdbench::Classifier classifier() const override { return {head_->weight, head_->bias}; }

 private:
  std::int64_t depth_;
  patches::Grid grid_;
  std::shared_ptr<patches::Embedding> stem_;
  std::vector<std::shared_ptr<Block>> blocks_;
  nn::LayerNorm norm_{nullptr};
  nn::Linear head_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("mixer", "0.1.0", r) {
  r.model<Mixer>("mixer", {.summary = "MLP-Mixer on patches; width 512 and depth 8 are Mixer-S, 768 and 12 Mixer-B.",
                           .source = "Tolstikhin, Houlsby, Kolesnikov and others 2021, MLP-Mixer, sec. 2, Table 1"});
}
