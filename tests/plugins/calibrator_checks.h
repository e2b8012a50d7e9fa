/// What the tests of calibrators share: rows of a teacher that is over-confident by a known factor, and measures of logits.
#pragma once
#include <kdbench/sdk/testing.h>

#include <ATen/Functions.h>

#include <cstdint>
#include <random>

namespace kdbench::test {

/// A split of a teacher whose logits are `factor` times those that its labels are drawn from: the temperature that calibrates it
/// is `factor`, up to the draw of the labels.
/// @param draw another one, another split
inline CalibrationRows drawn_rows(std::int64_t rows, std::int64_t classes, double factor, std::uint32_t draw = 1) {
  std::mt19937 random(draw);  // its numbers are fixed by the standard, those of distributions are not
  const auto uniform = [&] { return (static_cast<double>(random()) + 0.5) / 4294967296.0; };
  const auto logits = at::empty({rows, classes}, torch::kFloat64);
  const auto labels = at::empty({rows}, torch::kInt64);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t c = 0; c < classes; ++c) logits[i][c] = 4 * uniform() + (c == i % classes ? 3 * uniform() : 0.0);
    const auto sums = logits[i].softmax(0).cumsum(0);
    labels[i] = std::min(classes - 1, sums.lt(uniform()).sum().item<std::int64_t>());
  }
  return {logits * factor, labels};
}

inline torch::Tensor numbers_up_to(std::int64_t rows) { return at::arange(rows, torch::kInt64); }

/// Logits of two classes with these probabilities of class 1.
inline torch::Tensor logits_of_two(const std::vector<double>& p) {
  const auto of_1 = rows(p, 1);
  return at::cat({(1 - of_1).log(), of_1.log()}, 1);
}

/// What a calibrator makes of the probabilities of class 1 of two.
inline std::vector<double> of_class_1(const Calibrator& calibrator, const std::vector<double>& p) {
  const auto logits = logits_of_two(p);
  return numbers_of(calibrator.apply(logits, numbers_up_to(logits.size(0))).softmax(1).select(1, 1));
}

/// What logits say of their labels; entropy and NLL in nats.
struct Said {
  double accuracy = 0, confidence = 0, entropy = 0, nll = 0, ece = 0;
};
inline Said said(const torch::Tensor& logits, const torch::Tensor& labels) {
  constexpr std::int64_t kBins = 15;
  const auto log_p = logits.log_softmax(1);
  const auto [confidence, predicted] = log_p.exp().max(1);
  const auto right = predicted.eq(labels).to(torch::kFloat64);
  const auto bin = (confidence * kBins).ceil().clamp_min(1);
  double ece = 0;
  for (std::int64_t m = 1; m <= kBins; ++m)
    ece += std::abs(at::where(bin.eq(m), right - confidence, at::zeros_like(right)).sum().item<double>());
  return {right.mean().item<double>(), confidence.mean().item<double>(), -(log_p.exp() * log_p).sum(1).mean().item<double>(),
          -log_p.gather(1, labels.unsqueeze(1)).mean().item<double>(), ece / static_cast<double>(labels.size(0))};
}

/// A calibrator of 5 classes, fitted to `rows`.
inline std::shared_ptr<Calibrator> fitted_to(const CalibrationRows& rows, const std::string& name, const ParamValues& values = {},
                                             std::uint64_t seed = 11) {
  auto out = plugins().calibrator(name, values, {.num_classes = rows.logits.size(1), .seed = seed});
  out->fit(rows);
  return out;
}

/// What it makes of a split, whose rows are 0, 1, 2...
inline torch::Tensor applied(const Calibrator& calibrator, const torch::Tensor& logits) {
  return calibrator.apply(logits, numbers_up_to(logits.size(0)));
}

/// True if the classes of every row stand in the order in which they stood.
inline bool keeps_ranking(const torch::Tensor& before, const torch::Tensor& after) {
  return after.gather(1, before.argsort(std::int64_t{1}, false)).diff(1, 1).ge(0).all().item<bool>();
}

}  // namespace kdbench::test
