// Logit standardisation: each base sees the same logits whatever their mean and scale, and rows without variance.
#include <tests/plugins/loss_checks.h>

namespace kdbench::test::logit_std_loss {
namespace {

const Given kGiven{.teacher = rows({6, 2, 4, 1, 5, 3}, 3), .tau_student = 2, .tau_teacher = 3, .labels = label_tensor({0, 1})};
/// The same teacher with mean 0 and deviation 1, and a student of such rows.
const Given kStandard{
    .teacher = rows({1, -1, 0, -1, 1, 0}, 3), .tau_student = 2, .tau_teacher = 3, .labels = label_tensor({0, 1})};
const torch::Tensor kStudent = rows({1, 0, -1, 0, 1, -1}, 3);

double standardised(ParamValues params, const torch::Tensor& student) {
  params["eps"] = 1e-13;
  return sum_of(terms("logit_std", params, output(student), kGiven)).item<double>();
}

TEST(LogitStdLoss, IsTheBaseLossOfStandardisedLogits) {
  const auto shifted = 3 * kStudent + rows({5, -7}, 1);
  const auto base = [&](const std::string& name, const ParamValues& params) {
    return sum_of(terms(name, params, output(kStudent), kStandard)).item<double>();
  };
  EXPECT_NEAR(standardised({}, shifted), base("kl", {}), 1e-11);
  EXPECT_NEAR(standardised({{"base", "dkd"}, {"nontarget_weight", 2.0}}, shifted), base("dkd", {{"nontarget_weight", 2.0}}),
              1e-11);
  EXPECT_NEAR(standardised({{"base", "dist"}, {"intra_weight", 0.5}}, shifted), base("dist", {{"gamma", 0.5}}), 1e-11);
  const auto mlkd = terms("mlkd", {{"standardise", true}}, output(shifted), kGiven);
  EXPECT_NEAR(standardised({{"base", "mlkd"}}, shifted), sum_of(mlkd).item<double>(), 1e-6);
}

TEST(LogitStdLoss, SendsNoGradientAlongTheMeanOrTheScaleOfARow) {
  const auto student = output(kStudent);
  sum_of(terms("logit_std", {}, student, kGiven)).backward();
  const auto gradient = student.logits.grad();
  expect_numbers(gradient.sum(1), {0, 0});
  EXPECT_LT((gradient * kStudent).sum(1).abs().max().item<double>(), 1e-7);
  EXPECT_GT(gradient.abs().max().item<double>(), 1e-2);
}

TEST(LogitStdLoss, StaysFiniteOnConstantRows) {
  for (const auto* base : {"kl", "dkd", "dist", "mlkd"}) {
    const auto student = output(at::full({2, 3}, 7.0f));
    expect_finite(
        terms("logit_std", {{"base", base}}, student,
              {.teacher = at::tensor({2.0f, 1.0f, 0.0f, 1.0f, 1.0f, 1.0f}).view({2, 3}), .labels = label_tensor({0, 1})}),
        student);
  }
}

}  // namespace
}  // namespace kdbench::test::logit_std_loss
