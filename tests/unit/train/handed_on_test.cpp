// What a stage takes over from another's loss, whom it learns from beside its teacher, and networks that an adapter judges.
#include "unit/train/toy.h"

#include <kdbench/results/store.h>
#include <kdbench/train/data/train_data.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using toy::record;
using toy::taught;
using toy::TemporaryStore;
using toy::weights;

Job plain(const std::string& id, std::int64_t epochs, bool moves = false, std::int64_t width = 4) {
  auto job = toy::job(id, width, moves, epochs);
  toy::change(job.spec.train, [](Recipe& recipe) { recipe.schedule = "constant"; });
  return job;
}

TensorDict kept_tensors(const Store& store, const std::string& job, const std::string& file) {
  return load_tensors(store.artifacts(job) / (file + ".safetensors"));
}

Job adapted(const std::string& id, bool moves, std::int64_t epochs = 5) {
  auto job = taught(id, "adapter", 1, moves, epochs);
  job.spec.model = PluginSpec{"net", "1", {{"width", 3}, {"dropout", 0.0}}};
  return job;
}

TEST(Adapter, IsJudgedAndSavedWithTheNetwork) {
  TemporaryStore s;
  toy::train(s.store, {plain("teacher", 20)});
  toy::train(s.store, {adapted("student", true, 20)});
  const auto saved = kept_tensors(s.store, "student", "last"), teacher = kept_tensors(s.store, "teacher", "last");
  EXPECT_TRUE(saved.at("adapter.weight").equal(teacher.at("fc.weight")));
  EXPECT_TRUE(saved.contains("student.fc.weight"));
  const auto kept = record(s.store, "student");
  // conv 3 x 9 + 3, norm 3 + 3, fc 3 x 3 + 3, and the adapter's lead from 3 to the teacher's 4: 3 x 4 + 4.
  EXPECT_EQ(kept.extra.num_params, 30 + 6 + 12 + 16);
  // The network's own layer learned nothing: what is measured is the teacher's layer on the embedding that was led to it.
  EXPECT_GT(kept.checkpoints.at("last").test.metrics.accuracy, 0.6);
}

TEST(Adapter, HasTheSameBitsAloneInAGroupAndResumed) {
  for (const bool moves : {false, true}) {
    TemporaryStore alone, group, stopped;
    for (auto* s : {&alone, &group, &stopped}) toy::train(s->store, {plain("teacher", 3, moves)});
    toy::train(alone.store, {adapted("a", moves)});
    toy::train(group.store, {taught("b", "mse", 2, moves, 5), adapted("a", moves), taught("c", "features", 2, moves, 5)}, 2);
    toy::train(stopped.store, {adapted("a", moves)}, 1, 2);
    EXPECT_FALSE(stopped.store.is_done("a"));
    toy::train(stopped.store, {adapted("a", moves)});
    EXPECT_EQ(weights(alone.store, "a"), weights(group.store, "a"));
    EXPECT_EQ(weights(alone.store, "a"), weights(stopped.store, "a"));
  }
}

TEST(Adapter, TeachesByWhatItIsJudgedBy) {
  TemporaryStore s;
  toy::train(s.store, {plain("teacher", 3)});
  toy::train(s.store, {adapted("student", false)});
  auto grandchild = taught("grandchild", "mse", 2, false);
  grandchild.spec.teacher = TeacherSpec{"student", {}, std::nullopt};
  toy::train(s.store, {grandchild});
  const auto taught = record(s.store, "grandchild").teacher;
  ASSERT_TRUE(taught);
  EXPECT_EQ(to_document(taught->test), to_document(record(s.store, "student").checkpoints.at("last").test));
  auto next = plain("next", 2, false, 3);
  next.spec.init = "student";
  toy::train(s.store, {next});
  EXPECT_TRUE(s.store.is_done("next"));  // it starts from the network without the adapter
}

Job several(const std::string& id, bool moves) {
  auto job = taught(id, "several", 1, moves);
  job.spec.more_teachers = {TeacherSpec{"other", {}, std::nullopt}};
  return job;
}

TEST(SeveralTeachers, EachHaveTheirRecord) {
  TemporaryStore s;
  toy::train(s.store, {plain("teacher", 3)});
  toy::train(s.store, {plain("other", 2, false, 6)});
  toy::train(s.store, {several("student", false)});
  const auto kept = record(s.store, "student");
  ASSERT_EQ(kept.status, Status::kDone) << kept.reason;
  ASSERT_EQ(kept.more_teachers.size(), 1u);
  EXPECT_EQ(kept.more_teachers.front().job, "other");
  EXPECT_EQ(to_document(kept.more_teachers.front().test), to_document(record(s.store, "other").checkpoints.at("last").test));
  EXPECT_EQ(kept.origin->networks.size(), 2u);
}

TEST(SeveralTeachers, GiveTheSameBitsAloneInAGroupAndResumed) {
  for (const bool moves : {false, true}) {
    TemporaryStore alone, group, stopped;
    for (auto* s : {&alone, &group, &stopped}) {
      toy::train(s->store, {plain("teacher", 3, moves)});
      toy::train(s->store, {plain("other", 2, moves, 6)});
    }
    toy::train(alone.store, {several("a", moves)});
    auto second = several("b", moves);
    toy::change(second.spec.loss, [](LossSpec& loss) { loss.alpha = 0.3; });
    toy::train(group.store, {second, several("a", moves)}, 2);
    toy::train(stopped.store, {several("a", moves)}, 1, 2);
    toy::train(stopped.store, {several("a", moves)});
    EXPECT_EQ(weights(alone.store, "a"), weights(group.store, "a"));
    EXPECT_EQ(weights(alone.store, "a"), weights(stopped.store, "a"));
    EXPECT_NE(weights(alone.store, "a"), weights(group.store, "b"));
  }
}

Job of_two_views(const std::string& id, bool moves) {
  auto job = taught(id, "views", 1, moves, 5);
  toy::change(job.spec.train, [](Recipe& recipe) {
    recipe.views = 2;
    recipe.strong_operations = 2;
    recipe.cutout = 2;
  });
  return job;
}

TEST(SecondView, GivesTheSameBitsAloneInAGroupAndResumed) {
  for (const bool moves : {false, true}) {
    TemporaryStore alone, group, stopped;
    for (auto* s : {&alone, &group, &stopped}) toy::train(s->store, {plain("teacher", 3, moves)});
    toy::train(alone.store, {of_two_views("a", moves)});
    auto second = of_two_views("b", moves);
    toy::change(second.spec.loss, [](LossSpec& loss) { loss.alpha = 0.3; });
    toy::train(group.store, {second, of_two_views("a", moves)}, 2);
    toy::train(stopped.store, {of_two_views("a", moves)}, 1, 2);
    EXPECT_FALSE(stopped.store.is_done("a"));
    toy::train(stopped.store, {of_two_views("a", moves)});
    EXPECT_EQ(weights(alone.store, "a"), weights(group.store, "a"));
    EXPECT_EQ(weights(alone.store, "a"), weights(stopped.store, "a"));
    const auto terms = record(alone.store, "a").epochs.back().terms;
    EXPECT_NE(terms.at("first"), terms.at("second"));  // another view says something else
  }
}

TEST(SecondView, HasItsOwnCropsAndItsStrengthAlone) {
  const toy::ToyData dataset(20);
  const TrainData data(dataset, "", {}, 0, at::kCPU);
  const auto recipe = [](std::int64_t views, std::int64_t padding, std::int64_t operations) {
    Recipe out;
    out.views = views;
    out.crop_padding = padding;
    out.strong_operations = operations;
    return out;
  };
  const std::vector<std::int64_t> rows{0, 1, 2, 3, 4, 5, 6, 7};
  const auto batch = [&](const Recipe& how) { return data.batch(rows.data(), 8, 1, how); };
  EXPECT_FALSE(batch(recipe(1, 2, 0)).second_images.defined());
  const auto both = batch(recipe(2, 2, 0));
  EXPECT_TRUE(both.images.equal(batch(recipe(1, 2, 0)).images));
  EXPECT_FALSE(both.second_images.equal(both.images));
  const auto strong = batch(recipe(2, 0, 3));
  EXPECT_TRUE(strong.images.equal(batch(recipe(1, 0, 0)).images));
  EXPECT_FALSE(strong.second_images.equal(strong.images));
  EXPECT_FALSE(batch(recipe(1, 0, 3)).images.equal(strong.images));
}

TEST(LossOfAStage, IsTrainedAloneAndHandedOn) {
  TemporaryStore s;
  auto first = taught("first", "bank", 1, false);
  first.spec.trains = "loss";
  first.spec.teacher = {};
  toy::train(s.store, {first});
  ASSERT_EQ(record(s.store, "first").status, Status::kDone) << record(s.store, "first").reason;
  auto fresh = plain("fresh", 1);
  fresh.spec.seed = first.spec.seed;
  toy::train(s.store, {fresh});
  // The network is as the seed made it; a network that trains has another.
  const auto first_weights = kept_tensors(s.store, "first", "last"), trained = kept_tensors(s.store, "fresh", "last");
  EXPECT_FALSE(first_weights.at("conv.weight").equal(trained.at("conv.weight")));
  EXPECT_TRUE(first_weights.at("norm.running_mean").equal(at::zeros({4})));
  const auto handed = load_tensors(s.store.artifacts("first") / kLossStateFile);
  EXPECT_TRUE(handed.contains("regressor.weight"));

  auto second = taught("second", "bank", 1, false, 1);
  second.spec.teacher = {};
  second.spec.loss_init = "first";
  toy::change(second.spec.train, [](Recipe& recipe) { recipe.lr = 1e-12; });
  toy::train(s.store, {second});
  ASSERT_EQ(record(s.store, "second").status, Status::kDone) << record(s.store, "second").reason;
  const auto taken = load_tensors(s.store.artifacts("second") / kLossStateFile);
  EXPECT_TRUE(at::allclose(taken.at("regressor.weight"), handed.at("regressor.weight"), 0, 1e-6));
}

TEST(LossOfAStage, IsRefusedWhereThereIsNothingToTakeOver) {
  TemporaryStore s;
  auto first = taught("first", "bank", 1, false);
  first.spec.teacher = {};
  toy::train(s.store, {plain("teacher", 1)});
  toy::train(s.store, {first});
  auto second = adapted("second", false);
  second.spec.loss_init = "first";
  toy::train(s.store, {second});
  const auto reason = record(s.store, "second").reason;
  EXPECT_NE(reason.find("the loss has no parameter or buffer by the names and shapes of the stage its loss starts from"),
            std::string::npos)
      << reason;
}

}  // namespace
}  // namespace kdbench
