// KDSVD: a value by hand, gradients by finite differences, signs that do not matter, and maps without full rank.
#include <tests/plugins/feature_checks.h>

#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>

#include <cmath>

namespace kdbench::test::kdsvd_loss {
namespace {

TwoNetworks stages(const torch::Tensor& s1, const torch::Tensor& t1, const torch::Tensor& s2, const torch::Tensor& t2) {
  return behind_a_stem(s1, t1).maps("f2", s2, t2);
}

TEST(KdsvdLoss, RelatesSingularVectorsOfStages) {
  // Maps of one place: the vector is the map's direction. Student (0, 1), then (1, 0); teacher (1, 0), then (1, 0). One singular
  // value is 1 after normalisation. The student's first vector has cosine 0 with the teacher's: its side is 0.
  // R_student = exp(-(v - 0)^2 / 8): with u = e^{-1/8}, entries (u, u; 1, 1). R_teacher: v - v' of (1, 0) and (1, 0): 0, 1; -1,
  // 0: (1, u; u, 1). Differences (u - 1, 0; 1 - u, 0).
  const auto e1 = numbers({3, 0}, {1, 2, 1, 1}), e2 = numbers({0, 5}, {1, 2, 1, 1});
  const double u = std::exp(-1.0 / 8);
  EXPECT_NEAR(total("kdsvd", {{"weight", 3.0}}, stages(e2, e1, e1, e1)).item<double>(), 3 * 2 * (u - 1) * (u - 1), 1e-14);
  // The side of a vector is the library's to choose: -e1 is e1.
  EXPECT_NEAR(total("kdsvd", {}, stages(-e1, e1, e1, -e1)).item<double>(), 0, 1e-15);
}

TEST(KdsvdLoss, AveragesOverImages) {
  const auto e1 = numbers({3, 0}, {1, 2, 1, 1}), e2 = numbers({0, 5}, {1, 2, 1, 1});
  const auto twice = [](const torch::Tensor& map) { return map.repeat({2, 1, 1, 1}); };
  EXPECT_NEAR(total("kdsvd", {}, stages(twice(e2), twice(e1), twice(e1), twice(e1))).item<double>(),
              total("kdsvd", {}, stages(e2, e1, e1, e1)).item<double>(), 1e-15);
}

/// Two stages of random numbers, the teacher's the same at every call.
TwoNetworks random_stages(const torch::Tensor& s1, const torch::Tensor& s2) {
  at::manual_seed(7);
  const auto t1 = at::randn({2, 5, 3, 3}, torch::kFloat64), t2 = at::randn({2, 5, 2, 2}, torch::kFloat64);
  return stages(s1, t1, s2, t2);
}

TEST(KdsvdLoss, HasTheGradientOfFiniteDifferences) {
  at::manual_seed(5);
  const auto s1 = at::randn({2, 5, 3, 3}, torch::kFloat64), s2 = at::randn({2, 5, 2, 2}, torch::kFloat64);
  for (const auto* vectors : {"channels", "width"}) {
    const ParamValues params{{"vectors", std::string(vectors)}, {"k", std::int64_t{2}}};
    auto networks = random_stages(s1, s2);
    total("kdsvd", params, networks).backward();
    const auto direction = at::randn_like(s1);
    const auto at_step = [&](double h) { return total("kdsvd", params, random_stages(s1 + h * direction, s2)).item<double>(); };
    const double analytic = (networks.student.features.at("f1").grad() * direction).sum().item<double>();
    EXPECT_NEAR(analytic, (at_step(1e-5) - at_step(-1e-5)) / 2e-5, 1e-7 * (1 + std::abs(analytic))) << vectors;
  }
}

TEST(KdsvdLoss, StaysFiniteForMapsWithoutFullRank) {
  // Equal singular values, a channel of zeros, and nothing but zeros.
  auto dead = at::randn({2, 5, 3, 3}, torch::kFloat64);
  dead.select(1, 2).zero_();
  for (const auto& map : {at::ones({2, 5, 3, 3}, torch::kFloat64), dead, at::zeros({2, 5, 3, 3}, torch::kFloat64)}) {
    auto networks = random_stages(map, at::randn({2, 5, 2, 2}, torch::kFloat64));
    expect_finite(total("kdsvd", {}, networks), networks);
  }
}

TEST(KdsvdLoss, DeclinesMapsWhoseVectorsHaveNoCommonAxes) {
  const std::vector<FeatureShape> narrow{{"f0", 2, 8, 8}, {"f1", 2, 8, 8}, {"f2", 4, 4, 4}};
  const std::vector<FeatureShape> wide{{"f0", 2, 8, 8}, {"f1", 3, 8, 8}, {"f2", 4, 4, 4}};
  EXPECT_EQ(refusal("kdsvd", {}, {.student = narrow, .teacher = wide}),
            "expected maps of as many channels, found the student's 'f1' [2, 8, 8] and the teacher's 'f1' [3, 8, 8]: their "
            "singular vectors have no common axes; choose networks of one width, or vectors = \"width\"");
  EXPECT_EQ(refusal("kdsvd", {{"vectors", "width"}}, {.student = narrow, .teacher = wide}), "accepted");
  EXPECT_EQ(refusal("kdsvd", {}, {.student = {narrow[0], narrow[1]}, .teacher = wide}),
            "expected two stages behind the stem, found one; use deeper models");
}

}  // namespace
}  // namespace kdbench::test::kdsvd_loss
