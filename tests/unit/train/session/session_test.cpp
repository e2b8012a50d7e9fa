// Jobs from spec to record: who trains beside whom, how many threads there are and where a run was cut must not show.
#include "unit/train/toy.h"

#include <kdbench/base/files.h>
#include <kdbench/train/student/checkpoint.h>

#include <gtest/gtest.h>

#include <fstream>

namespace kdbench {
namespace {

using toy::job;
using toy::taught;
using toy::TemporaryStore;

class Teaching : public ::testing::TestWithParam<bool> {
 protected:
  bool moves() const { return GetParam(); }
  std::vector<Job> students() const {
    return {taught("a", "mse", 1, moves()),
            taught("b", "mse", 4, moves()),
            taught("c", "features", 2, moves()),
            taught("d", "mse", 2, moves(), 3, 0.5),
            toy::rising("e", moves()),
            toy::combined("f", moves()),
            toy::by_adamw(taught("g", "features", 2, moves())),
            short_taught()};
  }
  /// Asks its teacher in the first two epochs alone.
  Job short_taught() const {
    auto out = taught("h", "mse", 2, moves());
    toy::change(out.spec.loss, [](LossSpec& loss) { loss.parts.front().kd_end = 2; });
    return out;
  }
  /// Weights and what is said of the teacher.
  static std::string of(const Store& store, const std::string& id) {
    const auto record = toy::record(store, id);
    return record.extra.weights_sha256 + " " + to_document(record.teacher).dump(1);
  }
  std::map<std::string, std::string> alone() const {
    std::map<std::string, std::string> out;
    TemporaryStore s;
    toy::train(s.store, {job("teacher", 8, moves())});
    for (const auto& student : students()) {
      toy::train(s.store, {student});
      out[student.id] = of(s.store, student.id);
    }
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutAugmentation, Teaching, ::testing::Bool());

TEST_P(Teaching, GivesTheSameWeightsAndTeachersAloneAndInAGroupOnAnyNumberOfThreads) {
  const auto expected = alone();
  EXPECT_NE(expected.at("a"), expected.at("b"));
  for (const std::size_t workers : {1, 2, 3}) {
    TemporaryStore s;
    toy::train(s.store, {job("teacher", 8, moves())});
    toy::train(s.store, students(), workers);
    for (const auto& [id, same] : expected) EXPECT_EQ(of(s.store, id), same) << id << " on " << workers << " threads";
  }
}

TEST_P(Teaching, ContinuesBitByBitAfterAStopWhereverItCame) {
  const auto expected = alone();
  for (const int epochs : {1, 2, 5, 7, 15, 20}) {
    TemporaryStore s;
    toy::train(s.store, {job("teacher", 8, moves())});
    toy::train(s.store, students(), 2, epochs);
    std::vector<Job> left;
    for (const auto& student : students()) {
      if (!s.store.is_done(student.id)) left.push_back(student);
    }
    EXPECT_FALSE(left.empty());
    for (const auto& event : toy::train(s.store, left, 2)) {  // one that began anew would end with the same weights, too
      const auto* note = std::get_if<NoteEvent>(&event);
      EXPECT_FALSE(note && note->text.find("is not used") != std::string::npos) << note->text;
    }
    for (const auto& [id, same] : expected) EXPECT_EQ(of(s.store, id), same) << id << " stopped after " << epochs;
  }
}

TEST(Session, LearnsAndRecordsWhatItMeasured) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, false, 12)});
  const auto r = toy::record(s.store, "teacher");
  EXPECT_EQ(r.status, Status::kDone);
  EXPECT_EQ(r.epochs.size(), 12U);
  EXPECT_GT(r.checkpoints.at("last").test.metrics.accuracy, 0.9);
  EXPECT_EQ(r.checkpoints.at("last").test.metrics.n, 30);
  EXPECT_EQ(r.extra.num_train, 51);  // 60 - 9
  EXPECT_EQ(r.extra.num_val, 9);
  EXPECT_TRUE(r.checkpoints.contains("best_val"));
  EXPECT_TRUE(std::filesystem::exists(s.store.artifacts("teacher") / "last.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(s.store.artifacts("teacher") / "checkpoint.safetensors"));
}

TEST(Session, RecordsTermsInTheEpochsThatHaveThem) {
  for (const bool deferred : {false, true}) {
    SessionOptions options;
    options.deferred = deferred;
    TemporaryStore s;
    toy::train(s.store, {job("teacher", 8, true)}, 1, 0, options);
    toy::train(s.store, {toy::rising("e", true)}, 1, 0, options);
    const auto r = toy::record(s.store, "e");
    ASSERT_EQ(r.epochs.size(), 3U);
    // CE alone, then with half of 1.5 * 2^2 times both terms, then with all of it
    const std::vector<double> weights{0, 3, 6};
    for (std::size_t e = 0; e < 3; ++e) {
      const auto& terms = r.epochs[e].terms;
      EXPECT_EQ(terms.size(), e == 0 ? 1U : 3U) << e;
      const double kd = e == 0 ? 0 : terms.at("logits") + terms.at("features");
      EXPECT_NEAR(r.epochs[e].loss, 0.5 * terms.at("ce") + weights[e] * kd, 1e-6) << e;
    }
  }
}

TEST(Session, RecordsTheTermsOfACombinationByPart) {
  for (const bool deferred : {false, true}) {
    SessionOptions options;
    options.deferred = deferred;
    TemporaryStore s;
    toy::train(s.store, {job("teacher", 8, true)}, 1, 0, options);
    toy::train(s.store, {toy::combined("f", true)}, 1, 0, options);
    const auto r = toy::record(s.store, "f");
    ASSERT_EQ(r.status, Status::kDone) << r.reason;
    for (std::size_t e = 0; e < 3; ++e) {
      const auto& terms = r.epochs[e].terms;
      EXPECT_EQ(terms.contains("bank/kept"), e < 2) << e;
      EXPECT_EQ(terms.size(), e < 2 ? 6U : 4U) << e;
      // 0.9 * 2^2, 0.8 in two epochs, 100 * (e + 1) / 3
      double expected = 0.5 * terms.at("ce") + 3.6 * terms.at("kl/kd");
      if (e < 2) expected += 0.8 * (terms.at("bank/kept") + terms.at("bank/size"));
      expected += 100 * static_cast<double>(e + 1) / 3 * (terms.at("at/logits") + terms.at("at/features"));
      EXPECT_NEAR(r.epochs[e].loss, expected, 1e-5 * expected) << e;
    }
    EXPECT_EQ(r.teacher->as_taught.temperature, 3.0);  // 1.5 * 2, of the first part
  }
}

TEST(Session, RecordsTheTeacherAsTheLossSawIt) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, false)});
  toy::train(s.store, {taught("a", "mse", 4, false)});
  const auto teacher = toy::record(s.store, "teacher"), r = toy::record(s.store, "a");
  ASSERT_TRUE(r.teacher);
  EXPECT_EQ(r.teacher->as_taught.temperature, 4.0);
  EXPECT_EQ(r.teacher->as_taught.metrics.accuracy, teacher.checkpoints.at("last").test.metrics.accuracy);
  for (const auto& point : teacher.tau_curve) {
    if (point.tau == 4.0) {
      EXPECT_DOUBLE_EQ(r.teacher->as_taught.metrics.ece, point.ece);
    }
  }
}

TEST(Session, LetsOneBadLossLeaveTheOthersAlone) {
  TemporaryStore s, good;
  for (auto* store : {&s, &good}) toy::train(store->store, {job("teacher", 8, true)});
  toy::train(good.store, {taught("a", "mse", 2, true)});
  toy::train(s.store,
             {taught("t", "throws", 1, true), taught("n", "nan", 1, true), taught("g", "nan_gradient", 1, true),
              taught("a", "mse", 2, true)},
             2);
  EXPECT_EQ(toy::weights(s.store, "a"), toy::weights(good.store, "a"));
  EXPECT_EQ(toy::record(s.store, "t").status, Status::kFailed);
  EXPECT_EQ(toy::record(s.store, "t").reason, "the toy loss throws");
  // 51 rows in batches of 8: 7 steps an epoch; the loss turns NaN at the first step of the second epoch
  EXPECT_EQ(toy::record(s.store, "n").status, Status::kDiverged);
  EXPECT_EQ(toy::record(s.store, "n").reason, "the loss is not finite in epoch 2, step 1");
  EXPECT_EQ(toy::record(s.store, "n").epochs.size(), 1U);
  EXPECT_EQ(toy::record(s.store, "g").reason, "a gradient is not finite in epoch 1, step 1");
  EXPECT_FALSE(std::filesystem::exists(s.store.artifacts("g") / "last.safetensors"));
}

TEST(Session, KeepsTeacherLogitsOnlyWhereNothingIsAugmented) {
  for (const bool moves : {false, true}) {
    TemporaryStore s;
    toy::train(s.store, {job("teacher", 8, moves)});
    toy::train(s.store, {taught("a", "mse", 1, moves)});
    EXPECT_EQ(std::filesystem::exists(s.store.root() / "cache" / "teacher_logits"), !moves);
  }
}

/// Changes one bit of the last number in a file.
void damage(const std::filesystem::path& file) {
  auto bytes = read_file(file).value();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

TEST(Session, DoesNotTrustADamagedCache) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, false)});
  toy::train(s.store, {taught("a", "mse", 1, false)});
  for (const auto& entry : std::filesystem::directory_iterator(s.store.root() / "cache" / "teacher_logits")) {
    damage(entry.path());
  }
  auto again = taught("b", "mse", 1, false);
  toy::train(s.store, {again});
  EXPECT_EQ(toy::weights(s.store, "b"), toy::weights(s.store, "a"));
}

TEST(Session, RefusesATeacherWhoseWeightsWereDamaged) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, false)});
  damage(s.store.artifacts("teacher") / "last.safetensors");
  try {
    toy::train(s.store, {taught("a", "mse", 1, false)});
    FAIL() << "a student learned from damaged weights";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("it was damaged since it was written"), std::string::npos) << error.what();
  }
}

TEST(Session, RefusesATeacherWhoseTestLogitsWereDamaged) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, false)});
  damage(s.store.artifacts("teacher") / "test_logits.safetensors");
  EXPECT_THROW(toy::train(s.store, {taught("a", "mse", 1, false)}), Error);
}

TEST(Session, StartsAnewWhereACheckpointWasDamaged) {
  TemporaryStore whole, stopped;
  toy::train(whole.store, {job("teacher", 8, false)});
  toy::train(stopped.store, {job("teacher", 8, false)}, 1, 1);
  damage(checkpoint_file(stopped.store.artifacts("teacher")));
  const auto events = toy::train(stopped.store, {job("teacher", 8, false)});
  const auto& said = std::get<NoteEvent>(events.front()).text;
  EXPECT_NE(said.find("its checkpoint is not used: "), std::string::npos) << said;
  EXPECT_EQ(toy::weights(stopped.store, "teacher"), toy::weights(whole.store, "teacher"));
}

TEST(Session, RefusesATeacherThatIsNotThere) {
  TemporaryStore s;
  EXPECT_THROW(toy::train(s.store, {taught("a", "mse", 1, false)}), Error);
}

}  // namespace
}  // namespace kdbench
