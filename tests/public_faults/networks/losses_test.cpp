// Losses whose value or gradient is silently another one: reductions, rows without variance, logits far apart, distances of zero,
// shapes that broadcast.
#include <tests/plugins/feature_checks.h>

#include <kdbench/worker/conformance/loss_probe.h>

#include <ATen/ops/randn.h>

#include <cmath>
#include <numeric>

namespace kdbench::test::public_faults {
namespace {

/// The four classes of KB-01's two rows.
const torch::Tensor kStudent = rows({1, 2, 0, -1, 0, 0, 3, 1}, 4), kTeacher = rows({2, 1, 0, 0, 1, -1, 2, 0}, 4);

double kl(const torch::Tensor& student, const torch::Tensor& teacher, double tau) {
  return sum_of(terms("kl", {}, output(student), {.teacher = teacher, .tau_student = tau, .tau_teacher = tau})).item<double>();
}

TEST(KB_01, KlIsSummedOverClassesAveragedOverTheBatchAndTheHostMultipliesByTauSquaredOnce) {
  // batchmean 0.0230608, times 4^2. A mean over the 8 numbers would give 0.0922, a sum 0.7379, tau^2 twice 5.9036.
  EXPECT_NEAR(16 * kl(kStudent, kTeacher, 4), 0.368973, 1e-5);
  EXPECT_NEAR(16 * kl(kStudent.repeat({2, 1}), kTeacher.repeat({2, 1}), 4), 0.368973, 1e-5);
  EXPECT_GT(std::abs(16 * kl(kTeacher, kStudent, 4) - 0.368973), 1e-3);  // KL(teacher || student), not the other way round
}

TEST(KB_01, EqualNetworksLoseNothingAndPullNowhere) {
  const auto student = output(kStudent);
  auto loss = sum_of(terms("kl", {}, student, {.teacher = kStudent, .tau_student = 4, .tau_teacher = 4}));
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), 0, 1e-6);
  EXPECT_LT(student.logits.grad().abs().max().item<double>(), 1e-6);
}

/// The largest gradient of DIST where the student says the same of all classes, or NaN.
double largest_dist_gradient(double eps) {
  const auto student = output(at::zeros({2, 4}));
  const auto teacher = kTeacher.to(torch::kFloat32);
  const auto loss = sum_of(terms("dist", {{"eps", eps}}, student, {.teacher = teacher}));
  EXPECT_TRUE(loss.isfinite().item<bool>());
  loss.backward();
  return student.logits.grad().abs().max().item<double>();
}

TEST(KB_02, DistOfRowsWithoutVarianceHasAGradientThatItsEpsBounds) {
  EXPECT_LT(largest_dist_gradient(1e-4), 1e3);
  // The authors' eps, which is the default: finite, and as large as their code's. The method card says so.
  EXPECT_LT(largest_dist_gradient(1e-8), 1e8);
}

TEST(KB_02, DistOfOneImageOrTwoClassesIsANumber) {
  const auto one = terms("dist", {}, output(kStudent.narrow(0, 0, 1)), {.teacher = kTeacher.narrow(0, 0, 1)});
  EXPECT_NEAR(term_of(one, "intra").item<double>(), 1, 1e-12);  // no correlation of one value: 0, and no gradient
  const auto student = output(rows({1, 2, 3, 0}, 2));
  expect_finite(terms("dist", {}, student, {.teacher = rows({0, 1, 5, 1}, 2)}), student);
}

TEST(KB_02, DistHasTheValueOfTheDefinition) {
  const auto found = terms("dist", {}, output(rows({1, 2, 0, -1, 0, 0, 3, 1, 2, -1, 0, 1}, 4)),
                           {.teacher = rows({2, 1, 0, 0, 1, -1, 2, 0, 0, 0, 1, 2}, 4)});
  EXPECT_NEAR(term_of(found, "inter").item<double>(), 0.656428, 1e-6);
  EXPECT_NEAR(term_of(found, "intra").item<double>(), 0.400930, 1e-6);
}

/// Whether the loss is a number with a gradient of numbers where the student is as sure of one class as the teacher of another.
void expect_finite_far_apart(const LossEntry& entry, double tau) {
  for (const bool alike : {false, true}) {
    const auto context = probe_context(3, alike);
    const auto params = resolve_params(entry.params, {});
    if (entry.unsupported(params, context)) continue;
    const auto needs = entry.needs(params, context);
    if (!needs.terms || needs.second_view || needs.several_teachers) return;  // of the labels alone, or not of this batch
    auto batch = draw_batch(context, needs, 4, torch::kFloat32);
    const auto sure = at::tensor({200.F, 0.F, -200.F, -200.F, 0.F, 200.F, 0.F, 200.F, -200.F, 200.F, -200.F, 0.F}).view({4, 3});
    batch.student.logits = sure.clone().requires_grad_(true);
    if (batch.teacher.logits.defined()) batch.teacher.logits = -sure;
    batch.tau_student = batch.tau_teacher = tau;
    const auto probe = measure(entry, context, batch, true);
    for (const auto& [name, term] : probe.terms.terms()) EXPECT_TRUE(term.isfinite().item<bool>()) << entry.name << " " << name;
    for (const auto& [name, gradient] : probe.gradients)
      EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << entry.name << ": gradient of " << name << " at tau " << tau;
    return;
  }
}

TEST(KB_03, EveryLossIsFiniteWithAFiniteGradientForLogits400Apart) {
  for (const auto& [name, entry] : built_plugins().losses) {
    SCOPED_TRACE(name);
    for (const double tau : {1.0, 4.0}) expect_finite_far_apart(entry, tau);
  }
}

TEST(KB_04, RkdOfImagesThatCoincideHasAFiniteGradient) {
  auto two_of_three = TwoNetworks{}.embeddings(numbers({1, 2, 1, 2, 3, 4}, {3, 2}), numbers({1, 2, 1, 2, 3, 4}, {3, 2}));
  expect_finite(total("rkd", {}, two_of_three), two_of_three);
  // Two images at one place: every distance is 0, and so is the mean that distances are divided by.
  auto both = TwoNetworks{}.embeddings(at::ones({2, 2}, torch::kFloat64), at::ones({2, 3}, torch::kFloat64));
  const auto found = total("rkd", {}, both);
  EXPECT_EQ(found.item<double>(), 0);
  expect_finite(found, both);
}

TEST(KB_04, RkdOfOneImageIsZero) {
  auto one = TwoNetworks{}.embeddings(numbers({1, 2}, {1, 2}), numbers({3, 4}, {1, 2}));
  const auto found = total("rkd", {}, one);
  EXPECT_EQ(found.item<double>(), 0);
  expect_finite(found, one);
}

LossContext maps_of(const FeatureShape& student, const FeatureShape& teacher) {
  return {.num_classes = 2, .num_train = 8, .student = {student}, .teacher = {teacher}};
}

TEST(KB_05, FitNetLeadsTheStudentsMapToTheTeachersShapeByATrainedRegressor) {
  auto wider = TwoNetworks{}.maps("f0", at::randn({2, 16, 8, 8}, torch::kFloat64), at::randn({2, 32, 8, 8}, torch::kFloat64));
  EXPECT_EQ(refusal("fitnet", {}, wider.context), "accepted");
  const auto loss = build_loss("fitnet", {}, wider);
  // 16 to 32 channels by 1 x 1, bias, scale and shift: the host gives a loss's parameters to the optimiser and the checkpoint.
  std::int64_t count = 0;
  for (const auto& parameter : loss->parameters()) count += parameter.numel();
  EXPECT_GE(count, 16 * 32 + 2 * 32);
  expect_finite(total(*loss, wider), wider);
  // 8 x 8 beside 4 x 4: a stride of two, by the rule in the method card.
  EXPECT_EQ(refusal("fitnet", {}, maps_of({"f0", 16, 8, 8}, {"f0", 32, 4, 4})), "accepted");
}

TEST(KB_05, MapsOfOtherShapesAreRefusedByNameOrPooledByARuleAndNeverBroadcast) {
  EXPECT_EQ(
      refusal("fitnet", {{"regressor", "none"}}, maps_of({"f0", 8, 4, 4}, {"f0", 8, 1, 1})),
      "regressor = \"none\" compares maps of one shape, found the student's 'f0' [8, 4, 4] and the teacher's 'f0' [8, 1, 1]; "
      "set regressor = \"conv\" or choose other maps");
  // Attention maps are pooled to the smaller size. One pixel has one direction, so that nothing is left to learn; 16 pixels
  // beside a broadcast one would differ.
  auto pooled = behind_a_stem(at::randn({2, 8, 4, 4}, torch::kFloat64), at::randn({2, 8, 1, 1}, torch::kFloat64));
  EXPECT_NEAR(total("at", {}, pooled).item<double>(), 0, 1e-12);
}

TEST(KB_05, ALossOfMapsIsRefusedForAModelWithoutAny) {
  for (const char* loss : {"fitnet", "at", "sp", "nst"}) {
    EXPECT_NE(refusal(loss, {}, {.num_classes = 2, .num_train = 8}), "accepted") << loss;
  }
}

TEST(KB_07, ATeacherOfOneColumnIsRefusedWhereItWouldBroadcast) {
  for (const char* loss : {"kl", "dist", "dkd", "logit_mse"}) {
    const auto said = complaint([&] {
      terms(loss, {}, output(at::zeros({3, 4})), {.teacher = at::zeros({3, 1}), .labels = label_tensor({0, 1, 2})});
    });
    EXPECT_TRUE(says(said, "[3, 4]") && says(said, "[3, 1]")) << loss << ": " << said;
  }
}

}  // namespace
}  // namespace kdbench::test::public_faults
