// Maximum mean calibration error, beside cross-entropy, for the network that will teach.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <tuple>

namespace {

using torch::Tensor;

class Mmce final : public kdbench::Loss {
 public:
  struct Options {
    std::string kind = "mmce";
    double weight = 2.0;
    double width = 0.4;
    std::string variant = "paper";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("kind", &Options::kind,
          "mmce: all pairs of images; weighted: right and wrong ones weighed apart, under a root, 0 where there are no wrong "
          "ones.",
          {.choices = {"mmce", "weighted"}})
        .add("weight", &Options::weight, "Factor of the term (lambda).", {.min = 0.0})
        .add("width", &Options::width, "Difference of confidence at which a pair counts 1/e.", {.min = 1e-3})
        .add("variant", &Options::variant,
             "Of kind = \"weighted\": paper, means over pairs; authors, divided by their number twice.",
             {.choices = {"paper", "authors"}});
  }
  Mmce(Options options, const kdbench::LossContext&) : options_(std::move(options)) {}

  kdbench::LossNeeds needs() const override {
    return {.teacher = false, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto [confidence, choice] = in.student.logits.softmax(1).max(1);
    const auto right = choice.eq(in.labels).to(confidence.scalar_type());
    const auto kernel = (-(confidence.unsqueeze(1) - confidence.unsqueeze(0)).abs() / options_.width).exp();
    const auto error = options_.kind == "mmce" ? of_all(right - confidence, kernel) : weighted(confidence, right, kernel);
    return kdbench::LossTerms{{"mmce", options_.weight * error}};
  }

 private:
  static Tensor of_all(const Tensor& gap, const Tensor& kernel) { return (gap * kernel.mv(gap)).sum() / square(gap.size(0)); }

  Tensor weighted(const Tensor& confidence, const Tensor& right, const Tensor& kernel) const {
    const auto doubt = (1 - confidence) * right, error = confidence * (1 - right);
    const auto m = right.sum(), n = (1 - right).sum();
    const auto of_pairs = [&](const Tensor& a, const Tensor& b, const Tensor& count) {
      const auto mean = (a * kernel.mv(b)).sum() / count.clamp_min(1);
      return options_.variant == "authors" ? mean / (count + 1e-5) : mean;
    };
    const auto sum = of_pairs(doubt, doubt, m * m) + of_pairs(error, error, n * n) - 2 * of_pairs(doubt, error, m * n);
    return (m * n).gt(0) * (sum.clamp_min(0) + 1e-10).sqrt();
  }

  static double square(std::int64_t n) { return static_cast<double>(n) * static_cast<double>(n); }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("mmce", "0.1.0", r) {
  r.loss<Mmce>(
      "mmce", {.summary = "Kernel calibration error of a batch, beside cross-entropy, for calibrated teachers; needs no teacher.",
               .formula = "weight / N^2 sum_ij (c_i - r_i)(c_j - r_j) exp(-|r_i - r_j| / width), r = max softmax(s), c = 1 "
                          "where that class is the label; weighted: the root of its form for right and wrong images apart",
               .source = "Kumar, Sarawagi, Jain 2018, Trainable Calibration Measures For Neural Networks From Kernel Mean "
                         "Embeddings"});
}
