// MMCE: both kinds by hand, the authors' second division, and batches of right images alone.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::mmce_loss {
namespace {

/// A network of two classes that prefers class 0 by these probabilities.
ModelOutput prefers_first(const std::vector<double>& p) {
  std::vector<double> logits;
  for (const double x : p) logits.insert(logits.end(), {std::log(x), std::log(1 - x)});
  return output(rows(logits, 2));
}

double value(const ParamValues& params, const std::vector<double>& p, const std::vector<std::int64_t>& labels) {
  return term_of(terms("mmce", params, prefers_first(p), {.labels = label_tensor(labels)}), "mmce").item<double>();
}

TEST(MmceLoss, SumsOverAllPairsOfImages) {
  // Right with 3/4 and wrong with 0.6: gaps 0.25 and -0.6, and a kernel of exp(-0.15 / 0.4) between them.
  const double kernel = std::exp(-0.15 / 0.4);
  EXPECT_NEAR(value({{"weight", 1.0}}, {0.75, 0.6}, {0, 1}), (0.0625 + 0.36 - 2 * 0.15 * kernel) / 4, 1e-15);
  EXPECT_NEAR(value({}, {0.75}, {1}), 2 * 0.5625, 1e-15);  // one image: the square of its gap, times the default weight
}

TEST(MmceLoss, WeighsRightAndWrongImagesApart) {
  // Two right and one wrong, all with 3/4: 1/16 + 9/16 - 2 * 3/16 = 1/4, and its root.
  const std::vector<double> p{0.75, 0.75, 0.75};
  EXPECT_NEAR(value({{"kind", "weighted"}, {"weight", 1.0}}, p, {0, 0, 1}), 0.5, 1e-9);
  // The authors divide once more by 4, 1 and 2: 1/64 + 9/16 - 3/16 = 25/64.
  EXPECT_NEAR(value({{"kind", "weighted"}, {"weight", 1.0}, {"variant", "authors"}}, p, {0, 0, 1}), 0.625, 1e-5);
}

TEST(MmceLoss, IsZeroWithZeroGradientWhereNoImageIsWrong) {
  const auto student = prefers_first({0.75, 0.6});
  const auto found = terms("mmce", {{"kind", "weighted"}}, student, {.labels = label_tensor({0, 0})});
  EXPECT_EQ(sum_of(found).item<double>(), 0);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {0, 0, 0, 0});
}

TEST(MmceLoss, MovesTheConfidenceTowardsTheOutcome) {
  // One image, right with 3/4: (1 - r)^2, whose derivative in r is -1/2; r (1 - r) = 3/16 that of r.
  const auto student = prefers_first({0.75});
  sum_of(terms("mmce", {{"weight", 1.0}}, student, {.labels = label_tensor({0})})).backward();
  expect_numbers(student.logits.grad(), {-3.0 / 32, 3.0 / 32});
}

TEST(MmceLoss, StaysFiniteForStudentsThatAreCertain) {
  for (const auto* kind : {"mmce", "weighted"}) {
    const auto student = output(rows({200, -200, 0, 200, -200, 0}, 3).to(torch::kFloat32));
    expect_finite(terms("mmce", {{"kind", kind}}, student, {.labels = label_tensor({0, 1})}), student);
  }
}

}  // namespace
}  // namespace kdbench::test::mmce_loss
