// The norm of the first gradient, and learning rates that are matched to another's.
#include "unit/train/toy.h"

#include <kdbench/sdk/error.h>
#include <kdbench/train/optimizer/sgd.h>
#include <kdbench/train/steps/first_gradient.h>

#include <gtest/gtest.h>

#include <limits>

namespace kdbench {
namespace {

using toy::record;
using toy::TemporaryStore;

/// Taught by "mse" with a weight of its own and nothing else: no cross-entropy, no weight decay.
Job weighed(const std::string& id, double weight, std::int64_t epochs = 3) {
  auto out = toy::taught(id, "mse", 1, false, epochs);
  toy::change(out.spec.loss, [&](LossSpec& loss) {
    loss.alpha.reset();
    loss.ce_weight = 0;
    loss.parts.front().kd_weight = weight;
  });
  toy::change(out.spec.train, [](Recipe& recipe) { recipe.weight_decay = 0; });
  return out;
}

Job matched(const std::string& id, double weight, const std::string& to) {
  auto out = weighed(id, weight);
  out.spec.lr_matched_to = to;
  return out;
}

TEST(FirstGradient, GivesAShorterOneALargerRate) {
  FirstGradient first(2.0);
  EXPECT_EQ(first.rate_factor(), 1);  // it is not known yet
  first.take(1.0);
  EXPECT_EQ(first.rate_factor(), 2);  // 2 / 1
  FirstGradient plain;
  plain.take(1.0);
  EXPECT_EQ(plain.rate_factor(), 1);
  EXPECT_EQ(plain.norm(), 1.0);
}

TEST(FirstGradient, RefusesToMatchNothing) {
  FirstGradient first(2.0);
  first.take(std::numeric_limits<double>::infinity());  // the step that finds it is the one to tell
  EXPECT_FALSE(first.norm());
  EXPECT_THROW(first.take(0), Error);
  FirstGradient plain;
  plain.take(0);
  EXPECT_EQ(plain.norm(), 0.0);
}

TEST(GradientNorm, IsOfAllParametersTogether) {
  auto a = at::zeros({2}).set_requires_grad(true), b = at::zeros({1}).set_requires_grad(true),
       unused = at::ones({3}).set_requires_grad(true);
  FlatSgd sgd({a, b, unused}, {.momentum = 0, .weight_decay = 1});
  EXPECT_EQ(sgd.gradient_norm(), 0);
  (a * at::tensor({2.0F, 3.0F})).sum().add((b * 6).sum()).backward();
  EXPECT_NEAR(sgd.gradient_norm(), 7, 1e-12);  // 4 + 9 + 36 = 49; the decay of `unused` is no part of it
}

TEST(FirstGradient, OfHalfALossIsMatchedByTwiceTheRateAndTrainsTheSame) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {weighed("whole", 1)});
  toy::train(s.store, {weighed("half", 0.5), matched("matched", 0.5, "whole")}, 2);
  const auto whole = record(s.store, "whole"), half = record(s.store, "half"), made_equal = record(s.store, "matched");
  ASSERT_TRUE(whole.extra.first_gradient_norm);
  EXPECT_GT(*whole.extra.first_gradient_norm, 0);
  EXPECT_EQ(*half.extra.first_gradient_norm, *whole.extra.first_gradient_norm / 2);
  EXPECT_EQ(*made_equal.extra.first_gradient_norm, *half.extra.first_gradient_norm);
  EXPECT_FALSE(half.extra.rate_factor);
  EXPECT_EQ(made_equal.extra.rate_factor, 2.0);
  // Halves and doubles are exact: half the gradient at twice the rate is the same step.
  EXPECT_EQ(made_equal.extra.weights_sha256, whole.extra.weights_sha256);
  EXPECT_NE(half.extra.weights_sha256, whole.extra.weights_sha256);
  EXPECT_EQ(made_equal.epochs.front().lr, 2 * whole.epochs.front().lr);
}

TEST(FirstGradient, SurvivesAStop) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {weighed("whole", 1), weighed("other", 0.3)}, 2);
  toy::train(s.store, {matched("straight", 0.3, "whole")});
  auto stopped = matched("stopped", 0.3, "whole");
  toy::train(s.store, {stopped}, 1, 1);
  ASSERT_FALSE(s.store.get("stopped").value());
  toy::train(s.store, {stopped});
  const auto a = record(s.store, "straight"), b = record(s.store, "stopped");
  EXPECT_EQ(a.extra.first_gradient_norm, b.extra.first_gradient_norm);
  EXPECT_EQ(a.extra.first_gradient_norm, record(s.store, "other").extra.first_gradient_norm);  // in a group, unmatched
  EXPECT_EQ(a.extra.rate_factor, b.extra.rate_factor);
  EXPECT_EQ(a.extra.weights_sha256, b.extra.weights_sha256);
  EXPECT_EQ(a.epochs.back().lr, b.epochs.back().lr);
}

TEST(FirstGradient, IsMatchedByDeferredSteps) {
  SessionOptions deferred;
  deferred.deferred = true;
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {weighed("whole", 1)}, 1, 0, deferred);
  toy::train(s.store, {matched("matched", 0.5, "whole")}, 1, 0, deferred);
  EXPECT_EQ(record(s.store, "matched").extra.rate_factor, 2.0);
  EXPECT_EQ(toy::weights(s.store, "matched"), toy::weights(s.store, "whole"));
}

TEST(FirstGradient, OfARecordThatDoesNotTellCannotBeMatched) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false), toy::job("other", 4, false)});
  toy::train(s.store, {weighed("whole", 1)});
  auto silent = record(s.store, "whole");
  silent.job = "silent";
  silent.extra.first_gradient_norm.reset();
  s.store.put(silent);
  toy::train(s.store, {matched("matched", 0.5, "silent")});
  const auto failed = record(s.store, "matched");
  EXPECT_EQ(failed.status, Status::kFailed);
  EXPECT_NE(
      failed.reason.find("says nothing of its first gradient, being of an earlier version: move it away to have it trained"),
      std::string::npos)
      << failed.reason;
}

}  // namespace
}  // namespace kdbench
