// SDD: values by hand, when a region counts twice, the decoupled base loss, and what is declined.
#include <tests/plugins/feature_checks.h>

#include <cmath>

namespace kdbench::test::sdd_loss {
namespace {

/// Maps of one channel and 2 x 2 places; the classifier gives logits (x, 0).
TwoNetworks networks_of(const std::vector<double>& student, const std::vector<double>& teacher, std::int64_t label) {
  auto networks = TwoNetworks{}.embedding_maps(numbers(student, {1, 1, 2, 2}), numbers(teacher, {1, 1, 2, 2}));
  networks.student_classifier = {numbers({1, 0}, {2, 1}).requires_grad_(true), numbers({0, 0}, {2}).requires_grad_(true)};
  networks.context.teacher_classifier = {numbers({1, 0}, {2, 1}), numbers({0, 0}, {2})};
  networks.labels = at::tensor({label}, torch::kInt64);
  return networks;
}

/// KL between (p, 1 - p) and (1/2, 1/2).
double divergence_from_half(double p) { return p * std::log(2 * p) + (1 - p) * std::log(2 * (1 - p)); }

const double kOdds = std::log(3.0);  // softmax(ln 3, 0) = (3/4, 1/4)

TEST(SddLoss, AveragesOverRegionsAndCountsThoseThatDisagreeTwice) {
  // The teacher's quarters say ln 3 three times and -ln 3 once, the whole ln 3 / 2: probability sqrt 3 / (sqrt 3 + 1). All have
  // the label 0 right but one quarter, which counts twice. The student says 0 everywhere.
  auto networks = networks_of({0, 0, 0, 0}, {kOdds, kOdds, kOdds, -kOdds}, 0);
  const double whole = divergence_from_half(std::sqrt(3.0) / (std::sqrt(3.0) + 1)), quarter = divergence_from_half(0.75);
  const auto found = total("sdd", {{"finest", std::int64_t{2}}}, networks);
  EXPECT_NEAR(found.item<double>(), (whole + (3 + 2) * quarter) / 5, 1e-15);
  found.backward();
  EXPECT_TRUE(networks.student_classifier.bias.grad().defined());
  // Where the label is 1 the whole is wrong: the one quarter that is right counts twice, which is the same.
  EXPECT_NEAR(
      total("sdd", {{"finest", std::int64_t{2}}}, networks_of({0, 0, 0, 0}, {kOdds, kOdds, kOdds, -kOdds}, 1)).item<double>(),
      (whole + 5 * quarter) / 5, 1e-15);
  EXPECT_NEAR(total("sdd", {{"finest", std::int64_t{1}}}, networks).item<double>(), whole, 1e-15);
}

TEST(SddLoss, RepeatsAPlaceForEveryRegionThatItCovers) {
  // Of 2 x 2 places each stands for four sixteenths.
  auto networks = networks_of({0, 0, 0, 0}, {kOdds, kOdds, kOdds, kOdds}, 0);
  EXPECT_NEAR(total("sdd", {}, networks).item<double>(), divergence_from_half(0.75), 1e-15);
}

TEST(SddLoss, HasTheGradientOfKlAtEachRegion) {
  auto networks = networks_of({0, 0, 0, 0}, {kOdds, kOdds, kOdds, kOdds}, 0);
  total("sdd", {{"finest", std::int64_t{1}}}, networks).backward();
  // p_s - p_t = 1/2 - 3/4 at the mean of four places
  expect_numbers(networks.student.embedding_map.grad(), {-1.0 / 16, -1.0 / 16, -1.0 / 16, -1.0 / 16});
}

TEST(SddLoss, DecouplesTheLabelFromTheOtherClasses) {
  // Of two classes there is one other: nothing among the others, all of it on the label.
  auto networks = networks_of({0, 0, 0, 0}, {kOdds, kOdds, kOdds, kOdds}, 1);
  const auto loss = build_loss("sdd", {{"base", "dkd"}, {"target_weight", 2.0}}, networks);
  const auto found = terms(*loss, networks).terms();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].first, "target");
  EXPECT_NEAR(found[0].second.item<double>(), 2 * divergence_from_half(0.75), 1e-15);
  EXPECT_EQ(found[1].first, "nontarget");
  EXPECT_NEAR(found[1].second.item<double>(), 0, 1e-15);
}

TEST(SddLoss, StaysFiniteWhereAProbabilityUnderflows) {
  for (const auto* base : {"kd", "dkd"}) {
    auto networks = networks_of({400, -400, 400, -400}, {-400, 400, -400, 400}, 0);
    expect_finite(total("sdd", {{"base", std::string(base)}}, networks), networks);
  }
}

TEST(SddLoss, DeclinesThirdsAndNetworksWithoutAMap) {
  const auto context = networks_of({0, 0, 0, 0}, {0, 0, 0, 0}, 0).context;
  EXPECT_EQ(refusal("sdd", {{"finest", std::int64_t{3}}}, context), "expected finest = 1, 2 or 4, found 3: regions are halved");
  EXPECT_EQ(refusal("sdd", {}, context), "accepted");
  EXPECT_EQ(refusal("sdd", {}, {.student = {}, .teacher = {}, .student_embedding_map = FeatureShape{"embedding map", 1, 2, 2}}),
            "expected the map that is pooled into the embedding, found none of the teacher; use a convolutional network with "
            "global average pooling");
}

}  // namespace
}  // namespace kdbench::test::sdd_loss
