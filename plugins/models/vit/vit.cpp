// Vision transformer: patches of the image as tokens, and blocks of self-attention. Keys and sizes are those of the public
// checkpoints of DeiT.
#include "../patches.h"

#include <kdbench/sdk/plugin.h>

#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/normalization.h>

#include <cmath>

namespace {

namespace nn = torch::nn;
using torch::Tensor;

constexpr std::int64_t kHead = 64;  // channels of an attention head
constexpr double kInitialDeviation = 0.02;

nn::LayerNorm layer_norm(std::int64_t width) { return nn::LayerNorm(nn::LayerNormOptions({width}).eps(1e-6)); }

/// What every token takes from all others, by heads of 64 channels.
struct Attention : nn::Module {
  explicit Attention(std::int64_t width)
      : qkv(register_module("qkv", nn::Linear(width, 3 * width))), proj(register_module("proj", nn::Linear(width, width))) {}

  Tensor forward(const Tensor& x) {
    const auto n = x.size(0), t = x.size(1), d = x.size(2);
    const auto parts = qkv(x).reshape({n, t, 3, d / kHead, kHead}).permute({2, 0, 3, 1, 4}).unbind(0);  // [N, heads, T, 64] each
    const auto scaled = parts[0] / std::sqrt(static_cast<double>(kHead));
    // Written out: the fused operation has several kernels, which round differently.
    const auto shares = at::matmul(scaled, parts[1].transpose(-2, -1)).softmax(-1);
    return proj(at::matmul(shares, parts[2]).transpose(1, 2).reshape({n, t, d}));
  }

  nn::Linear qkv, proj;
};

struct Block : nn::Module {
  explicit Block(std::int64_t width)
      : norm1(register_module("norm1", layer_norm(width))),
        attn(register_module("attn", std::make_shared<Attention>(width))),
        norm2(register_module("norm2", layer_norm(width))),
        mlp(register_module("mlp", std::make_shared<patches::Perceptron>(width, 4 * width))) {}

  Tensor forward(const Tensor& x) {
    const auto y = x + attn->forward(norm1(x));
    return y + mlp->forward(norm2(y));
  }

  nn::LayerNorm norm1;
  std::shared_ptr<Attention> attn;
  nn::LayerNorm norm2;
  std::shared_ptr<patches::Perceptron> mlp;
};

class VisionTransformer final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t width = 192;
    std::int64_t depth = 12;
    std::int64_t patch = 0;
    std::string pool = "class";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("width", &Options::width, "Channels of a token, a multiple of 64: 192 is ViT-Tiny, 384 ViT-Small.",
          {.min = 64, .max = 1536})
        .add("depth", &Options::depth, "Blocks; a map is handed out after each quarter of them.", {.min = 4, .max = 64})
        .add("patch", &Options::patch, "Side of a patch in pixels; 0: a shorter side of about eight, 4 at 32 pixels and 8 at 64.",
             {.min = 0, .max = 64})
        .add("pool", &Options::pool, "What is classified; class: a token of its own; mean: the mean of the patches' tokens.",
             {.choices = {"class", "mean"}});
  }

  VisionTransformer(Options options, const kdbench::ModelContext& context)
      : depth_(options.depth),
        has_class_token_(options.pool == "class"),
        grid_(patches::grid_of(options.patch, context.image, "vit")) {
    const auto width = options.width;
    if (width % kHead != 0) {
      throw kdbench::Error("vit: width must be a multiple of 64, found " + std::to_string(width) + "; the nearest are " +
                           std::to_string(width / kHead * kHead) + " and " + std::to_string((width / kHead + 1) * kHead));
    }
    const std::int64_t extra = has_class_token_ ? 1 : 0;
    if (has_class_token_) class_token_ = register_parameter("cls_token", at::zeros({1, 1, width}));
    positions_ = register_parameter("pos_embed", at::zeros({1, extra + grid_.size(), width}));
    embedding_ = register_module("patch_embed", std::make_shared<patches::Embedding>(grid_, context.image.channels, width));
    auto list = register_module("blocks", std::make_shared<nn::Module>());
    for (std::int64_t i = 0; i < depth_; ++i)
      blocks_.push_back(list->register_module(std::to_string(i), std::make_shared<Block>(width)));
    norm_ = register_module("norm", layer_norm(width));
    head_ = register_module("head", nn::Linear(width, context.num_classes));
    initialise();
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = embedding_->forward(images);
    if (has_class_token_) x = at::cat({class_token_.expand({x.size(0), -1, -1}), x}, 1);
    x = x + positions_;
    patches::hand_out(out, 0, map_of(x));
    std::size_t next = 1;
    for (std::int64_t i = 0; i < depth_; ++i) {
      x = blocks_[static_cast<std::size_t>(i)]->forward(x);
      if (i + 1 == patches::blocks_before(next, depth_)) patches::hand_out(out, next++, map_of(x));
    }
    if (has_class_token_) {
      out.embedding = norm_(x.select(1, 0));
    } else {
      out.embedding_map = map_of(norm_(x));
      out.embedding = out.embedding_map.mean({2, 3});
    }
    out.logits = head_(out.embedding);
    return out;
  }

  std::vector<std::string> feature_names() const override { return {patches::kMaps.begin(), patches::kMaps.end()}; }
  kdbench::Classifier classifier() const override { return {head_->weight, head_->bias}; }

 private:
  /// The tokens of the patches as a map.
  Tensor map_of(const Tensor& tokens) const {
    return patches::as_map(has_class_token_ ? tokens.narrow(1, 1, grid_.size()) : tokens, grid_);
  }

  void initialise() {
    for (auto& module : modules(/*include_self=*/false)) {
      auto* linear = module->as<nn::LinearImpl>();
      if (!linear) continue;
      nn::init::normal_(linear->weight, 0.0, kInitialDeviation);
      nn::init::zeros_(linear->bias);
    }
    nn::init::normal_(positions_, 0.0, kInitialDeviation);
    if (has_class_token_) nn::init::normal_(class_token_, 0.0, kInitialDeviation);
  }

  std::int64_t depth_;
  bool has_class_token_;
  patches::Grid grid_;
  Tensor class_token_, positions_;
  std::shared_ptr<patches::Embedding> embedding_;
  std::vector<std::shared_ptr<Block>> blocks_;
  nn::LayerNorm norm_{nullptr};
  nn::Linear head_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("vit", "0.1.0", r) {
  r.model<VisionTransformer>("vit", {.summary = "Vision transformer on patches; width 192 is ViT-Tiny, 384 ViT-Small.",
                                     .source = "Dosovitskiy, Beyer, Kolesnikov and others 2021, An Image is Worth 16x16 Words, "
                                               "sec. 3.1; widths and keys as in DeiT (Touvron and others 2021, Table 1)"});
}
