// Training in the way of a GPU, on the CPU: batches by tensor operations, sums and failures that the host reads once an epoch.
#include "unit/train/toy.h"

#include <kdbench/train/data/device_feed.h>
#include <kdbench/train/device/capture_policy.h>
#include <kdbench/train/objective/epoch_sums.h>
#include <kdbench/train/optimizer/sgd.h>
#include <kdbench/train/steps/finite_watch.h>
#include <kdbench/train/teacher/tape.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kdbench {
namespace {

using toy::job;
using toy::taught;
using toy::TemporaryStore;
using Action = CapturePolicy::Action;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

SessionOptions deferred() {
  SessionOptions options;
  options.deferred = true;
  return options;
}

TEST(CapturePolicy, WarmsUpWatchesCapturesThenReplays) {
  CapturePolicy policy(8);
  const std::vector<Action> expected{Action::kOneByOne, Action::kOneByOne, Action::kWatch,
                                     Action::kCapture,  Action::kReplay,   Action::kReplay};
  for (const auto action : expected) EXPECT_EQ(policy.next(8, 0), action);
  EXPECT_EQ(policy.next(3, 0), Action::kOneByOne);  // the last batch of an epoch
  EXPECT_EQ(policy.next(8, 0), Action::kReplay);
}

TEST(CapturePolicy, StartsAgainInAnotherPhase) {
  CapturePolicy policy(8);
  for (int i = 0; i < 5; ++i) policy.next(8, 0);
  EXPECT_EQ(policy.next(8, 3), Action::kOneByOne);
  EXPECT_EQ(policy.next(8, 3), Action::kOneByOne);
  EXPECT_EQ(policy.next(8, 3), Action::kWatch);
  EXPECT_EQ(policy.next(8, 3), Action::kCapture);
}

TEST(CapturePolicy, KeepsToARefusal) {
  CapturePolicy policy(8);
  for (int i = 0; i < 3; ++i) policy.next(8, 0);
  policy.refuse("because");
  policy.refuse("and because");
  EXPECT_EQ(policy.next(8, 0), Action::kOneByOne);
  EXPECT_EQ(policy.reason(), "because");
}

TEST(FiniteWatch, NamesTheFirstBadStepAndWhatWasBad) {
  const auto good = at::ones({}), bad = at::full({}, kInfinity);
  FiniteWatch watch(at::kCPU);
  watch.start(10);
  watch.see(good, good);  // step 10
  EXPECT_FALSE(watch.read());
  watch.see(good, bad);  // step 11
  watch.see(bad, bad);   // step 12
  ASSERT_TRUE(watch.read());
  EXPECT_EQ(watch.read()->step, 11);
  EXPECT_FALSE(watch.read()->in_loss);
  watch.start(5);
  EXPECT_FALSE(watch.read());
  watch.see(at::full({}, std::nanf("")), bad);
  EXPECT_EQ(watch.read()->step, 5);
  EXPECT_TRUE(watch.read()->in_loss);
}

class SgdOnDevice : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(PlainAndNesterov, SgdOnDevice, ::testing::Bool());

TEST_P(SgdOnDevice, IsTheOnePassUpToRoundingAndLeavesAParameterWithoutGradientAlone) {
  std::vector<at::Tensor> one_pass, operations;
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{3, 5}, {7}, {4, 3, 3, 3}, {16}}) {
    auto p = at::arange(1, 1 + at::ones(shape).numel()).to(at::kFloat).mul(0.01).view(shape);
    if (p.dim() == 4) p = p.contiguous(at::MemoryFormat::ChannelsLast);
    one_pass.push_back(p.clone().set_requires_grad(true));
    operations.push_back(p.clone().set_requires_grad(true));
  }
  FlatSgd a(one_pass, {0.9, 1e-2, GetParam()}), b(operations, {0.9, 1e-2, GetParam()});
  for (int step = 0; step < 5; ++step) {
    for (auto* list : {&one_pass, &operations}) {
      (list == &one_pass ? a : b).clear_gradients();
      auto loss = at::zeros({});
      for (std::size_t i = 0; i < list->size(); ++i) {
        if (i != 1 || step > 2) loss = loss + (*list)[i].sin().sum();  // the second has no gradient at first
      }
      loss.backward();
    }
    EXPECT_TRUE(a.step(0.1));
    b.set_rate(0.1);
    EXPECT_EQ(b.step_on_device().item<float>(), 0);
  }
  for (std::size_t i = 0; i < one_pass.size(); ++i)
    EXPECT_LT((one_pass[i] - operations[i]).abs().max().item<double>(), 1e-6) << i;
  EXPECT_TRUE(at::allclose(a.momentum(), b.momentum(), 1e-5, 1e-6));
}

TEST(SgdOnDevice, AnswersNotFiniteForAGradientThatIsNot) {
  auto p = at::ones({4}).set_requires_grad(true);
  FlatSgd sgd({p}, {});
  (p * kInfinity).sum().backward();
  EXPECT_FALSE(std::isfinite(sgd.step_on_device().item<float>()));
}

TEST(EpochSums, AreTheSameOnTheDevice) {
  EpochSums plain, later;
  DeviceSums device;
  for (int batch = 0; batch < 3; ++batch) {
    const auto logits = at::tensor({1.0F, 2.0F, 5.0F, 4.0F}).view({2, 2});  // says 1, 0
    const auto labels = at::tensor({1, 1}, at::kLong);                      // one of two is right
    const auto loss = at::full({}, 0.5 * (batch + 1));
    const Objective objective{loss, {{"ce", loss}, {"kd", loss * 2}}, {}};
    plain.add(logits, labels, objective);
    device.add(logits, labels, objective);
    later.rows += 2;
  }
  device.move_into(later);
  EXPECT_TRUE(later.finite());
  EXPECT_EQ(to_document(later), to_document(plain));
  EXPECT_EQ(later.means().loss, 1.0);  // (0.5 + 1 + 1.5) / 3
  EXPECT_EQ(later.means().train_accuracy, 0.5);
  EXPECT_EQ(later.means().terms.at("kd"), 2.0);
  device.clear();
  EpochSums next;
  next.rows = 2;
  device.move_into(next);
  EXPECT_EQ(next.means().loss, 0.0);
}

TEST(EpochSums, AreNotFiniteAfterALossThatIsNot) {
  EpochSums sums;
  const Objective objective{at::full({}, kInfinity), {}, {}};
  EXPECT_TRUE(sums.finite());
  sums.add(at::zeros({1, 2}), at::zeros({1}, at::kLong), objective);
  EXPECT_FALSE(sums.finite());
}

class Feed : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutAugmentation, Feed, ::testing::Bool());

TEST_P(Feed, GivesTheBatchesOfTheData) {
  const toy::ToyData dataset(60);
  TrainData data(dataset, "", {9, 0, 0}, 3, at::kCPU);
  data.make_feed();
  const auto recipe = toy::recipe(2, GetParam());
  for (std::int64_t epoch = 0; epoch < 5; ++epoch) {  // more than it keeps
    const auto order = data.order(epoch);
    for (std::int64_t step = 0; step < 7; ++step) {
      const auto range = batch_range(step, recipe.batch_size, data.train().size());
      const auto expected = data.batch(order.data() + range.begin, range.size, epoch, recipe);
      for (const auto& batch : {data.feed()->batch(epoch, range.begin, range.size, recipe),
                                data.feed()->rows(order.data() + range.begin, range.size, epoch, recipe)}) {
        EXPECT_TRUE(at::allclose(batch.images, expected.images, 1e-5, 1e-6)) << epoch << ' ' << step;
        EXPECT_EQ(batch.images.strides(), expected.images.strides());
        EXPECT_TRUE(batch.labels.equal(expected.labels));
        EXPECT_TRUE(batch.indices.equal(expected.indices));
      }
      EXPECT_EQ(expected.indices[0].item<std::int64_t>(), order[static_cast<std::size_t>(range.begin)]);
    }
  }
  EXPECT_TRUE(at::allclose(data.feed()->images(data.test(), 3, 9), data.images(data.test(), 3, 9), 1e-5, 1e-6));
}

class Deferred : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutAugmentation, Deferred, ::testing::Bool());

TEST_P(Deferred, TrainsTheSameNetworksUpToRounding) {
  const bool moves = GetParam();
  const std::vector<Job> students{taught("a", "mse", 1, moves), taught("b", "features", 2, moves),
                                  taught("c", "mse", 2, moves, 3, 0.5), toy::combined("d", moves),
                                  toy::by_adamw(taught("e", "mse", 2, moves))};
  TemporaryStore plain, later;
  toy::train(plain.store, {job("teacher", 8, moves)});
  toy::train(plain.store, students, 2);
  toy::train(later.store, {job("teacher", 8, moves)}, 1, 0, deferred());
  toy::train(later.store, students, 2, 0, deferred());
  for (const std::string id : {"teacher", "a", "b", "c", "d", "e"}) {
    const auto p = toy::record(plain.store, id), l = toy::record(later.store, id);
    ASSERT_EQ(l.status, Status::kDone) << l.reason;
    ASSERT_EQ(l.epochs.size(), p.epochs.size());
    for (std::size_t e = 0; e < p.epochs.size(); ++e)
      EXPECT_NEAR(l.epochs[e].loss, p.epochs[e].loss, 1e-4 * std::max(1.0, p.epochs[e].loss)) << id;
    const auto expected = load_tensors(plain.store.artifacts(id) / "last.safetensors"),
               found = load_tensors(later.store.artifacts(id) / "last.safetensors");
    for (const auto& [name, tensor] : expected)
      EXPECT_TRUE(at::allclose(found.at(name), tensor, 1e-3, 1e-4)) << id << ' ' << name;
    ASSERT_TRUE(l.extra.graph);
    EXPECT_EQ(l.extra.graph->replayed, 0);
    EXPECT_EQ(l.extra.graph->one_by_one, 21);  // 3 epochs of 7 steps
    EXPECT_EQ(l.extra.graph->why, id == "c" ? "the model draws random numbers" : "not on a GPU");
    EXPECT_FALSE(p.extra.graph.has_value());
  }
}

TEST_P(Deferred, NamesEpochAndStepOfADivergence) {
  const bool moves = GetParam();
  TemporaryStore plain, later;
  const std::vector<Job> students{taught("n", "nan", 1, moves), taught("g", "nan_gradient", 1, moves),
                                  taught("r", "bad_row", 1, moves)};
  for (auto* s : {&plain, &later}) {
    const auto options = s == &later ? deferred() : SessionOptions{};
    toy::train(s->store, {job("teacher", 8, moves)}, 1, 0, options);
    toy::train(s->store, students, 2, 0, options);
  }
  EXPECT_EQ(toy::record(later.store, "n").reason, "the loss is not finite in epoch 2, step 1");
  EXPECT_EQ(toy::record(later.store, "n").epochs.size(), 1U);
  EXPECT_EQ(toy::record(later.store, "g").reason, "a gradient is not finite in epoch 1, step 1");
  for (const std::string id : {"n", "g", "r"}) {
    EXPECT_EQ(toy::record(later.store, id).status, Status::kDiverged);
    EXPECT_EQ(toy::record(later.store, id).reason, toy::record(plain.store, id).reason);
    EXPECT_FALSE(std::filesystem::exists(later.store.artifacts(id) / "last.safetensors"));
  }
}

TEST(Deferred, ContinuesBitByBitAfterAStop) {
  TemporaryStore whole, cut;
  for (auto* s : {&whole, &cut}) toy::train(s->store, {job("teacher", 8, true)}, 1, 0, deferred());
  const auto student = taught("a", "mse", 1, true);
  toy::train(whole.store, {student}, 1, 0, deferred());
  toy::train(cut.store, {student}, 1, 2, deferred());
  EXPECT_FALSE(cut.store.is_done("a"));
  toy::train(cut.store, {student}, 1, 0, deferred());
  EXPECT_EQ(toy::weights(cut.store, "a"), toy::weights(whole.store, "a"));
  EXPECT_EQ(toy::record(cut.store, "a").epochs[2].loss, toy::record(whole.store, "a").epochs[2].loss);
}

}  // namespace
}  // namespace kdbench
