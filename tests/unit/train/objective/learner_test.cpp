// What a student is trained on in each epoch of a window with a warm-up, held by hand.
#include "unit/train/toy.h"

#include <kdbench/train/objective/learner.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench {
namespace {

constexpr std::int64_t kStepsPerEpoch = 7;

/// The loss "mse", in epochs [1, 6) of eight, with the weight 0.8 * 3^2 after a rise over four epochs.
Spec rising(LossSpec weights = {.ce_weight = 0.5}) {
  auto spec = toy::taught("a", "mse", 3, false, 8).spec;
  auto part = spec.loss->parts.front();
  if (weights.ce_weight) part.kd_weight = 0.8;
  part.kd_begin = 1;
  part.kd_end = 6;
  part.warmup_epochs = 4;
  weights.parts = {part};
  spec.loss = weights;
  return spec;
}

class Rising : public ::testing::Test {
 protected:
  Learner learner(const Spec& spec) const {
    const auto network = std::make_shared<toy::ToyNet>(ModelContext{3, {1, 6, 6}}, 4, 0);
    return {network, {{"", std::make_shared<toy::ToyLoss>("mse"), {}}}, {}, at::kCPU, spec, kStepsPerEpoch};
  }
  /// What is minimised in the first step of an epoch.
  static Objective in_epoch(Learner& learner, std::int64_t epoch) {
    Batch batch;
    batch.images = at::arange(72, at::kFloat).view({2, 1, 6, 6}) / 72;
    batch.labels = at::tensor({0, 2}, at::kLong);
    batch.indices = at::tensor({0, 1}, at::kLong);
    ModelOutput teacher;
    teacher.logits = at::tensor({1.0F, 0.0F, -1.0F, 0.5F, 2.0F, 0.0F}).view({2, 3});
    return learner.forward(batch, teacher, epoch * kStepsPerEpoch).objective;
  }
  static double term(const Objective& objective, const std::string& wanted) {
    for (const auto& [name, value] : objective.terms) {
      if (name == wanted) return value.item<double>();
    }
    return NAN;
  }
};

TEST_F(Rising, WeighsTheTermsByTheEpochOfTheWindow) {
  auto trained = learner(rising());
  // 0.8 * min(k / 4, 1) * 3^2 in the k-th of the epochs 1 to 5
  const std::vector<double> weights{1.8, 3.6, 5.4, 7.2, 7.2};
  for (std::int64_t epoch = 1; epoch < 6; ++epoch) {
    const auto found = in_epoch(trained, epoch);
    const double expected = 0.5 * term(found, "ce") + weights.at(static_cast<std::size_t>(epoch) - 1) * term(found, "kd");
    EXPECT_NEAR(found.total.item<double>(), expected, 1e-5) << epoch;
    EXPECT_TRUE(trained.distils(epoch));
  }
}

TEST_F(Rising, LeavesCrossEntropyItsWeightOutsideTheWindow) {
  auto trained = learner(rising());
  for (const std::int64_t epoch : {0, 6, 7}) {
    const auto found = in_epoch(trained, epoch);
    EXPECT_NEAR(found.total.item<double>(), 0.5 * term(found, "ce"), 1e-6) << epoch;
    EXPECT_EQ(found.terms.size(), 1u);
    EXPECT_FALSE(trained.distils(epoch));
  }
}

TEST_F(Rising, MakesCrossEntropyStandAloneWithWeightOneUnderAlpha) {
  auto trained = learner(rising({.alpha = 0.8}));
  const auto outside = in_epoch(trained, 0), inside = in_epoch(trained, 1);
  EXPECT_EQ(outside.total.item<double>(), term(outside, "ce"));
  // (1 - 0.8) CE + 0.8 * 1/4 * 3^2 KD
  EXPECT_NEAR(inside.total.item<double>(), 0.2 * term(inside, "ce") + 1.8 * term(inside, "kd"), 1e-5);
}

TEST_F(Rising, IsInOnePhaseWhileNothingChanges) {
  auto trained = learner(rising());
  std::vector<std::int64_t> phases;
  for (std::int64_t epoch = 0; epoch < 8; ++epoch) phases.push_back(trained.phase(epoch));
  EXPECT_EQ(phases, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 4, 6, 6}));
}

}  // namespace
}  // namespace kdbench
