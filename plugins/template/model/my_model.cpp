// my_model: a plain convolutional network. Change the layers; what forward() returns is what losses can read.
#include <kdbench/sdk/plugin.h>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

namespace {

namespace nn = torch::nn;

class MyModel final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t width = 8;
    std::int64_t stages = 3;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("width", &Options::width, "Channels of the first map; each stage doubles them.", {.min = 1})
        .add("stages", &Options::stages, "Convolutions; each but the first halves height and width.", {.min = 1, .max = 6});
  }

  MyModel(Options options, const kdbench::ModelContext& context) {
    auto in = context.image.channels, out = options.width;
    for (std::int64_t i = 1; i <= options.stages; ++i) {
      const auto number = std::to_string(i);
      names_.push_back("f" + number);
      const auto convolution = nn::Conv2dOptions(in, out, 3).stride(i == 1 ? 1 : 2).padding(1).bias(false);
      convs_.push_back(register_module("conv" + number, nn::Conv2d(convolution)));
      norms_.push_back(register_module("bn" + number, nn::BatchNorm2d(out)));
      in = std::exchange(out, 2 * out);
    }
    fc_ = register_module("fc", nn::Linear(in, context.num_classes));
  }

  kdbench::ModelOutput forward(const torch::Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = images;
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      const auto before = norms_[i]->forward(convs_[i]->forward(x));
      x = before.relu();
      out.preactivations.emplace(names_[i], before);
      out.features.emplace(names_[i], x);
    }
    out.embedding_map = x;
    out.embedding = x.mean({2, 3});
    out.logits = fc_(out.embedding);
    return out;
  }

  std::vector<std::string> feature_names() const override { return names_; }
  kdbench::Classifier classifier() const override { return {fc_->weight, fc_->bias}; }
  std::map<std::string, kdbench::NormAffine, std::less<>> feature_norms() const override {
    std::map<std::string, kdbench::NormAffine, std::less<>> norms;
    for (std::size_t i = 0; i < norms_.size(); ++i) norms[names_[i]] = {norms_[i]->weight, norms_[i]->bias};
    return norms;
  }

 private:
  std::vector<std::string> names_;
  std::vector<nn::Conv2d> convs_;
  std::vector<nn::BatchNorm2d> norms_;
  nn::Linear fc_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("my_model", "0.1.0", r) {
  r.model<MyModel>(
      "my_model", {.summary = "Plain convolutional network: 3 x 3 convolutions with batch norm and ReLU.", .source = "standard"});
}
