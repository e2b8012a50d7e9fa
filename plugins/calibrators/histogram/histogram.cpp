// Histogram binning of each class against all others, normalised.
#include <kdbench/sdk/plugin.h>

#include "../one_vs_rest.h"

namespace {

using calibrators::Scored;
using torch::Tensor;

/// Scores up to `upper` and the share of positives among those of the validation rows.
struct Bin {
  double upper = 1, share = 0;
};

/// Of equal mass: cut where the rows reach a multiple of rows / bins, whole scores together. A score that spans several multiples
/// ends its bin at the last of them, so that the bins after it have their share again.
std::vector<Bin> bins_of_mass(const std::vector<Scored>& scores, double rows, std::int64_t bins) {
  std::vector<Bin> out;
  double seen = 0, next = 1, positives = 0, count = 0;  // next: the multiple at which the bin ends
  for (const auto& scored : scores) {
    seen += scored.count;
    positives += scored.positives;
    count += scored.count;
    if (seen * static_cast<double>(bins) < rows * next && seen < rows) continue;
    out.push_back({scored.score, positives / count});
    next = std::floor(seen * static_cast<double>(bins) / rows) + 1;
    positives = count = 0;
  }
  return out;
}

/// Of equal width, closed on the right. One without rows keeps its middle.
std::vector<Bin> bins_of_width(const std::vector<Scored>& scores, std::int64_t bins) {
  std::vector<Bin> out;
  std::size_t next = 0;
  for (std::int64_t m = 1; m <= bins; ++m) {
    const double upper = static_cast<double>(m) / static_cast<double>(bins);
    double positives = 0, count = 0;
    for (; next < scores.size() && (scores[next].score <= upper || m == bins); ++next) {
      positives += scores[next].positives;
      count += scores[next].count;
    }
    out.push_back({upper, count > 0 ? positives / count : upper - 0.5 / static_cast<double>(bins)});
  }
  return out;
}

class Histogram final : public kdbench::Calibrator {
 public:
  struct Options {
    std::int64_t bins = 15;
    std::string cut = "width";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("bins", &Options::bins, "Bins of each class's probability (M).", {.min = 1, .max = 1000})
        .add("cut", &Options::cut, "Bins of equal width, or with equally many validation rows.", {.choices = {"width", "mass"}});
  }
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = false}; }
  Histogram(Options options, const kdbench::CalibratorContext&) : options_(std::move(options)) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    const auto rows = static_cast<double>(calibrators::num_rows(validation.logits));
    of_class_.clear();
    for (std::int64_t c = 0; c < validation.logits.size(1); ++c) {
      const auto scores = calibrators::scored(validation, static_cast<std::size_t>(c));
      of_class_.push_back(options_.cut == "mass" ? bins_of_mass(scores, rows, options_.bins)
                                                 : bins_of_width(scores, options_.bins));
    }
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    return calibrators::one_vs_rest(logits, rows, [&](std::size_t c, double p) {
      const auto& bins = of_class_[c];
      const auto bin = std::lower_bound(bins.begin(), bins.end(), p, [](const Bin& b, double score) { return b.upper < score; });
      return (bin == bins.end() ? bins.back() : *bin).share;
    });
  }

 private:
  Options options_;
  std::vector<std::vector<Bin>> of_class_;
};

}  // namespace

KDBENCH_PLUGIN("histogram", "0.1.0", r) {
  r.calibrator<Histogram>("histogram",
                          {.summary = "Replaces each class's probability by the share of positives in its bin; normalises.",
                           .formula = "ln q_k, q_k = h_k(p_k) / sum_j h_j(p_j); h_k = share of class k among the rows of the bin",
                           .source = "Zadrozny, Elkan 2001, Obtaining Calibrated Probability Estimates from Decision Trees and "
                                     "Naive Bayesian Classifiers, sec. 4; one against the rest as in Guo et al. 2017, sec. 4.2"});
}
