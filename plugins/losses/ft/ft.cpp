// FT: a translator on the student's deepest map learns the factors into which a paraphraser, an autoencoder, takes the teacher's.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/mse_loss.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <algorithm>

namespace {

namespace fm = kdbench::feature_maps;
namespace nn = torch::nn;
using torch::Tensor;

constexpr double kSlope = 0.1;

/// Three convolutions of 3 x 3, each with a leaky ReLU and, for the translator, batch norm before it.
class Encoder : public nn::Module {
 public:
  Encoder(std::int64_t in, std::int64_t out, bool normalises) {
    const std::int64_t widths[] = {in, in, out, out};
    for (int i = 0; i < 3; ++i) {
      const auto number = std::to_string(i + 1);
      convs_.push_back(register_module("conv" + number, nn::Conv2d(nn::Conv2dOptions(widths[i], widths[i + 1], 3).padding(1))));
      if (normalises) norms_.push_back(register_module("bn" + number, nn::BatchNorm2d(widths[i + 1])));
    }
  }
  Tensor forward(Tensor x) {
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      x = convs_[i](x);
      if (!norms_.empty()) {
        kdbench::connectors::expect_variance(x, "translator");
        x = norms_[i](x);
      }
      x = at::leaky_relu(x, kSlope);
    }
    return x;
  }

 private:
  std::vector<nn::Conv2d> convs_;
  std::vector<nn::BatchNorm2d> norms_;
};

/// Three transposed convolutions that lead factors back to the map.
class Decoder : public nn::Module {
 public:
  Decoder(std::int64_t in, std::int64_t out) {
    const std::int64_t widths[] = {in, in, out, out};
    for (int i = 0; i < 3; ++i) {
      convs_.push_back(register_module("conv" + std::to_string(i + 1),
                                       nn::ConvTranspose2d(nn::ConvTranspose2dOptions(widths[i], widths[i + 1], 3).padding(1))));
    }
  }
  Tensor forward(Tensor x) {
    for (auto& conv : convs_) x = at::leaky_relu(conv(x), kSlope);
    return x;
  }

 private:
  std::vector<nn::ConvTranspose2d> convs_;
};

class FactorTransfer final : public kdbench::Loss {
 public:
  struct Options {
    std::string factors = "learned";
    std::string compare = "factor";
    double rate = 0.5;
    double p = 1.0;
    double attention_p = 2.0;
    double reconstruction_weight = 1.0;
    double weight = 500.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("factors", &Options::factors, "learned: by a paraphraser and a translator; maps: the deepest maps as they are.",
          {.choices = {"learned", "maps"}})
        .add("compare", &Options::compare, "factor: all its numbers, the paper's; attention: where it is large, the CRD code's.",
             {.choices = {"factor", "attention"}})
        .add("rate", &Options::rate, "Channels of a factor for each of the teacher's map, k.", {.min = 0.01, .max = 4.0})
        .add("p", &Options::p, "Power of the differences, p of the paper's norm.", {.min = 1.0})
        .add("attention_p", &Options::attention_p, "Power of the factor's entries where attention is compared.", {.min = 1.0})
        .add("reconstruction_weight", &Options::reconstruction_weight,
             "Factor of the paraphraser's own term, which reaches the paraphraser alone.", {.min = 0.0})
        .add("weight", &Options::weight, "Factor of the term, beta.", {.min = 0.0});
  }

  FactorTransfer(Options options, const kdbench::LossContext& context)
      : options_(std::move(options)), pair_(last(options_, context).pairs.front()) {
    if (options_.factors == "maps") return;
    const auto in = pair_.teacher.channels;
    const auto out = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(in) * options_.rate));
    paraphraser_ = register_module("paraphraser", std::make_shared<Encoder>(in, out, /*normalises=*/false));
    decoder_ = register_module("decoder", std::make_shared<Decoder>(out, in));
    translator_ = register_module("translator", std::make_shared<Encoder>(pair_.student.channels, out, /*normalises=*/true));
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options& options, const kdbench::LossContext& context) {
    return last(options, context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    auto maps = fm::maps_of(in, pair_, "ft");
    std::vector<std::pair<std::string, Tensor>> terms;
    if (translator_) {
      const auto factor = paraphraser_->forward(maps.teacher);
      if (options_.reconstruction_weight > 0) {
        const auto error = at::mse_loss(decoder_->forward(factor), maps.teacher);
        terms.emplace_back("reconstruction", options_.reconstruction_weight * error);
      }
      // The student learns the factors; they do not come to meet it.
      maps = {translator_->forward(maps.student), factor.detach()};
    }
    const auto [s, t] = fm::pooled_to_smaller(maps);
    terms.emplace(terms.begin(), "factor", options_.weight * (direction(s) - direction(t)).abs().pow(options_.p).mean());
    return terms;
  }

 private:
  Tensor direction(const Tensor& factor) const {
    if (options_.compare == "attention") return fm::attention(factor, options_.attention_p);
    return fm::unit(factor.flatten(1), 1);
  }

  static fm::StagePairs last(const Options& options, const kdbench::LossContext& context) {
    auto found = fm::pair_stages(context, fm::Stages::kLast);
    if (!found.reason.empty() || options.factors == "learned" || options.compare == "attention") return found;
    const auto& [s, t] = found.pairs.front();
    if (s.channels == t.channels) return found;
    return {{},
            "factors = \"maps\" compares maps of as many channels, found the student's " + fm::to_text(s) +
                " and the teacher's " + fm::to_text(t) + "; set factors = \"learned\" or compare = \"attention\""};
  }

  Options options_;
  fm::StagePair pair_;
  std::shared_ptr<Encoder> paraphraser_, translator_;
  std::shared_ptr<Decoder> decoder_;
};

}  // namespace

KDBENCH_PLUGIN("ft", "0.1.0", r) {
  r.loss<FactorTransfer>(
      "ft",
      {.summary = "Factor transfer: a translator on the student learns what a paraphraser makes of the teacher's map.",
       .formula = "weight * mean |f_s / |f_s| - f_t / |f_t||^p + reconstruction_weight * mean (D(f_t) - F_t)^2, f_s = T(F_s), "
                  "f_t = P(F_t) held constant in the first",
       .source = "Kim, Park, Kwak 2018, Paraphrasing Complex Network: Network Compression via Factor Transfer, sec. 3"});
}
