// SimKD: values by hand with a projector that is known, its shape, maps of two sizes, and what is refused.
#include <tests/plugins/feature_checks.h>

#include <ATen/ops/allclose.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>

#include <cmath>

namespace kdbench::test::simkd_loss {
namespace {

TEST(SimkdLoss, IsTheMeanSquareBetweenTheProjectionAndTheTeacher) {
  // Every layer's batch norm sees (1, -1) times a positive number, and its ReLU leaves (y, 0): the next sees mean y / 2 and so
  // deviations of y / 2 again. With eps = 1e-5 and large weights each output is (1, 0) to a few parts in a million.
  auto networks = TwoNetworks{}.embedding_maps(numbers({1, -1}, {2, 1, 1, 1}), numbers({3, 1}, {2, 1, 1, 1}));
  networks.context.teacher_classifier = {numbers({1, -1}, {2, 1}), numbers({0, 4}, {2})};
  const auto loss = build_loss("simkd", {{"factor", std::int64_t{1}}, {"weight", 2.0}}, networks);
  for (const auto* conv : {"conv1", "conv3"}) set_state(*loss, std::string("projector.") + conv + ".weight", numbers({50}, {1}));
  set_state(*loss, "projector.conv2.weight", numbers({0, 0, 0, 0, 50, 0, 0, 0, 0}, {9}));
  const auto found = total(*loss, networks);
  // 2 ((1 - 3)^2 + (0 - 1)^2) / 2
  EXPECT_NEAR(found.item<double>(), 5, 1e-4);
  // The teacher's classifier judges the projected map: logits (x, 4 - x) of 1 and of 0.
  const auto judged = loss->judged_logits(networks.student);
  EXPECT_TRUE(at::allclose(judged, numbers({1, 3, 0, 4}, {2, 2}), 0, 1e-4));
  set_state(*loss, "projector.bn3.weight", numbers({0}, {1}));
  set_state(*loss, "projector.bn3.bias", numbers({2}, {1}));
  const auto constant = total(*loss, networks);  // 2 everywhere: (2 - 3)^2 and (2 - 1)^2
  EXPECT_NEAR(constant.item<double>(), 2, 1e-14);
  constant.backward();
  expect_numbers(loss->named_parameters()["projector.bn3.bias"].grad(), {0});
}

TEST(SimkdProjector, HasAMiddleOfAPartOfTheTeachersChannels) {
  auto networks = TwoNetworks{}.embedding_maps(at::ones({2, 3, 4, 4}, torch::kFloat64), at::ones({2, 7, 2, 2}, torch::kFloat64));
  networks.context.teacher_classifier.weight = at::ones({5, 7}, torch::kFloat64);
  const auto loss = build_loss("simkd", {}, networks);
  const auto shape = [&](const char* name) { return loss->named_parameters()[name].sizes().vec(); };
  EXPECT_EQ(shape("projector.conv1.weight"), (std::vector<std::int64_t>{3, 3, 1, 1}));  // 7 / 2, rounded down
  EXPECT_EQ(shape("projector.conv2.weight"), (std::vector<std::int64_t>{3, 3, 3, 3}));
  EXPECT_EQ(shape("projector.conv3.weight"), (std::vector<std::int64_t>{7, 3, 1, 1}));
  expect_finite(total(*loss, networks), networks);
  // In eval mode it is asked without a forward(), by the running statistics; of 4 x 4 places it sees the teacher's 2 x 2.
  loss->eval();
  EXPECT_EQ(loss->judged_logits(networks.student).sizes().vec(), (std::vector<std::int64_t>{2, 5}));
}

TEST(SimkdAdapter, SaysInTrainingWhatItSaysOfTheSameMapAlone) {
  at::manual_seed(6);
  auto networks =
      TwoNetworks{}.embedding_maps(at::randn({3, 2, 4, 4}, torch::kFloat64), at::randn({3, 4, 2, 2}, torch::kFloat64));
  networks.context.teacher_classifier.weight = at::randn({5, 4}, torch::kFloat64);
  const auto loss = build_loss("simkd", {}, networks);
  total(*loss, networks);
  const auto after_forward = loss->judged_logits(networks.student), alone = loss->judged_logits(networks.student);
  EXPECT_TRUE(at::allclose(after_forward, alone, 0, 1e-14));
}

TEST(SimkdLoss, RefusesOneImageOfOnePlace) {
  auto networks = TwoNetworks{}.embedding_maps(at::ones({1, 2, 1, 1}, torch::kFloat64), at::ones({1, 2, 1, 1}, torch::kFloat64));
  networks.context.teacher_classifier.weight = at::ones({3, 2}, torch::kFloat64);
  EXPECT_EQ(complaint([&] { total("simkd", {}, networks); }),
            "the projector's batch norm needs more than one value a channel, found one image whose map is 1 x 1; use larger "
            "batches");
}

TEST(SimkdLoss, DeclinesNetworksWithoutAMap) {
  EXPECT_EQ(refusal("simkd", {}, {.student = {}, .teacher = {}}),
            "expected the map that is pooled into the embedding, found none of the student; use a convolutional network with "
            "global average pooling");
}

}  // namespace
}  // namespace kdbench::test::simkd_loss
