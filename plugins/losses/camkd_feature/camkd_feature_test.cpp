// CA-MKD's term on maps: weights by hand through connectors and classifiers that are written out, and what is declined.
#include <tests/plugins/feature_checks.h>

#include <cmath>

namespace kdbench::test::camkd_feature_loss {
namespace {

/// Two images of label 0. The student's map (1 channel, 1 x 1) is 1 and -1: normalised over the batch it is the same, and
/// after ReLU 1 and 0. Teachers: the first has 3 and 1, and judges a map m by the logits (ln 3 * m, 0).
TwoNetworks two_images() {
  auto networks = TwoNetworks{}.embedding_maps(numbers({1, -1}, {2, 1, 1, 1}), numbers({3, 1}, {2, 1, 1, 1}));
  networks.labels = at::zeros({2}, torch::kInt64);
  networks.context.teacher_classifier = {numbers({std::log(3.0), 0}, {2, 1}), numbers({0, 0}, {2})};
  return networks;
}

struct SecondTeacher {
  torch::Tensor map;
  Classifier classifier;
};

/// The value beside a second teacher, if there is one, with a weight of 1 and connectors that change nothing.
double value(TwoNetworks networks, const std::optional<SecondTeacher>& second) {
  std::vector<ModelOutput> more;
  if (second) {
    networks.context.more_teachers.push_back(
        {.maps = {}, .embedding = 1, .embedding_map = FeatureShape{"embedding map", 1, 1, 1}, .classifier = second->classifier});
    more.emplace_back().embedding_map = second->map;
  }
  const auto loss = build_loss("camkd_feature", {{"weight", 1.0}}, networks);
  for (const char* connector : {"connector0", "connector1"}) {
    if (!second && connector == std::string("connector1")) continue;
    set_state(*loss, std::string(connector) + ".conv.weight", at::ones({1}, torch::kFloat64));
    set_state(*loss, std::string(connector) + ".conv.bias", at::zeros({1}, torch::kFloat64));
  }
  const torch::Tensor none;
  const auto found = loss->forward({.student = networks.student,
                                    .teacher = networks.teacher,
                                    .labels = networks.labels,
                                    .indices = none,
                                    .posterior = none,
                                    .images = none,
                                    .more_teachers = more});
  expect_finite(term_of(found, "map"), networks);
  return term_of(found, "map").item<double>();
}

constexpr double kNorm = 1e-4;  // the batch norm divides by sqrt(1 + 1e-5)

TEST(CamkdFeatureLoss, IsTheDistanceToOneTeacher) {
  // (1 - 3)^2 and (0 - 1)^2, their mean.
  EXPECT_NEAR(value(two_images(), std::nullopt), 2.5, kNorm);
}

TEST(CamkdFeatureLoss, TrustsTheTeacherThatReadsTheStudentsMapRightly) {
  // The second teacher knows nothing: its cross-entropy is ln 2. That of the first is ln 4/3 where the map is 1, and ln 2 where
  // it is 0. A softmax of (ln 4/3, ln 2) is (0.4, 0.6), so the first weighs 0.6 and 1/2, the second 0.4 and 1/2. Distances: 4 and
  // 1 of the first, 1 and 4 of the second, whose map is 2 and 2.
  const SecondTeacher ignorant{numbers({2, 2}, {2, 1, 1, 1}), {numbers({0, 0}, {2, 1}), torch::Tensor()}};
  EXPECT_NEAR(value(two_images(), ignorant), (0.6 * 4 + 0.5 * 1 + 0.4 * 1 + 0.5 * 4) / 4, kNorm);
}

TEST(CamkdFeatureLoss, PoolsTheLargerMap) {
  // The teacher's map has the means 3 and 1.
  auto networks = two_images();
  networks.teacher.embedding_map = numbers({2, 4, 3, 3, 0, 2, 1, 1}, {2, 1, 2, 2});
  networks.context.teacher_embedding_map = FeatureShape{"embedding map", 1, 2, 2};
  EXPECT_NEAR(value(networks, std::nullopt), 2.5, kNorm);
}

TEST(CamkdFeatureLoss, TakesWhatACaseGivesInPlaceOfItsOwn) {
  const auto networks = two_images();
  const auto loss = build_loss("camkd_feature", {{"weight", 1.0}}, networks);
  loss->use_draws("mapped0", numbers({3, 1}, {2, 1, 1, 1}));
  EXPECT_NEAR(total(*loss, networks).item<double>(), 0, 1e-15);
  EXPECT_NE(total(*loss, networks).item<double>(), 0);  // once
  EXPECT_EQ(complaint([&] { loss->use_draws("noise", at::zeros({1})); }), "the loss draws nothing by the name 'noise'");
}

TEST(CamkdFeatureLoss, DeclinesTeachersWithoutAMapAndAsksForTheirLastLayers) {
  auto context = two_images().context;
  EXPECT_EQ(refusal("camkd_feature", {}, context), "accepted");
  context.more_teachers.push_back({});
  EXPECT_EQ(refusal("camkd_feature", {}, context),
            "expected of every teacher the map that is pooled into its embedding, found one without");
  const auto& entry = built_plugins().losses.at("camkd_feature");
  const auto needs = entry.needs(resolve_params(entry.params, {}), context);
  EXPECT_TRUE(needs.several_teachers && needs.teacher_features && needs.teacher_classifier);
}

}  // namespace
}  // namespace kdbench::test::camkd_feature_loss
