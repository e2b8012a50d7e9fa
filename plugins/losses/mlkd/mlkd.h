/// The terms of multi-level logit distillation on one view, which other losses use. N images, K classes.
#pragma once
#include <kdbench/sdk/logits.h>

#include <ATen/ops/matmul.h>

#include <tuple>

namespace mlkd {

struct Settings {
  bool standardise = false;       ///< the KL divergences alone read standardised logits
  double eps = 1e-7;              ///< added to the standard deviation there
  bool average_the_mask = false;  ///< multiply by the mean of a mask instead of leaving images out
};

namespace detail {

/// 1 where a value is at most the median (of an even number: the lower of the two in the middle), else 0.
inline torch::Tensor lower_half(const torch::Tensor& values) { return values.le(values.median()).to(values.scalar_type()); }

/// The squared distance of two Gram matrices of columns, divided by their number.
inline torch::Tensor gram_distance(const torch::Tensor& a, const torch::Tensor& b) {
  return (at::matmul(a.t(), a) - at::matmul(b.t(), b)).square().sum() / static_cast<double>(a.size(1));
}

}  // namespace detail

/// Returns "instance", "class" and "batch", each summed over the temperatures of the suite and 2, 3, 5, 6, the KL divergences
/// with the squares of their temperatures, everything divided by tau_student^2, which the host multiplies by. Logits are [N, K],
/// as the networks made them.
inline kdbench::LossTerms terms(const torch::Tensor& student, const torch::Tensor& teacher, double tau_student,
                                double tau_teacher, const Settings& settings) {
  namespace logits = kdbench::logits;
  const auto of_kl = [&](const torch::Tensor& z) { return settings.standardise ? logits::standardised(z, settings.eps) : z; };
  const auto student_kl = of_kl(student), teacher_kl = of_kl(teacher);
  const auto confidence = teacher.softmax(1);
  const auto images = detail::lower_half(std::get<0>(confidence.max(1)));
  const auto classes = detail::lower_half(confidence.sum(0));
  const auto mask = settings.average_the_mask ? images.mean() : images;
  torch::Tensor instance, by_class, by_batch;
  const auto add = [](torch::Tensor& sum, const torch::Tensor& value) { sum = sum.defined() ? sum + value : value; };
  const auto at_temperatures = [&](double ts, double tt) {
    const auto kl = logits::kl_divergence((teacher_kl / tt).log_softmax(1), (student_kl / ts).log_softmax(1));
    add(instance, ts * ts * (mask * kl).mean());
    const auto s = (student / ts).softmax(1), t = (teacher / tt).softmax(1);
    add(by_class, detail::gram_distance(s, t));
    add(by_batch, detail::gram_distance(s.t(), t.t()));
  };
  at_temperatures(tau_student, tau_teacher);
  for (const double tau : {2.0, 3.0, 5.0, 6.0}) at_temperatures(tau, tau);
  const double factor = 1 / (tau_student * tau_student);
  return {{"instance", factor * instance},
          {"class", factor * classes.mean() * by_class},
          {"batch", factor * images.mean() * by_batch}};
}

}  // namespace mlkd
