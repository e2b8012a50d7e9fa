// CC, in the form of the CRD code: what student and teacher differ by in one image, times what they differ by in the next.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/plugin.h>

#include <algorithm>

namespace {

namespace em = kdbench::embeddings;
using kdbench::connectors::CommonWidth;

class CorrelationOfNeighbours final : public kdbench::Loss {
 public:
  struct Options {
    std::int64_t embed_width = 128;
    double weight = 0.02;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("embed_width", &Options::embed_width,
          "Numbers to which a linear layer leads each embedding; 0: the embeddings as they are, of one width.", {.min = 0})
        .add("weight", &Options::weight, "Factor of the term.", {.min = 0.0});
  }
  CorrelationOfNeighbours(Options options, const kdbench::LossContext& context) : options_(options) {
    if (options_.embed_width > 0) embed_ = register_module("embed", std::make_shared<CommonWidth>(context, options_.embed_width));
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_embedding = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options& options, const kdbench::LossContext& context) {
    return options.embed_width > 0 ? em::why_none(context) : em::why_not_of_one_width(context, "set embed_width");
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    auto pair = em::embeddings_of(in, "cc");
    if (embed_) pair = embed_->forward(pair);
    const auto difference = (pair.student - pair.teacher).abs();
    // A batch of one image has no neighbours: the sum over none is 0.
    const auto neighbours = difference.size(0) - 1;
    const auto products = difference.narrow(0, 0, neighbours) * difference.narrow(0, 1, neighbours);
    const auto mean = products.sum() / static_cast<double>(std::max<std::int64_t>(neighbours, 1));
    return kdbench::LossTerms{{"correlation", options_.weight * mean}};
  }

 private:
  Options options_;
  std::shared_ptr<CommonWidth> embed_;
};

}  // namespace

KDBENCH_PLUGIN("cc", "0.1.0", r) {
  r.loss<CorrelationOfNeighbours>(
      "cc", {.summary = "Differences between the two networks' embeddings, image by image times its neighbour in the batch.",
             .formula = "weight * mean_{n < N} <|d_n|, |d_{n+1}|>, d = W_s e_student - W_t e_teacher",
             .source = "the loss that the CRD code (Tian et al. 2020) has for Peng et al. 2019, Correlation Congruence; cckd is "
                       "the paper's"});
}
