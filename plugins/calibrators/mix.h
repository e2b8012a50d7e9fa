/// What calibrators share that mix the posterior with another one.
#pragma once
#include "temperatures.h"

#include <map>
#include <string>
#include <utility>

namespace calibrators {

struct MixOptions {
  double share = 0.2;
  std::string start = kCalibrated;
};

inline void declare_mix(kdbench::Params<MixOptions>& p) {
  p.add("share", &MixOptions::share, "Share of the other posterior (s).", {.min = 0.0, .max = 1.0})
      .add("start", &MixOptions::start, kStartDoc, {.choices = {kCalibrated, kAsIs}});
}

/// Returns ln((1 - share) softmax(z / T) + share * other), where `other(predicted, c)` is the other posterior of class c of a row
/// whose largest logit is that of class `predicted`.
template <class Other>
Tensor mixed_with(const Tensor& logits, const Tensor& rows, double temperature, double share, const Other& other) {
  std::vector<double> p(static_cast<std::size_t>(logits.size(1)));
  return by_row(logits, rows, [&](Row z, std::int64_t, std::span<double> out) {
    probabilities(z, 1.0 / temperature, p);
    const auto predicted = prediction(z);
    for (std::size_t c = 0; c < p.size(); ++c) p[c] = (1 - share) * p[c] + share * other(predicted, c);
    write_log_normalised(p, kLeastOfMix, out);
  });
}

/// The part of such a calibrator that does not depend on the other posterior: its parameters, and the temperature it starts from.
class Mix : public kdbench::Calibrator {
 public:
  using Options = MixOptions;
  static void declare(kdbench::Params<Options>& p) { declare_mix(p); }
  Mix(Options options, const kdbench::CalibratorContext&) : options_(std::move(options)) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    temperature_ = starting_temperature(options_.start, validation);
  }

  std::map<std::string, double> fitted() const override {
    if (options_.start != kCalibrated) return {};
    return {{"temperature", temperature_}};
  }

 protected:
  /// mixed_with(), of its own temperature and share.
  template <class Other>
  Tensor mixed(const Tensor& logits, const Tensor& rows, const Other& other) const {
    return mixed_with(logits, rows, temperature_, options_.share, other);
  }

 private:
  Options options_;
  double temperature_ = 1;
};

}  // namespace calibrators
