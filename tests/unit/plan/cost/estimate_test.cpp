/// What a job is expected to need, by sums that can be done by hand.
#include <kdbench/plan/cost/estimate.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

constexpr double kMB = 1e6;

/// 1000 rows of 8 x 8 x 1 and 500 test rows: (64 + 16) bytes a row, 1500 rows read and 1000 - 100 + 100 + 500 kept, 0.24 MB.
DatasetInfo small_images() {
  DatasetInfo info;
  info.num_classes = 10;
  info.image = {1, 8, 8};
  info.num_train = 1000;
  info.num_test = 500;
  return info;
}

/// A million weights, 1000 values of feature maps a sample, 50 kB a sample of a forward, a millisecond a sample.
ModelFacts network() {
  ModelFacts facts;
  facts.num_params = 1000000;
  facts.features = {{"f0", 10, 10, 10}};
  facts.num_logits = 10;
  facts.forward_s = 1e-3;
  facts.activation_bytes = 50e3;
  return facts;
}

Spec spec(std::int64_t validation = 100, bool flip = false, std::int64_t test_limit = 0) {
  Spec out;
  out.dataset = DatasetSpec{.validation = validation, .test_limit = test_limit};
  out.train = Recipe{.epochs = 2, .batch_size = 40, .flip = flip};
  return out;
}

Estimate of(const Spec& job, const ModelFacts* teacher = nullptr, bool features = false, double rows = 900) {
  return estimate_job(network(), teacher, job, static_cast<std::int64_t>(rows), small_images(), features);
}

TEST(Estimate, CountsForwardsAsTime) {
  // Two epochs of 900 rows, three forwards each; two validations of 100 and the 500 test rows: 5400 + 700 forwards.
  EXPECT_NEAR(of(spec()).seconds, 6.1, 1e-9);
  const auto teacher = network();
  // One of the teacher for each row, in every epoch where images move or maps are read.
  EXPECT_NEAR(of(spec(), &teacher).seconds, 6.1 + 0.9, 1e-9);
  EXPECT_NEAR(of(spec(), &teacher).shared_seconds, 0.9, 1e-9);
  EXPECT_NEAR(of(spec(100, /*flip=*/true), &teacher).shared_seconds, 1.8, 1e-9);
  EXPECT_NEAR(of(spec(), &teacher, /*features=*/true).shared_seconds, 1.8, 1e-9);
}

TEST(Estimate, CountsTheTestRowsThatAreKept) {
  EXPECT_NEAR(of(spec(100, false, 200)).seconds, 6.1 - 0.3, 1e-9);  // 200 of 500
  // and their bytes
  EXPECT_NEAR(of(spec(100, false, 200)).shared_bytes, of(spec()).shared_bytes - 300 * (64 + 16), 1e-3);
  EXPECT_NEAR(of(spec(100, false, 900)).seconds, 6.1, 1e-9);  // more than there are
}

TEST(Estimate, KeepsWeightsGradientsMomentumAndTheStatesThatFourRulesKeep) {
  EXPECT_NEAR(of(spec(0)).state_bytes, 12 * kMB, 1);
  EXPECT_NEAR(of(spec(100)).state_bytes, 28 * kMB, 1);
}

TEST(Estimate, AddsAStepAndAnEvaluationToWhatIsShared) {
  const auto e = of(spec());
  EXPECT_NEAR(e.shared_bytes, 365.24 * kMB, 0.01 * kMB);
  // 40 samples of 50 kB, 1.35 times; the 4 kB of maps of 256 samples, 1.024 MB, 2.2 times.
  EXPECT_NEAR(e.bytes - e.shared_bytes - e.state_bytes, (1.35 * 2.0 + 2.2 * 1.024) * kMB, 0.01 * kMB);
}

TEST(Estimate, CountsTheTapeOnceAndTheTeacherOnEveryThread) {
  const auto teacher = network();
  const auto tape = [&](const Spec& job, bool features, double rows = 900) {
    return of(job, &teacher, features, rows).shared_bytes - of(job, nullptr, false, rows).shared_bytes;
  };
  const auto taught = of(spec(), &teacher), alone = of(spec());
  EXPECT_NEAR(taught.thread_bytes, (4 + 0.82 * 1.024) * kMB, 1);  // a million weights, the maps of 256 samples
  EXPECT_NEAR(taught.bytes - alone.bytes, taught.thread_bytes + 900 * 10 * 4, 1);
  EXPECT_NEAR(tape(spec(), false), 900 * 10 * 4, 1);
  EXPECT_NEAR(tape(spec(100, /*flip=*/true), false), 2 * 900 * 10 * 4, 1);  // this epoch's and the next one's
  EXPECT_NEAR(tape(spec(), true), 900 * 1010 * 4, 1);                       // maps too
  EXPECT_NEAR(tape(spec(), true, 1e6), 2 * 256.0 * (1 << 20), 1);           // 4 GB of them: two segments
}

TEST(Estimate, LeavesOutConvolutionsWhereThereAreNoImages) {
  auto info = small_images();
  info.image = {64, 1, 1};
  const auto points = estimate_job(network(), nullptr, spec(), 900, info);
  EXPECT_NEAR(of(spec()).shared_bytes - points.shared_bytes, 180 * kMB, 1);
}

TEST(Estimate, SaysNothingWhereRowsAreUnknown) {
  EXPECT_EQ(of(spec(), nullptr, false, 0).bytes, 0);
  EXPECT_EQ(of(spec(), nullptr, false, 0).seconds, 0);
}

}  // namespace
}  // namespace kdbench
