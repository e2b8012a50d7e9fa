// Divergences by name: values by hand, the ends of their families, the authors' variant, and logits far apart.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::divergence_loss {
namespace {

const std::vector<std::string> kKinds{"reverse_kl", "symmetric_kl", "js", "gjsd", "tv", "skew_kl", "skew_reverse_kl"};

/// Teacher (3/4, 1/4), student (1/2, 1/2).
double value(const ParamValues& params) {
  return sum_of(terms("divergence", params, output(rows({0, 0}, 2)), {.teacher = rows({std::log(3.0), 0}, 2)})).item<double>();
}

double kl(double p, double q) { return p * std::log(p / q) + (1 - p) * std::log((1 - p) / (1 - q)); }

TEST(DivergenceLoss, HasTheValueOfItsName) {
  EXPECT_NEAR(value({}), kl(0.5, 0.75), 1e-15);
  EXPECT_NEAR(value({{"kind", "tv"}}), 0.25, 1e-15);
  EXPECT_NEAR(value({{"kind", "symmetric_kl"}, {"mix", 0.25}}), 0.75 * kl(0.75, 0.5) + 0.25 * kl(0.5, 0.75), 1e-15);
  // Mixtures: 5/8 halfway, 9/16 with a share of 1/4 for the teacher.
  EXPECT_NEAR(value({{"kind", "js"}}), (kl(0.75, 0.625) + kl(0.5, 0.625)) / 2, 1e-15);
  EXPECT_NEAR(value({{"kind", "gjsd"}, {"mix", 0.25}}), 0.25 * kl(0.75, 0.5625) + 0.75 * kl(0.5, 0.5625), 1e-15);
  EXPECT_NEAR(value({{"kind", "skew_kl"}, {"mix", 0.5}}), kl(0.75, 0.625), 1e-15);
  EXPECT_NEAR(value({{"kind", "skew_reverse_kl"}, {"mix", 0.5}}), kl(0.5, 0.625), 1e-15);
  // 0.1 of the first where nothing is said: 0.1 * 3/4 + 0.9 * 1/2, and 0.9 * 3/4 + 0.1 * 1/2
  EXPECT_NEAR(value({{"kind", "skew_kl"}}), kl(0.75, 0.525), 1e-15);
  EXPECT_NEAR(value({{"kind", "skew_reverse_kl"}}), kl(0.5, 0.725), 1e-15);
}

TEST(DivergenceLoss, EndsInTheTwoKlDivergencesByDefinition) {
  EXPECT_NEAR(value({{"kind", "gjsd"}, {"mix", 0.0}}), kl(0.75, 0.5), 1e-15);
  EXPECT_NEAR(value({{"kind", "gjsd"}, {"mix", 1.0}}), kl(0.5, 0.75), 1e-15);
  EXPECT_NEAR(value({{"kind", "gjsd"}, {"mix", 1e-9}}), 0, 1e-8);  // to which the formula does not tend
}

TEST(DivergenceLoss, KeepsTheTeachersEntropyInTheAuthorsVariant) {
  const double entropy = -0.75 * std::log(0.75) - 0.25 * std::log(0.25);
  EXPECT_NEAR(value({{"kind", "skew_kl"}, {"mix", 0.5}, {"variant", "authors"}}), kl(0.75, 0.625) + entropy, 1e-15);
  EXPECT_NEAR(value({{"kind", "symmetric_kl"}, {"mix", 0.25}, {"variant", "authors"}}),
              0.75 * (kl(0.75, 0.5) + entropy) + 0.25 * kl(0.5, 0.75), 1e-15);
}

TEST(DivergenceLoss, MovesTheStudentByHalfTheSignOfEachGapInTotalVariation) {
  const auto student = output(rows({0, 0}, 2));
  sum_of(terms("divergence", {{"kind", "tv"}}, student, {.teacher = rows({std::log(3.0), 0}, 2)})).backward();
  // (-1, 1) / 2 through the softmax at (1/2, 1/2): p_k (g_k - sum p g) with sum 0
  expect_numbers(student.logits.grad(), {-0.25, 0.25});
}

TEST(DivergenceLoss, IsZeroWhereTheNetworksAgreeAndFiniteWhereProbabilitiesUnderflow) {
  const auto logits = rows({2, 0, 1}, 3);
  for (const auto& kind : kKinds) {
    const auto equal = terms("divergence", {{"kind", kind}}, output(logits), {.teacher = logits});
    EXPECT_NEAR(sum_of(equal).item<double>(), 0, 1e-15) << kind;
    const auto student = output(rows({-200, 200, 0}, 3).to(torch::kFloat32));
    expect_finite(terms("divergence", {{"kind", kind}}, student, {.teacher = rows({200, -200, 0}, 3).to(torch::kFloat32)}),
                  student);
  }
}

}  // namespace
}  // namespace kdbench::test::divergence_loss
