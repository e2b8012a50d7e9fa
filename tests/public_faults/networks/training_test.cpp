// Trainings whose numbers depend on what nobody set: the teacher's mode, a row too many, a stop, threads, the test rows.
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/objective/epoch_sums.h>

#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <unit/train/toy.h>

#include <algorithm>
#include <functional>
#include <set>

namespace kdbench::public_faults {
namespace {

using toy::job;
using toy::record;
using toy::taught;
using toy::TemporaryStore;
using toy::weights;

/// Trains by other plugins than the toys; everything else is as toy::train has it. `stop` ends it before its first epoch.
void train(const Store& store, const std::vector<Job>& jobs, const Factories& factories, bool stop_at_once = false) {
  SessionOptions options;
  options.workers = 1;
  options.loaded = toy::build("first");
  const std::atomic<bool> stop{stop_at_once};
  train_jobs(
      jobs, store, factories, options, [](const auto&) {}, stop);
}

TEST(KB_03, AFiniteLossWhoseGradientIsNotEndsTheJobAsDiverged) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, false)});
  toy::train(s.store, {taught("student", "nan_gradient", 1, false)});
  const auto r = record(s.store, "student");
  EXPECT_EQ(r.status, Status::kDiverged);
  EXPECT_EQ(r.reason, "a gradient is not finite in epoch 1, step 1");
  EXPECT_TRUE(r.checkpoints.empty() && r.epochs.empty());
  for (const char* file : {"last.safetensors", "best_val.safetensors"}) {
    EXPECT_FALSE(std::filesystem::exists(s.store.artifacts("student") / file)) << file;
  }
}

/// In which mode a network was asked, and whether gradients were wanted of it.
struct Call {
  bool trains, gradient;
};

/// A toy network with batch norm and dropout that notes how it is asked.
struct WatchedNet final : Model {
  WatchedNet(const ModelContext& context, std::int64_t width)
      : width(width), net(register_module("net", std::make_shared<toy::ToyNet>(context, width, 0.5))) {}
  ModelOutput forward(const torch::Tensor& images) override {
    calls.push_back({is_training(), at::GradMode::is_enabled()});
    return net->forward(images);
  }
  std::vector<std::string> feature_names() const override { return net->feature_names(); }

  std::int64_t width;
  std::shared_ptr<toy::ToyNet> net;
  std::vector<Call> calls;
};

/// Every network that is built, in order.
struct Watch {
  std::vector<std::shared_ptr<WatchedNet>> nets;
  Factories factories() {
    auto out = toy::factories();
    out.model = [this](const PluginSpec& spec, const ModelContext& context) {
      nets.push_back(std::make_shared<WatchedNet>(context, spec.params.at("width").get<std::int64_t>()));
      return nets.back();
    };
    return out;
  }
};

/// A network that only teaches is asked in eval mode without gradients, and is in the end what it was.
void expect_untouched(const WatchedNet& teacher, const std::string& sha256) {
  for (const auto& call : teacher.calls) EXPECT_FALSE(call.trains || call.gradient);
  for (const auto& parameter : teacher.parameters()) EXPECT_FALSE(parameter.grad().defined());
  if (teacher.calls.empty()) return;
  EXPECT_EQ(weights_sha256(teacher), sha256);
}

TEST(KB_06, ATeacherIsNeverInTrainingModeAndNothingOfItMoves) {
  TemporaryStore s;
  Watch watch;
  // As with an assistant: each network learns from the one before.
  std::string before;
  for (const std::int64_t width : {8, 6, 4}) {
    const auto id = "width" + std::to_string(width);
    auto next = before.empty() ? job(id, width, true, 2, 0.5) : taught(id, "mse", 2, true, 2, 0.5);
    next.spec.model = PluginSpec{"net", "1", {{"width", width}, {"dropout", 0.5}}};
    if (!before.empty()) next.spec.teacher = TeacherSpec{before, {}, std::nullopt};
    watch.nets.clear();
    train(s.store, {next}, watch.factories());
    ASSERT_EQ(record(s.store, id).status, Status::kDone) << record(s.store, id).reason;
    std::size_t teaching = 0, learning = 0;
    for (const auto& net : watch.nets) {
      if (net->width != width) {
        expect_untouched(*net, weights(s.store, before));
        teaching += net->calls.size();
        continue;
      }
      // The student is in training mode where it learns, also after each evaluation, and in eval mode where it is measured. Once
      // it is asked in training mode whether it draws random numbers, and put back to what it was.
      std::size_t asked = 0;
      for (const auto& call : net->calls) {
        learning += call.gradient && call.trains;
        asked += call.trains && !call.gradient;
        EXPECT_TRUE(call.trains || !call.gradient);
      }
      EXPECT_LE(asked, 1u);
    }
    EXPECT_EQ(learning, 2u * 7) << id;  // 51 rows in batches of 8
    EXPECT_EQ(teaching > 0, !before.empty());
    before = id;
  }
}

TEST(KB_08, ALastBatchOfOneRowIsLeftOutOfTrainingAndOfNothingElse) {
  const toy::ToyData rows33(33);
  const TrainData data(rows33, "", {}, 0, at::kCPU);
  EXPECT_EQ(data.train().size(), 33);
  EXPECT_EQ(data.steps_per_epoch(32), 1);
  EXPECT_EQ(data.steps_per_epoch(31), 2);
  EXPECT_EQ(data.steps_per_epoch(64), 1);  // a batch may be larger than the data
  const toy::ToyData one(1);
  EXPECT_THROW(TrainData(one, "", {}, 0, at::kCPU), Error);  // no step: an error, no empty success
}

TEST(KB_09, AnEpochsNumbersAreMeansOverRowsAndNotOverBatches) {
  // 3 of 4, 2 of 4 and 0 of 2 are right; each batch's loss is its share of wrong rows.
  EpochSums sums;
  for (const auto& [rows, right] : {std::pair{4, 3}, {4, 2}, {2, 0}}) {
    auto labels = at::zeros({rows}, at::kLong);
    labels.narrow(0, 0, right).fill_(1);
    const auto loss = at::full({}, double(rows - right) / rows);
    sums.add(at::tensor({0.F, 1.F}).expand({rows, 2}), labels, {loss, {{"ce", loss}}, {}});
  }
  EXPECT_DOUBLE_EQ(sums.means().train_accuracy, 0.5);  // 0.4167 over batches
  EXPECT_NEAR(sums.means().loss, 0.5, 1e-7);
  EXPECT_NEAR(sums.means().terms.at("ce"), 0.5, 1e-7);
}

TEST(KB_09, WhatANetworkSaysOfARowDoesNotDependOnWhatElseIsMeasured) {
  const toy::ToyData dataset(60);
  const TrainData data(dataset, "", {}, 0, at::kCPU);
  toy::ToyNet net({3, {1, 6, 6}}, 4, 0.5);
  const auto together = logits_of(net, data, data.test());
  net.eval();
  const at::NoGradGuard no_grad;
  for (const std::int64_t size : {1, 3, 4, 10}) {
    for (std::int64_t begin = 0; begin < 30; begin += size) {
      const auto end = std::min<std::int64_t>(30, begin + size);
      const auto alone = net.forward(data.images(data.test(), begin, end)).logits;
      EXPECT_TRUE(alone.argmax(1).equal(together.slice(0, begin, end).argmax(1))) << size;
      EXPECT_LT((alone - together.slice(0, begin, end)).abs().max().item<double>(), 1e-5) << size;
    }
  }
}

/// Six epochs whose rate falls at the fourth.
Job six_epochs(const std::string& optimizer, double warmup) {
  auto out = job("six", 4, true, 6);
  if (optimizer == "adamw") out = toy::by_adamw(out);
  toy::change(out.spec.train, [&](Recipe& recipe) {
    recipe.schedule = "step";
    recipe.milestones = {3};
    recipe.warmup_epochs = warmup;
  });
  return out;
}

TEST(KB_17, AStoppedTrainingGoesOnWithTheRatesAndTheBitsOfTheUnbrokenOne) {
  for (const auto& [optimizer, warmup] : {std::pair{"sgd", 0.0}, {"sgd", 1.0}, {"adamw", 1.0}}) {
    const auto six = six_epochs(optimizer, warmup);
    TemporaryStore whole;
    toy::train(whole.store, {six});
    const auto expected = record(whole.store, "six");
    EXPECT_NEAR(expected.epochs[3].lr, expected.epochs[2].lr / 10, 1e-12);
    for (const int stop : {0, 3, 4}) {  // nothing saved yet, at the very epoch where the rate falls, behind it
      SCOPED_TRACE(std::string(optimizer) + " stopped after " + std::to_string(stop));
      TemporaryStore s;
      if (stop == 0) {
        train(s.store, {six}, toy::factories(), true);
      } else {
        toy::train(s.store, {six}, 1, stop);
      }
      EXPECT_FALSE(s.store.is_done("six"));
      toy::train(s.store, {six});
      const auto found = record(s.store, "six");
      ASSERT_EQ(found.epochs.size(), 6u);
      for (std::size_t e = 0; e < 6; ++e) {
        EXPECT_EQ(found.epochs[e].lr, expected.epochs[e].lr) << e;
        EXPECT_EQ(found.epochs[e].loss, expected.epochs[e].loss) << e;
      }
      EXPECT_EQ(found.extra.weights_sha256, expected.extra.weights_sha256);
    }
  }
}

TEST(KB_18, CropsAndFlipsAreFunctionsOfSeedEpochAndRowOnAnyNumberOfThreads) {
  std::set<std::string> found;
  for (const std::size_t workers : {1, 2, 4}) {
    for (int again = 0; again < 3; ++again) {
      TemporaryStore s;
      toy::train(s.store, {job("teacher", 8, true)}, workers);
      toy::train(s.store, {taught("a", "mse", 1, true), taught("b", "mse", 4, true)}, workers);
      found.insert(weights(s.store, "a") + weights(s.store, "b"));
    }
  }
  EXPECT_EQ(found.size(), 1u);
  const toy::ToyData dataset(60);
  const TrainData data(dataset, "", {}, 3, at::kCPU);
  const auto recipe = toy::recipe(2, true);
  const std::vector<std::int64_t> rows{0, 1, 2, 3, 4, 5, 6, 7};
  const auto images = [&](std::int64_t epoch) { return data.batch(rows.data(), 8, epoch, recipe).images; };
  EXPECT_TRUE(images(0).equal(images(0)));
  EXPECT_FALSE(images(0).equal(images(1)));
}

/// The toy data with other labels in the test split alone.
struct OtherTest final : Dataset {
  DatasetInfo info() const override { return toys.info(); }
  Split load(SplitKind kind, const std::filesystem::path& folder) const override {
    auto split = toys.load(kind, folder);
    if (kind == SplitKind::kTest) split.labels = (split.labels + 1).remainder(3);
    return split;
  }
  toy::ToyData toys{60};
};

TEST(KB_19, NothingIsChosenByTestRows) {
  auto other = toy::factories();
  other.dataset = [](const DataSource&) { return std::make_shared<OtherTest>(); };
  TemporaryStore a, b;
  for (const auto& [store, factories] : {std::pair{&a, toy::factories()}, {&b, other}}) {
    train(store->store, {job("teacher", 8, true, 6)}, factories);
    auto student = taught("student", "mse", 2, true, 6);
    student.spec.teacher = TeacherSpec{"teacher", {"best_val", 0}, std::nullopt};
    train(store->store, {student}, factories);
  }
  for (const char* id : {"teacher", "student"}) {
    const auto one = record(a.store, id), two = record(b.store, id);
    EXPECT_EQ(one.extra.weights_sha256, two.extra.weights_sha256) << id;
    EXPECT_EQ(one.extra.split_sha256, two.extra.split_sha256) << id;
    ASSERT_FALSE(one.extra.split_sha256.empty());
    for (const auto& [rule, checkpoint] : one.checkpoints) {
      EXPECT_EQ(checkpoint.epoch, two.checkpoints.at(rule).epoch) << id << " " << rule;
      EXPECT_EQ(checkpoint.fitted_temperature->fit.T, two.checkpoints.at(rule).fitted_temperature->fit.T) << id << " " << rule;
    }
    // The epoch that is taken is the first of the best by the validation rows.
    const auto& epochs = one.epochs;
    const auto best = std::max_element(epochs.begin(), epochs.end(),
                                       [](const auto& x, const auto& y) { return x.val->accuracy < y.val->accuracy; });
    EXPECT_EQ(one.checkpoints.at("best_val").epoch, best->epoch) << id;
  }
  EXPECT_NE(record(a.store, "teacher").checkpoints.at("last").test.metrics.accuracy,
            record(b.store, "teacher").checkpoints.at("last").test.metrics.accuracy);
}

/// Says what libtorch says when a GPU's memory is used up.
struct TooLarge final : Loss {
  LossNeeds needs() const override { return {.repeatable = true}; }
  LossTerms forward(const LossInputs&) override {
    throw c10::OutOfMemoryError({__func__, __FILE__, static_cast<std::uint32_t>(__LINE__)},
                                "CUDA out of memory. Tried to allocate 900 GiB");
  }
};

TEST(KB_22, OneJobOutOfMemoryNamesItsBatchSizeAndLeavesTheOthersAsTheyAreWithoutIt) {
  auto factories = toy::factories();
  factories.loss = [](const PluginSpec& spec, const LossContext&) -> BuiltLoss {
    std::shared_ptr<Loss> loss = std::make_shared<toy::ToyLoss>(spec.plugin);
    if (spec.plugin == "restless") loss = std::make_shared<TooLarge>();
    return {loss, loss->needs()};
  };
  TemporaryStore with, without;
  for (auto* s : {&with, &without}) train(s->store, {job("teacher", 8, true)}, factories);
  train(with.store, {taught("a", "mse", 1, true), taught("big", "restless", 1, true), taught("c", "mse", 4, true)}, factories);
  train(without.store, {taught("a", "mse", 1, true), taught("c", "mse", 4, true)}, factories);
  EXPECT_EQ(record(with.store, "big").status, Status::kFailed);
  EXPECT_EQ(record(with.store, "big").reason, "out of memory at batch_size = 8");
  for (const char* id : {"a", "c"}) EXPECT_EQ(weights(with.store, id), weights(without.store, id)) << id;
}

}  // namespace
}  // namespace kdbench::public_faults
