// CAT-KD: values and gradients by hand, normalised and binarised class maps, and what is declined.
#include <tests/plugins/feature_checks.h>

#include <cmath>

namespace kdbench::test::catkd_loss {
namespace {

/// One channel and one class: the student's map times 2, the teacher's times 1.
TwoNetworks networks_of(const std::vector<double>& student, const std::vector<double>& teacher) {
  const auto map = [](const std::vector<double>& v) { return numbers(v, {1, 1, 1, static_cast<std::int64_t>(v.size())}); };
  auto networks = TwoNetworks{}.embedding_maps(map(student), map(teacher));
  networks.student_classifier.weight = numbers({2}, {1, 1}).requires_grad_(true);
  networks.context.teacher_classifier.weight = numbers({1}, {1, 1});
  return networks;
}

ParamValues params(const std::string& key, bool on) { return {{"resolution", std::int64_t{1}}, {"weight", 3.0}, {key, on}}; }

TEST(CatkdLoss, ComparesPooledClassMaps) {
  // The student's class map 2 (1, 3) has the mean 4, the teacher's (2, 4) the mean 3.
  auto networks = networks_of({1, 3}, {2, 4});
  const auto found = total("catkd", params("normalise", false), networks);
  EXPECT_NEAR(found.item<double>(), 3 * 1, 1e-15);
  found.backward();
  // d/d(mean) = 3 * 2 * 1; to each place by half the weight 2, to the weight by the map's mean 2
  expect_numbers(networks.student.embedding_map.grad(), {6, 6});
  expect_numbers(networks.student_classifier.weight.grad(), {12});
}

TEST(CatkdLoss, ComparesDirectionsWhereItNormalises) {
  // At resolution 2 maps of 1 x 2 are doubled in height: (6, 8; 6, 8) has the direction (3, 4; 3, 4) / sqrt 50, (1, 0; 1, 0) has
  // (1, 0; 1, 0) / sqrt 2: with r = 1 / sqrt 2: 2 r^2 ((0.6 - 1)^2 + 0.8^2) / 4.
  auto networks = networks_of({3, 4}, {1, 0});
  const ParamValues normalised{{"resolution", std::int64_t{2}}, {"weight", 1.0}, {"normalise", true}};
  EXPECT_NEAR(total("catkd", normalised, networks).item<double>(), 0.8 / 4, 1e-15);
}

TEST(CatkdLoss, TakesPlacesAboveTheMeanMagnitudeWhereItBinarises) {
  // |(-5, 4, 6)| has the mean 5: only 6 is above, so the teacher's map is (0, 0, 1), mean 1/3. The student's mean is 2 * 1.
  auto networks = networks_of({1, 1, 1}, {-5, 4, 6});
  EXPECT_NEAR(total("catkd", params("binarise", true), networks).item<double>(), 3 * std::pow(2 - 1.0 / 3, 2), 1e-14);
}

TEST(CatkdLoss, StaysFiniteForAMapOfZeros) {
  auto networks = networks_of({0, 0}, {1, 2});
  expect_finite(total("catkd", params("normalise", true), networks), networks);
}

TEST(CatkdLoss, DeclinesNetworksWithoutAMapToClassify) {
  EXPECT_EQ(refusal("catkd", {}, {.student = {}, .teacher = {}}),
            "expected the map that is pooled into the embedding, found none of the student; use a convolutional network with "
            "global average pooling");
}

}  // namespace
}  // namespace kdbench::test::catkd_loss
