// DIST: known values of its two correlations, what they do not see, and rows without variance.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test {
namespace {

using Terms = std::vector<std::pair<std::string, torch::Tensor>>;

Terms dist(const ParamValues& params, const ModelOutput& student, const torch::Tensor& teacher, double tau = 1) {
  return terms("dist", params, student, {.teacher = teacher, .tau_student = tau, .tau_teacher = tau}).terms();
}

TEST(DistLoss, HasTwoNamedTermsOfKnownValue) {
  const auto student = output(rows({1, 2, 0, -1, 0, 0, 3, 1, 2, -1, 0, 1}, 4));
  const auto teacher = rows({2, 1, 0, 0, 1, -1, 2, 0, 0, 0, 1, 2}, 4);
  const auto plain = dist({}, student, teacher);
  ASSERT_EQ(plain.size(), 2u);
  EXPECT_EQ(plain[0].first, "inter");
  EXPECT_NEAR(plain[0].second.item<double>(), 0.656428, 1e-6);
  EXPECT_EQ(plain[1].first, "intra");
  EXPECT_NEAR(plain[1].second.item<double>(), 0.400930, 1e-6);
  const auto weighted = dist({{"beta", 0.0}, {"gamma", 2.0}}, student, teacher);
  ASSERT_EQ(weighted.size(), 1u);
  EXPECT_EQ(weighted[0].first, "intra");
  EXPECT_NEAR(weighted[0].second.item<double>(), 2 * 0.400930, 2e-6);
}

TEST(DistLoss, IsZeroForEqualNetworksAndTwoForOpposedOnes) {
  // Of two classes p2 = 1 - p1, so swapping the logits turns every correlation from 1 to -1: 1 - (-1) = 2.
  const auto logits = rows({2, 0, 0, 1}, 2), swapped = rows({0, 2, 1, 0}, 2);
  for (const auto& [name, term] : dist({}, output(logits), logits)) EXPECT_NEAR(term.item<double>(), 0, 1e-6) << name;
  for (const auto& [name, term] : dist({}, output(logits), swapped)) EXPECT_NEAR(term.item<double>(), 2, 1e-6) << name;
}

TEST(DistLoss, SeesTheRankingWithinAnImageAndNotHowSureTheTeacherIs) {
  // p_t = (0.6, 0.3, 0.1) and p_s = (0.48, 0.32, 0.2): with u = p_t - 1/3 = (8, -1, -7) / 30 and
  // v = p_s - 1/3 = (11, -1, -10) / 75, rho = (88 + 1 + 70) / sqrt(114 * 222).
  const auto student = output(rows({std::log(0.48), std::log(0.32), std::log(0.2)}, 3));
  const auto teacher = rows({std::log(0.6), std::log(0.3), std::log(0.1)}, 3);
  const double rho = 159 / std::sqrt(114.0 * 222.0);
  EXPECT_NEAR(dist({}, student, teacher)[0].second.item<double>(), 1 - rho, 1e-6);
  // Halfway from p_t to the uniform distribution the differences are halved, and rho stays.
  const auto unsure = rows({std::log(7.0 / 15), std::log(19.0 / 60), std::log(13.0 / 60)}, 3);
  EXPECT_NEAR(dist({}, student, unsure)[0].second.item<double>(), 1 - rho, 1e-6);
}

TEST(DistLoss, StaysBoundedOnConstantRowsWithALargerEps) {
  for (const auto& [eps, bound] : {std::pair{1e-8, 1e9}, std::pair{1e-4, 1e3}}) {
    const auto student = output(at::zeros({2, 4}));
    const auto teacher = at::tensor({2.0f, 1.0f, 0.0f, 0.0f, 1.0f, -1.0f, 2.0f, 0.0f}).view({2, 4});
    const auto both = dist({{"eps", eps}}, student, teacher);
    (both[0].second + both[1].second).backward();
    EXPECT_LT(student.logits.grad().abs().max().item<double>(), bound) << "eps " << eps;
  }
}

TEST(DistLoss, TakesOneImageAndTwoClasses) {
  const auto one = output(at::tensor({1.0f, 2.0f, 0.0f}).view({1, 3}));
  // One value a column has no variance: correlation 0, so the intra term is 1 and teaches nothing.
  EXPECT_FLOAT_EQ(dist({}, one, at::tensor({0.0f, 1.0f, 5.0f}).view({1, 3}))[1].second.item<float>(), 1.0f);
  const auto two = output(at::tensor({1.0f, 2.0f, 3.0f, 0.0f}).view({2, 2}));
  EXPECT_TRUE(std::isfinite(dist({}, two, at::tensor({0.0f, 1.0f, 5.0f, 1.0f}).view({2, 2}))[0].second.item<float>()));
}

TEST(DistLoss, RefusesTeachersOfOtherClasses) {
  EXPECT_EQ(complaint([] {
              dist({}, output(at::zeros({3, 4})), at::zeros({3, 5}));
            }),
            "dist: expected student and teacher logits of one shape, found [3, 4] and [3, 5]; both networks need the data set's "
            "classes");
}

}  // namespace
}  // namespace kdbench::test
