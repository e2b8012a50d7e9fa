// Results that are replaced because another build of a plugin made them: nothing of the one is left in the other.
#include "unit/train/toy.h"

#include <kdbench/base/files.h>

#include <gtest/gtest.h>

#include <fstream>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

using toy::record;
using toy::taught;
using toy::TemporaryStore;
using toy::weights;

/// Another build of the toys computes something else: its training has another learning rate, and the job has its id all the
/// same.
Job by_second_build(Job job) {
  toy::change(job.spec.train, [](Recipe& recipe) { recipe.lr = 0.05; });
  return job;
}

SessionOptions second_build(const std::set<std::string>& anew = {}) {
  SessionOptions options;
  options.loaded = toy::build("second");
  options.anew = anew;
  return options;
}

Job keeping(Job job, std::vector<std::int64_t> epochs) {
  job.keep_epochs = std::move(epochs);
  return job;
}

std::set<std::string> artifacts(const Store& store, const std::string& job) {
  std::set<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(store.artifacts(job)))
    out.insert(entry.path().lexically_relative(store.artifacts(job)).string());
  return out;
}

/// What the second build gives in a store of its own.
std::string weights_of_second(const Job& job) {
  TemporaryStore s;
  if (job.spec.teacher) toy::train(s.store, {toy::job("teacher", 8, false)}, 1, 0, second_build());
  toy::train(s.store, {by_second_build(job)}, 1, 0, second_build());
  return weights(s.store, job.id);
}

TEST(Origin, IsRecordedOfPluginsAndOfNetworksAsTheyWereThen) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {taught("a", "mse", 2, false)});
  const auto origin = record(s.store, "a").origin;
  ASSERT_TRUE(origin);
  using enum PluginKind;
  EXPECT_EQ(origin->plugins, (std::vector<UsedPlugin>{{{kDataset, "toy"}, "toys.so", "first"},
                                                      {{kModel, "net"}, "toys.so", "first"},
                                                      {{kLoss, "mse"}, "toys.so", "first"}}));
  EXPECT_EQ(origin->networks, (std::vector<SourceNetwork>{{"teacher", weights(s.store, "teacher")}}));
  EXPECT_FALSE(artifacts(s.store, "a").contains("origin.json"));
}

TEST(Replacement, LeavesRecordAndArtifactsOfTheNewBuildAlone) {
  TemporaryStore s;
  const auto job = toy::job("t", 4, false);
  toy::train(s.store, {keeping(job, {1, 2})});  // another suite learned from these epochs
  const auto before = weights(s.store, "t");
  toy::train(s.store, {keeping(by_second_build(job), {2})}, 1, 0, second_build({"t"}));
  EXPECT_NE(weights(s.store, "t"), before);
  EXPECT_EQ(weights(s.store, "t"), weights_of_second(job));
  EXPECT_EQ(record(s.store, "t").origin->plugins.front().content, "second");
  EXPECT_TRUE(s.store.has_states("t", {"epoch_2"}));
  EXPECT_FALSE(s.store.has_states("t", {"epoch_1"}));  // it would be a network of the first build
  TemporaryStore fresh;
  toy::train(fresh.store, {keeping(by_second_build(job), {2})}, 1, 0, second_build());
  EXPECT_EQ(artifacts(s.store, "t"), artifacts(fresh.store, "t"));
}

TEST(Replacement, KeepsTheResultOfBeforeUntilItIsWhole) {
  TemporaryStore s;
  const auto job = toy::job("t", 4, false, 5);
  toy::train(s.store, {job});
  const auto text = read_file(s.store.record_path("t")).value();
  const auto last = s.store.artifacts("t") / "last.safetensors";
  const auto tensors = read_file(last).value();
  toy::train(s.store, {by_second_build(job)}, 1, 2, second_build({"t"}));  // stopped after two epochs
  EXPECT_EQ(read_file(s.store.record_path("t")).value(), text);
  EXPECT_EQ(read_file(last).value(), tensors);
  const auto events = toy::train(s.store, {by_second_build(job)}, 1, 0, second_build({"t"}));
  EXPECT_EQ(std::get<NoteEvent>(events.front()).text, "t: continues at epoch 3, step 1");
  EXPECT_EQ(weights(s.store, "t"), weights_of_second(job));
}

TEST(Replacement, KeepsTheResultOfBeforeWhereTheNewBuildFails) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {taught("a", "mse", 2, false)});
  const auto text = read_file(s.store.record_path("a")).value();
  const auto events = toy::train(s.store, {taught("a", "throws", 2, false)}, 1, 0, second_build({"a"}));
  EXPECT_EQ(std::get<JobEvent>(events.back()).status, Status::kFailed);
  EXPECT_EQ(read_file(s.store.record_path("a")).value(), text);
}

TEST(Checkpoint, OfAnotherBuildIsNotContinued) {
  TemporaryStore s;
  const auto job = toy::job("t", 4, false, 5);
  toy::train(s.store, {keeping(job, {1})}, 1, 3);  // of the first build, stopped after three epochs
  const auto events = toy::train(s.store, {by_second_build(job)}, 1, 0, second_build());
  EXPECT_EQ(std::get<NoteEvent>(events.front()).text,
            "t: begins anew: what there was of it came from another build of its plugins, or of a network it needs");
  EXPECT_EQ(weights(s.store, "t"), weights_of_second(job));
  EXPECT_FALSE(s.store.has_states("t", {"epoch_1"}));  // of the first build
}

TEST(Checkpoint, OfAStudentIsNotContinuedUnderATeacherThatWasTrainedAgain) {
  TemporaryStore s;
  auto student = taught("a", "mse", 2, false, 5);
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {student}, 1, 3);
  SessionOptions again;
  again.anew = {"teacher"};
  toy::train(s.store, {by_second_build(toy::job("teacher", 8, false))}, 1, 0, again);
  toy::train(s.store, {student});
  TemporaryStore fresh;
  toy::train(fresh.store, {by_second_build(toy::job("teacher", 8, false))});
  toy::train(fresh.store, {student});
  EXPECT_EQ(weights(s.store, "a"), weights(fresh.store, "a"));
}

TEST(Checkpoint, OfATimeThatKeptNoOriginIsContinued) {
  TemporaryStore s;
  const auto job = toy::job("t", 4, false, 5);
  toy::train(s.store, {job}, 1, 3);
  fs::remove(s.store.artifacts("t") / "origin.json");
  const auto events = toy::train(s.store, {job}, 1, 0, second_build());
  EXPECT_EQ(std::get<NoteEvent>(events.front()).text, "t: continues at epoch 4, step 1");
}

TEST(TeacherLogits, OfATeacherThatWasTrainedAgainAreComputedAgain) {
  TemporaryStore s, fresh;
  const auto teacher = toy::job("teacher", 8, false);
  toy::train(s.store, {teacher});
  toy::train(s.store, {taught("a", "mse", 2, false)});  // keeps the teacher's logits
  SessionOptions again;
  again.anew = {"teacher"};
  toy::train(s.store, {by_second_build(teacher)}, 1, 0, again);
  toy::train(s.store, {taught("b", "mse", 2, false)});
  toy::train(fresh.store, {by_second_build(teacher)});
  toy::train(fresh.store, {taught("b", "mse", 2, false)});
  EXPECT_EQ(weights(s.store, "b"), weights(fresh.store, "b"));
}

TEST(Replacement, ThatWasCutOffAtItsVeryEndIsTrainedOnceMore) {
  TemporaryStore s;
  const auto job = toy::job("t", 4, false);
  toy::train(s.store, {job});
  // As between the withdrawal of the old record and the new one: artifacts in `again`, and no record.
  const auto folder = s.store.artifacts("t");
  fs::create_directories(folder / "again");
  fs::rename(folder / "last.safetensors", folder / "again" / "last.safetensors");
  std::ofstream(folder / "again" / "epoch_1.safetensors") << "of another build";
  s.store.withdraw("t");
  toy::train(s.store, {by_second_build(job)}, 1, 0, second_build());
  EXPECT_EQ(weights(s.store, "t"), weights_of_second(job));
  EXPECT_FALSE(fs::exists(folder / "again"));
  EXPECT_FALSE(fs::exists(folder / "epoch_1.safetensors"));
}

}  // namespace
}  // namespace kdbench
