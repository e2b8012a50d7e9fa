// Mixup: which images are mixed, in which shares, and what cross-entropy makes of two labels.
#include "unit/train/toy.h"

#include <kdbench/train/data/mixup.h>
#include <kdbench/train/data/train_data.h>
#include <kdbench/train/objective/objective.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench {
namespace {

// Rows 8, 4, 0 in shares of 1/4: 2 + 3, 1 + 0, 0 + 6.
TEST(Mixup, MixesEachRowWithTheNextAndTheLastWithTheFirst) {
  Batch batch;
  batch.images = at::tensor({8.0f, 4.0f, 0.0f}).view({3, 1, 1, 1});
  batch.labels = at::tensor({0, 1, 2}, at::kLong);
  mix_in_pairs(batch, 0.25);
  EXPECT_TRUE(batch.images.view(-1).equal(at::tensor({5.0f, 1.0f, 6.0f})));
  EXPECT_TRUE(batch.labels.equal(at::tensor({0, 1, 2}, at::kLong)));
  EXPECT_TRUE(batch.mixed_labels.equal(at::tensor({1, 2, 0}, at::kLong)));
  EXPECT_EQ(batch.mix, 0.25);
}

// Beta(1, 1) is uniform; its mean is 1/2 and its variance 1/12. Beta(a, a) has the variance 1 / (4 (2 a + 1)).
TEST(Mixup, DrawsSharesFromTheSymmetricBetaDistribution) {
  constexpr int kDraws = 4000;
  for (const double alpha : {0.2, 1.0, 8.0}) {
    double sum = 0, squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double share = mixup_share(5, i / 50, i % 50, alpha);
      ASSERT_TRUE(share >= 0 && share <= 1) << share;
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    const double variance = 1 / (4 * (2 * alpha + 1));
    EXPECT_NEAR(sum / kDraws, 0.5, 4 * std::sqrt(variance / kDraws)) << alpha;
    EXPECT_NEAR(squares / kDraws, variance, 0.1 * variance) << alpha;
  }
}

TEST(Mixup, DrawsAnotherShareForAnotherSeedEpochOrBatch) {
  const double share = mixup_share(5, 1, 7, 0.4);
  EXPECT_EQ(share, mixup_share(5, 1, 7, 0.4));
  EXPECT_NE(share, mixup_share(6, 1, 7, 0.4));
  EXPECT_NE(share, mixup_share(5, 2, 7, 0.4));
  EXPECT_NE(share, mixup_share(5, 1, 8, 0.4));
}

// Logits (ln 3, 0): p = (3/4, 1/4). 0.7 (-ln 3/4) + 0.3 (-ln 1/4).
TEST(Mixup, SharesCrossEntropyBetweenBothLabels) {
  const auto logits = at::tensor({std::log(3.0), 0.0}, at::kDouble).view({1, 2});
  const Targets targets(at::tensor({0}, at::kLong), at::tensor({1}, at::kLong), 0.7);
  const auto found = objective(logits, targets, std::vector<WeightedTerms>{}, CrossEntropy{});
  EXPECT_NEAR(found.total.item<double>(), -0.7 * std::log(0.75) - 0.3 * std::log(0.25), 1e-12);
}

Job mixed(const std::string& id) {
  auto job = toy::taught(id, "features", 2, true);
  toy::change(job.spec.train, [](Recipe& recipe) { recipe.mixup = 0.4; });
  return job;
}

TEST(Mixup, GivesTheSameBitsAloneInAGroupAndResumed) {
  toy::TemporaryStore alone, group, stopped;
  for (auto* s : {&alone, &group, &stopped}) toy::train(s->store, {toy::job("teacher", 8, true)});
  toy::train(alone.store, {mixed("a")});
  auto second = mixed("b");
  toy::change(second.spec.loss, [](LossSpec& loss) { loss.alpha = 0.3; });
  toy::train(group.store, {second, mixed("a")}, 2);
  toy::train(stopped.store, {mixed("a")}, 1, 2);
  toy::train(stopped.store, {mixed("a")});
  ASSERT_EQ(toy::record(alone.store, "a").status, Status::kDone) << toy::record(alone.store, "a").reason;
  EXPECT_EQ(toy::weights(alone.store, "a"), toy::weights(group.store, "a"));
  EXPECT_EQ(toy::weights(alone.store, "a"), toy::weights(stopped.store, "a"));
  toy::train(group.store, {toy::taught("plain", "features", 2, true)});
  EXPECT_NE(toy::weights(group.store, "a"), toy::weights(group.store, "plain"));
}

}  // namespace
}  // namespace kdbench
