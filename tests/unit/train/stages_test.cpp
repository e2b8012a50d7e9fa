// What one stage takes over from another: a network as it was after some epoch, a start, a frozen part, a temperature.
#include "unit/train/toy.h"

#include <kdbench/base/files.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/network/stored_networks.h>
#include <kdbench/train/network/summed_model.h>
#include <kdbench/train/teacher/teacher.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using toy::record;
using toy::taught;
using toy::TemporaryStore;
using toy::weights;

/// A network on labels whose learning rate does not depend on how many epochs there are.
Job constant(const std::string& id, std::int64_t epochs, bool moves = false, double lr = 0.1, std::int64_t width = 4) {
  auto job = toy::job(id, width, moves, epochs);
  toy::change(job.spec.train, [&](Recipe& recipe) {
    recipe.schedule = "constant";
    recipe.lr = lr;
  });
  return job;
}

Job keeping(Job job, std::vector<std::int64_t> epochs) {
  job.keep_epochs = std::move(epochs);
  return job;
}

Job taught_by(const std::string& id, const std::string& teacher, const std::string& rule, std::int64_t epoch = 0,
              double tau = 2) {
  auto job = taught(id, "mse", tau, false);
  job.spec.teacher = TeacherSpec{teacher, {rule, epoch}, std::nullopt};
  return job;
}

TensorDict artifact(const Store& store, const std::string& job, const std::string& file) {
  return load_tensors(store.artifacts(job) / (file + ".safetensors"));
}

/// The same to the bit, as a record would have it.
template <class T>
void expect_same(const T& a, const T& b) {
  EXPECT_EQ(to_document(a), to_document(b));
}

void expect_equal(const TensorDict& a, const TensorDict& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) EXPECT_TRUE(tensor.equal(b.at(name))) << name;
}

TEST(Snapshot, IsTheNetworkOfATrainingThatStoppedThere) {
  for (const bool moves : {false, true}) {
    TemporaryStore s;
    toy::train(s.store, {keeping(constant("long", 5, moves), {2, 5}), constant("short", 2, moves)});
    EXPECT_TRUE(s.store.has_states("long", {"epoch_2", "epoch_5"}));
    EXPECT_FALSE(s.store.has_states("long", {"epoch_1"}));
    expect_equal(artifact(s.store, "long", "epoch_2"), artifact(s.store, "short", "last"));
    expect_equal(artifact(s.store, "long", "epoch_5"), artifact(s.store, "long", "last"));
    EXPECT_TRUE(artifact(s.store, "long", "epoch_2_test_logits")
                    .at("epoch_2")
                    .equal(artifact(s.store, "short", "test_logits").at("last")));
  }
}

TEST(Snapshot, ChangesNothingElse) {
  TemporaryStore with, without;
  toy::train(with.store, {keeping(constant("t", 3), {1, 2})});
  toy::train(without.store, {constant("t", 3)});
  EXPECT_EQ(weights(with.store, "t"), weights(without.store, "t"));
  EXPECT_EQ(to_document(record(with.store, "t").checkpoints), to_document(record(without.store, "t").checkpoints));
}

TEST(Snapshot, SurvivesAStop) {
  TemporaryStore whole, stopped;
  const auto job = keeping(constant("t", 5), {2, 4});
  toy::train(whole.store, {job});
  toy::train(stopped.store, {job}, 1, 3);
  EXPECT_FALSE(stopped.store.is_done("t"));
  toy::train(stopped.store, {job});
  for (const char* file : {"epoch_2", "epoch_4", "last"})
    expect_equal(artifact(whole.store, "t", file), artifact(stopped.store, "t", file));
}

TEST(Snapshot, IsNotMissedByATrainingThatBeganWithoutIt) {
  TemporaryStore s;
  toy::train(s.store, {constant("t", 5)}, 1, 3);
  const auto events = toy::train(s.store, {keeping(constant("t", 5), {2})});
  EXPECT_TRUE(s.store.has_states("t", {"epoch_2"}));
  EXPECT_EQ(std::get<NoteEvent>(events.front()).text,
            "t: its checkpoint is not used: it was made without keeping the network after epoch 2, which is wanted now");
}

TEST(Snapshot, TeachesAsTheShorterTrainingDoes) {
  TemporaryStore s;
  toy::train(s.store, {keeping(constant("long", 5), {2}), constant("short", 2)});
  toy::train(s.store, {taught_by("from_epoch", "long", "epoch", 2)});
  toy::train(s.store, {taught_by("from_short", "short", "last")});
  EXPECT_EQ(weights(s.store, "from_epoch"), weights(s.store, "from_short"));
  const auto teacher = record(s.store, "from_epoch").teacher, other = record(s.store, "from_short").teacher;
  ASSERT_TRUE(teacher && other);
  expect_same(teacher->test, other->test);
  expect_same(teacher->as_taught, other->as_taught);
  expect_same(teacher->tau_curve, other->tau_curve);
  expect_same(teacher->test, record(s.store, "short").checkpoints.at("last").test);
  expect_same(teacher->tau_curve, record(s.store, "short").tau_curve);
  EXPECT_EQ(teacher->checkpoint, (CheckpointRef{"epoch", 2}));
}

TEST(Snapshot, HasLogitsOfItsOwnInTheCache) {
  TemporaryStore s;
  toy::train(s.store, {keeping(constant("t", 5), {1, 2})});
  toy::train(s.store, {taught_by("a", "t", "epoch", 1)});
  toy::train(s.store, {taught_by("b", "t", "epoch", 2)});
  EXPECT_NE(weights(s.store, "a"), weights(s.store, "b"));
}

TEST(Completion, AddsWhatIsMissingAndLeavesTheRecord) {
  TemporaryStore s, other;
  toy::train(s.store, {constant("t", 4)});
  toy::train(other.store, {keeping(constant("t", 4), {1, 3})});
  const auto before = read_file(s.store.record_path("t")).value();
  toy::train(s.store, {keeping(constant("t", 4), {1, 3})}, 1, 2);  // stopped on the way
  EXPECT_FALSE(s.store.has_states("t", {"epoch_1"}));              // nothing is believed before the end
  const auto events = toy::train(s.store, {keeping(constant("t", 4), {1, 3})});
  EXPECT_EQ(std::get<JobEvent>(events.back()).status, Status::kDone);
  EXPECT_EQ(read_file(s.store.record_path("t")).value(), before);
  for (const char* file : {"epoch_1", "epoch_3", "last"})
    expect_equal(artifact(s.store, "t", file), artifact(other.store, "t", file));
  EXPECT_FALSE(std::filesystem::exists(s.store.artifacts("t") / "again"));
}

TEST(Completion, SaysWhenTrainingAgainGivesAnotherNetwork) {
  TemporaryStore s;
  toy::train(s.store, {constant("t", 2)});
  auto kept = s.store.get("t").value().value();
  const auto sha = kept.extra.weights_sha256;
  kept.extra.weights_sha256.replace(0, 8, "00000000");
  write_file_atomically(s.store.record_path("t"), to_document(kept).dump());
  const auto events = toy::train(s.store, {keeping(constant("t", 2), {1})});
  const auto& end = std::get<JobEvent>(events.back());
  EXPECT_EQ(end.status, Status::kFailed);
  const auto& reason = end.reason;
  EXPECT_NE(reason.find("ended with other weights (" + sha.substr(0, 12) + ") than its record says (00000000"), std::string::npos)
      << reason;
  EXPECT_FALSE(s.store.has_states("t", {"epoch_1"}));
  EXPECT_TRUE(std::filesystem::exists(s.store.artifacts("t") / "last.safetensors"));
}

TEST(Init, StartsFromTheLastWeightsOfTheStage) {
  TemporaryStore s;
  auto second = constant("second", 1, false, 0.0);  // a learning rate of 0 leaves the weights where they began
  second.spec.init = "first";
  toy::train(s.store, {constant("first", 3)});
  toy::train(s.store, {second});
  const auto first = artifact(s.store, "first", "last"), then = artifact(s.store, "second", "last");
  for (const char* name : {"conv.weight", "norm.weight", "fc.weight", "fc.bias"})
    EXPECT_TRUE(first.at(name).equal(then.at(name))) << name;
}

TEST(Init, CostsOnlyItsOwnJobWhenTheStageIsNotThere) {
  TemporaryStore s;
  auto lost = constant("lost", 1);
  lost.spec.init = "nobody";
  toy::train(s.store, {lost, constant("good", 1)});
  EXPECT_EQ(record(s.store, "lost").reason, "the earlier stage's job nobody is not done in this store");
  EXPECT_EQ(record(s.store, "good").status, Status::kDone);
}

/// Says the same logits about every image.
struct Constant final : Model {
  explicit Constant(std::vector<float> logits) : logits_(std::move(logits)) {}
  ModelOutput forward(const torch::Tensor& images) override {
    ModelOutput out;
    out.logits = torch::tensor(logits_).unsqueeze(0).expand({images.size(0), static_cast<std::int64_t>(logits_.size())});
    return out;
  }

 private:
  std::vector<float> logits_;
};

TEST(Sum, AddsLogits) {
  const auto of = [](float a, float b) { return std::make_shared<Constant>(std::vector<float>{a, b}); };
  const auto sum = summed(of(1, 2), {of(10, 20), of(100, 200)});
  EXPECT_TRUE(sum->forward(at::zeros({3, 1, 1, 1})).logits.equal(torch::tensor({111.0F, 222.0F}).expand({3, 2})));
  const auto alone = of(1, 2);
  EXPECT_EQ(summed(alone, {}), alone);
}

Job added_to(Job job, const std::string& frozen) {
  job.spec.added_to = frozen;
  return job;
}

TEST(AddedTo, MeasuresTheSumAndKeepsItsOwnWeights) {
  TemporaryStore s;
  toy::train(s.store, {constant("base", 8, false, 0.1, 8), constant("own", 1, false, 0.0)});
  toy::train(s.store, {added_to(constant("sum", 1, false, 0.0), "base")});
  // With a learning rate of 0 the networks "own" and "sum" are one, and the base is added to the second.
  expect_equal(artifact(s.store, "own", "last"), artifact(s.store, "sum", "last"));
  const auto logits = [&](const char* job) { return artifact(s.store, job, "test_logits").at("last"); };
  EXPECT_TRUE(logits("sum").equal(logits("own") + logits("base")));
  EXPECT_GT(record(s.store, "sum").checkpoints.at("last").test.metrics.accuracy,
            record(s.store, "own").checkpoints.at("last").test.metrics.accuracy);
  EXPECT_LT(record(s.store, "sum").epochs.at(0).loss, record(s.store, "own").epochs.at(0).loss);
}

TEST(AddedTo, IsTaughtAndTeachesAsASum) {
  TemporaryStore s;
  toy::train(s.store, {constant("base", 3, false, 0.1, 8)});
  toy::train(s.store, {added_to(taught_by("first", "base", "last"), "base")});
  toy::train(s.store, {added_to(constant("second", 2), "first")});  // a sum of three
  toy::train(s.store, {taught_by("student", "second", "last")});
  const toy::ToyData dataset(60);
  const TrainData data(dataset, "", {9, 0, 0}, 3, at::kCPU);
  const auto factories = toy::factories();
  const StoredNetworks stored(s.store, factories, data);
  const auto parts = stored.network("second", kLastState, "the");
  EXPECT_EQ(parts.size(), 3U);
  const Teacher teacher(parts, 2, at::kCPU);
  EXPECT_TRUE(logits_of(teacher.model(), data, data.test()).equal(artifact(s.store, "second", "test_logits").at("last")));
  expect_same(record(s.store, "student").teacher->test, record(s.store, "second").checkpoints.at("last").test);
  EXPECT_EQ(record(s.store, "second").extra.num_params, record(s.store, "student").extra.num_params);
}

TEST(AddedTo, IsTheSameAloneInAGroupAndAfterAStop) {
  TemporaryStore alone, group;
  const std::vector<Job> students{added_to(taught_by("a", "base", "last"), "base"), taught_by("b", "base", "last")};
  for (auto* s : {&alone, &group}) toy::train(s->store, {constant("base", 3, false, 0.1, 8)});
  for (const auto& student : students) toy::train(alone.store, {student});
  toy::train(group.store, students, 2, 2);
  toy::train(group.store, students, 2);
  for (const auto& student : students)
    EXPECT_EQ(weights(alone.store, student.id), weights(group.store, student.id)) << student.id;
}

TEST(FittedTemperature, IsThatOfTheValidationRowsAndDividesTheTeachersLogits) {
  TemporaryStore s;
  toy::train(s.store, {constant("t", 4)});
  auto fitted = taught_by("fitted", "t", "last");
  toy::change(fitted.spec.teacher, [](TeacherSpec& teacher) { teacher.temperature = "fitted"; });
  toy::train(s.store, {fitted});
  const auto teacher = record(s.store, "fitted").teacher.value();
  const auto own = record(s.store, "t").checkpoints.at("last").fitted_temperature.value();
  ASSERT_TRUE(teacher.fitted_temperature);
  expect_same(*teacher.fitted_temperature, own);
  const double temperature = own.fit.T;
  EXPECT_NE(temperature, 1.0);
  EXPECT_DOUBLE_EQ(teacher.as_taught.temperature, temperature * 2);  // tau = 2
  EXPECT_NEAR(teacher.tau_curve.at(0).ece, own.fit.ece_after, 1e-6);
  // The same as a suite that divides by that number itself.
  auto divided = taught_by("divided", "t", "last");
  toy::change(divided.spec.loss, [&](LossSpec& loss) { loss.parts.front().teacher_temperature = temperature; });
  toy::train(s.store, {divided});
  EXPECT_EQ(weights(s.store, "fitted"), weights(s.store, "divided"));
  EXPECT_FALSE(record(s.store, "divided").teacher->fitted_temperature);
}

TEST(Rules, KeepTheEpochTheyName) {
  TemporaryStore s;
  toy::train(s.store, {constant("t", 6)});
  const auto r = record(s.store, "t");
  std::int64_t best = 0;
  double most = -1e9;
  for (const auto& epoch : r.epochs) {
    const double told = epoch.val_information.value();
    EXPECT_NEAR(told, epoch.val->label_information + epoch.val->input_information.value(), 1e-12);
    if (told > most) best = epoch.epoch;
    most = std::max(most, told);
  }
  EXPECT_EQ(r.checkpoints.at("max_val_information").epoch, best);
}

TEST(Rules, ShowTheTeacherInTheStateThatTaught) {
  TemporaryStore s;
  toy::train(s.store, {constant("t", 6)});
  for (const char* rule : {"best_val", "min_val_ece", "min_val_nll", "max_val_information"}) {
    toy::train(s.store, {taught_by(rule, "t", rule)});
    const auto kept = record(s.store, "t").checkpoints.at(rule);
    const auto teacher = record(s.store, rule).teacher.value();
    expect_same(teacher.test, kept.test);
    EXPECT_DOUBLE_EQ(teacher.tau_curve.at(0).ece, kept.test.metrics.ece) << rule;  // tau = 1
  }
}

}  // namespace
}  // namespace kdbench
