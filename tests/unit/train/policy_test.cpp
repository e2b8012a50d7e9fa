// Gradient policies and auxiliary exits in training: the same bits alone, in a group and after a stop, and what is measured.
#include "unit/train/toy.h"

#include <kdbench/train/objective/gradients.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using toy::record;
using toy::taught;
using toy::TemporaryStore;
using toy::weights;

Job with_policy(const std::string& id, bool moves) {
  auto job = taught(id, "features", 2, moves);
  toy::change(job.spec.loss, [](LossSpec& loss) { loss.gradient_policy = PluginSpec{"halving", "1", Json::object()}; });
  return job;
}

TEST(GradientPolicies, GiveTheSameBitsAloneInAGroupAndResumed) {
  for (const bool moves : {false, true}) {
    TemporaryStore alone, group, stopped;
    for (auto* s : {&alone, &group, &stopped}) toy::train(s->store, {toy::job("teacher", 8, moves)});
    toy::train(alone.store, {with_policy("a", moves)});
    toy::train(group.store, {taught("b", "features", 2, moves), with_policy("a", moves), taught("c", "mse", 2, moves)}, 2);
    toy::train(stopped.store, {with_policy("a", moves)}, 1, 2);
    EXPECT_FALSE(stopped.store.is_done("a"));
    toy::train(stopped.store, {with_policy("a", moves)});
    ASSERT_EQ(record(alone.store, "a").status, Status::kDone) << record(alone.store, "a").reason;
    EXPECT_EQ(weights(alone.store, "a"), weights(group.store, "a"));
    EXPECT_EQ(weights(alone.store, "a"), weights(stopped.store, "a"));
    EXPECT_NE(weights(group.store, "a"), weights(group.store, "b"));
  }
}

/// w of two numbers; the terms are w0^2 with weight 3, and w0 w1 with weight 0.5.
struct TwoTerms {
  torch::Tensor w = at::tensor({2.0f, 5.0f}).requires_grad_(true);
  torch::Tensor idle = at::tensor({1.0f}).requires_grad_(true);
  Objective objective() const {
    Objective out;
    out.summands = {{"ce", w.select(0, 0).square(), 3.0}, {"kd", w.select(0, 0) * w.select(0, 1), 0.5}};
    out.total = out.summands[0].value * 3.0 + out.summands[1].value * 0.5;
    return out;
  }
};

/// Notes what it is given, and returns the second term's gradient, or what it is told to.
struct Notes final : GradientPolicy {
  torch::Tensor combine(const GradientInputs& in) override {
    given = in.terms;
    if (returns.defined()) return returns;
    return in.terms.back().gradient;
  }
  std::vector<TermGradient> given;
  torch::Tensor returns;
};

// d(3 w0^2) = (6 w0, 0) = (12, 0); d(0.5 w0 w1) = (w1 / 2, w0 / 2) = (2.5, 1). `idle` is in neither.
TEST(GradientPolicies, AreGivenEachTermsGradientWithItsWeight) {
  const TwoTerms t;
  const auto policy = std::make_shared<Notes>();
  Gradients(policy, {t.w, t.idle}).backward(t.objective(), {});
  ASSERT_EQ(policy->given.size(), 2u);
  EXPECT_EQ(policy->given[0].name, "ce");
  EXPECT_TRUE(policy->given[0].gradient.equal(at::tensor({12.0f, 0.0f, 0.0f})));
  EXPECT_TRUE(policy->given[1].gradient.equal(at::tensor({2.5f, 1.0f, 0.0f})));
  EXPECT_TRUE(t.w.grad().equal(at::tensor({2.5f, 1.0f})));
  EXPECT_FALSE(t.idle.grad().defined());  // as after an ordinary backward pass
}

TEST(GradientPolicies, AreNotAskedWhereThereIsNone) {
  const TwoTerms t;
  Gradients().backward(t.objective(), {});
  EXPECT_TRUE(t.w.grad().equal(at::tensor({14.5f, 1.0f})));
}

TEST(GradientPolicies, AreRefusedWhatIsNoGradient) {
  const TwoTerms t;
  const auto policy = std::make_shared<Notes>();
  policy->returns = at::zeros({2});
  try {
    Gradients(policy, {t.w, t.idle}).backward(t.objective(), {});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the gradient policy must return one number for each of 3 parameters, found 2 in 1 dimensions");
  }
}

Job with_exits(const std::string& id, bool moves) {
  auto job = taught(id, "exits", 1, moves, 5);
  job.spec.teacher = {};
  job.spec.model = PluginSpec{"exit_net", "1", Json::object()};
  return job;
}

TEST(Exits, AreMeasuredBesideTheNetwork) {
  TemporaryStore s;
  toy::train(s.store, {with_exits("a", false)});
  const auto kept = record(s.store, "a");
  ASSERT_EQ(kept.status, Status::kDone) << kept.reason;
  const auto& last = kept.checkpoints.at("last");
  ASSERT_EQ(last.exits.size(), 1u);
  EXPECT_EQ(last.exits.at("early").n, last.test.metrics.n);
  EXPECT_NE(last.exits.at("early").nll, last.test.metrics.nll);
}

TEST(Exits, GiveTheSameBitsAloneInAGroupAndResumed) {
  TemporaryStore alone, group, stopped;
  toy::train(alone.store, {with_exits("a", true)});
  auto second = with_exits("b", true);
  toy::change(second.spec.loss, [](LossSpec& loss) { loss.alpha = 0.3; });
  toy::train(group.store, {second, with_exits("a", true)}, 2);
  toy::train(stopped.store, {with_exits("a", true)}, 1, 2);
  toy::train(stopped.store, {with_exits("a", true)});
  EXPECT_EQ(weights(alone.store, "a"), weights(group.store, "a"));
  EXPECT_EQ(weights(alone.store, "a"), weights(stopped.store, "a"));
}

}  // namespace
}  // namespace kdbench
