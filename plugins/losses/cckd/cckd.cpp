// CCKD: how images of a batch correlate, by a kernel on the embeddings, is pulled to how they do for the teacher.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/ones_like.h>

#include <cmath>

namespace {

namespace em = kdbench::embeddings;
using kdbench::connectors::CommonWidth;

class CorrelationCongruence final : public kdbench::Loss {
 public:
  struct Options {
    std::string kernel = "gaussian";
    double gamma = 0.4;
    std::int64_t order = 2;
    bool normalise = true;
    bool squared = true;
    std::int64_t embed_width = 128;
    double weight = 0.003;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("kernel", &Options::kernel, "Correlation of two images; gaussian: its Taylor series; bilinear: the inner product.",
          {.choices = {"gaussian", "bilinear"}})
        .add("gamma", &Options::gamma, "Of the Gaussian kernel exp(-gamma |x - y|^2).", {.min = 0.0})
        .add("order", &Options::order, "Highest power of its Taylor series, P.", {.min = 0, .max = 20})
        .add("normalise", &Options::normalise, "Bring embeddings to length 1, for which the series is one of the kernel.")
        .add("squared", &Options::squared, "Square the Frobenius norm, as the paper does.")
        .add("embed_width", &Options::embed_width,
             "Numbers to which a linear layer leads each embedding; 0: the embeddings as they are.", {.min = 0})
        .add("weight", &Options::weight, "Factor of the term, beta.", {.min = 0.0});
  }
  CorrelationCongruence(Options options, const kdbench::LossContext& context) : options_(std::move(options)) {
    if (options_.embed_width > 0) embed_ = register_module("embed", std::make_shared<CommonWidth>(context, options_.embed_width));
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_embedding = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return em::why_none(context);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    auto pair = em::embeddings_of(in, "cckd");
    if (embed_) pair = embed_->forward(pair);
    const auto difference = correlation(pair.student) - correlation(pair.teacher);
    const auto norm = options_.squared ? difference.square().sum() : difference.norm();
    return kdbench::LossTerms{{"correlation", options_.weight * norm / static_cast<double>(difference.numel())}};
  }

 private:
  /// [N, D] -> [N, N]. The Gaussian kernel of unit vectors is e^{-2 gamma} e^{2 gamma <x, y>}, the second factor by its series.
  torch::Tensor correlation(const torch::Tensor& embedding) const {
    const auto x = options_.normalise ? kdbench::feature_maps::unit(embedding, 1) : embedding;
    const auto products = x.mm(x.t());
    if (options_.kernel == "bilinear") return products;
    auto series = at::ones_like(products);
    for (auto j = options_.order; j > 0; --j) series = 1 + 2 * options_.gamma / static_cast<double>(j) * products * series;
    return std::exp(-2 * options_.gamma) * series;
  }

  Options options_;
  std::shared_ptr<CommonWidth> embed_;
};

}  // namespace

KDBENCH_PLUGIN("cckd", "0.1.0", r) {
  r.loss<CorrelationCongruence>(
      "cckd",
      {.summary = "Correlation congruence: how the images of a batch correlate, by a kernel on the embeddings.",
       .formula = "weight / N^2 |K_student - K_teacher|_F^2, K_ij = e^{-2 gamma} sum_{p <= order} (2 gamma <x_i, x_j>)^p / p!",
       .source = "Peng et al. 2019, Correlation Congruence for Knowledge Distillation, sec. 3"});
}
