// A multilayer perceptron on the flattened input: the network of the Gaussian-mixture studies.
#include <kdbench/sdk/plugin.h>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>

namespace {

namespace nn = torch::nn;
using torch::Tensor;

class Mlp final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t hidden = 64;
    std::int64_t layers = 2;
    bool batch_norm = false;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("hidden", &Options::hidden, "Units of every hidden layer.", {.min = 1})
        .add("layers", &Options::layers, "Number of hidden layers.", {.min = 1, .max = 64})
        .add("batch_norm", &Options::batch_norm, "Put batch norm between every hidden layer and its ReLU.");
  }

  Mlp(Options options, const kdbench::ModelContext& context) {
    const auto& image = context.image;
    std::int64_t in = image.channels * image.height * image.width;
    for (std::int64_t i = 1; i <= options.layers; ++i) {
      names_.push_back("fc" + std::to_string(i));
      linear_.push_back(register_module(names_.back(), nn::Linear(in, options.hidden)));
      if (options.batch_norm) norm_.push_back(register_module("bn" + std::to_string(i), nn::BatchNorm1d(options.hidden)));
      in = options.hidden;
    }
    fc_ = register_module("fc", nn::Linear(in, context.num_classes));
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = images.flatten(1);
    for (std::size_t i = 0; i < linear_.size(); ++i) {
      auto before = linear_[i](x);
      if (!norm_.empty()) before = norm_[i](before);
      x = before.relu();
      const auto as_map = [](const Tensor& t) { return t.view({t.size(0), t.size(1), 1, 1}); };
      out.preactivations.emplace(names_[i], as_map(before));
      out.features.emplace(names_[i], as_map(x));
    }
    out.embedding = x;
    if (!names_.empty()) out.embedding_map = out.features.at(names_.back());
    out.logits = fc_(x);
    return out;
  }

  std::vector<std::string> feature_names() const override { return names_; }
  kdbench::Classifier classifier() const override { return {fc_->weight, fc_->bias}; }

 private:
  std::vector<std::string> names_;
  std::vector<nn::Linear> linear_;
  std::vector<nn::BatchNorm1d> norm_;
  nn::Linear fc_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("mlp", "0.1.0", r) {
  r.model<Mlp>("mlp", {.summary = "Multilayer perceptron with ReLU on the flattened input.", .source = "standard"});
}
