// Isotonic regression of each class against all others, normalised.
#include <kdbench/sdk/plugin.h>

#include "../one_vs_rest.h"

namespace {

using torch::Tensor;

/// A function that never falls: the value of the last block that begins at or below the score.
class Steps {
 public:
  /// Pool adjacent violators. @param scores rising, with the share of positives of each distinct one
  explicit Steps(const std::vector<calibrators::Scored>& scores) {
    for (const auto& [score, positives, count] : scores) {
      blocks_.push_back({score, positives, count});
      while (blocks_.size() > 1 && !rises(blocks_[blocks_.size() - 2], blocks_.back())) {
        blocks_[blocks_.size() - 2].positives += blocks_.back().positives;
        blocks_[blocks_.size() - 2].count += blocks_.back().count;
        blocks_.pop_back();
      }
    }
  }

  double at(double score) const {
    const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), score,
                                        [](double value, const calibrators::Scored& block) { return value < block.score; });
    const auto& block = after == blocks_.begin() ? *after : *(after - 1);
    return block.positives / block.count;
  }

 private:
  static bool rises(const calibrators::Scored& a, const calibrators::Scored& b) {
    return a.positives * b.count < b.positives * a.count;
  }

  std::vector<calibrators::Scored> blocks_;
};

class Isotonic final : public kdbench::Calibrator {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = false}; }
  Isotonic(Options, const kdbench::CalibratorContext&) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    of_class_.clear();
    for (std::int64_t c = 0; c < validation.logits.size(1); ++c)
      of_class_.emplace_back(calibrators::scored(validation, static_cast<std::size_t>(c)));
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    return calibrators::one_vs_rest(logits, rows, [&](std::size_t c, double p) { return of_class_[c].at(p); });
  }

 private:
  std::vector<Steps> of_class_;
};

}  // namespace

KDBENCH_PLUGIN("isotonic", "0.1.0", r) {
  r.calibrator<Isotonic>("isotonic",
                         {.summary = "Maps each class's probability by the step function that rises and fits best; normalises.",
                          .formula = "ln q_k, q_k = f_k(p_k) / sum_j f_j(p_j); f_k by pool adjacent violators",
                          .source = "Zadrozny, Elkan 2002, Transforming Classifier Scores into Accurate Multiclass Probability "
                                    "Estimates, sec. 3 and 5"});
}
