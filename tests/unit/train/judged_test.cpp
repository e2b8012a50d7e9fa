// Jobs that are judged on validation rows alone: a test split that nobody may read stops none of them.
#include "unit/train/toy.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using toy::TemporaryStore;

/// The job on data whose test rows are poison.
Job poisoned(Job job) {
  toy::change(job.spec.dataset, [](DatasetSpec& data) { data.source.use.params["poisoned"] = true; });
  return job;
}

Job judged(Job job) {
  job.spec.judged_on = Spec::kValidation;
  return job;
}

TEST(Judged, PoisonStopsWhoReadsTestRows) {
  TemporaryStore s;
  EXPECT_THROW(toy::train(s.store, {poisoned(toy::job("teacher", 8, false))}), Error);
}

TEST(Judged, TrainsTeacherAndStudentsWithoutTestRows) {
  for (const bool moves : {false, true}) {
    TemporaryStore s;
    auto teacher = poisoned(judged(toy::job("teacher", 8, moves)));
    teacher.keep_epochs = {2};
    toy::train(s.store, {teacher});
    auto fitted = poisoned(judged(toy::taught("fitted", "mse", 2, moves)));
    toy::change(fitted.spec.teacher, [](TeacherSpec& t) { t.temperature = "fitted"; });
    auto of_snapshot = poisoned(judged(toy::taught("of_snapshot", "mse", 2, moves)));
    toy::change(of_snapshot.spec.teacher, [](TeacherSpec& t) { t.checkpoint = {"epoch", 2}; });
    toy::train(s.store, {poisoned(judged(toy::taught("plain", "features", 2, moves)))}, 2);
    toy::train(s.store, {fitted});
    toy::train(s.store, {of_snapshot});
    for (const auto* id : {"teacher", "plain", "fitted", "of_snapshot"}) {
      const auto r = toy::record(s.store, id);
      EXPECT_EQ(r.status, Status::kDone) << id << ": " << r.reason;
      EXPECT_TRUE(r.checkpoints.empty()) << id;
      EXPECT_TRUE(r.tau_curve.empty()) << id;
      EXPECT_FALSE(r.teacher) << id;
      EXPECT_FALSE(r.extra.num_test) << id;
      EXPECT_EQ(r.judged.at("last").val.metrics.n, 9) << id;
      EXPECT_EQ(r.judged.at("last").epoch, 3) << id;
      EXPECT_TRUE(r.judged.contains("best_val")) << id;
      EXPECT_EQ(s.store.why_unusable(id, "last"), "") << id;
    }
    EXPECT_EQ(s.store.why_unusable("teacher", "epoch_2"), "");
  }
}

TEST(Judged, EndsWithTheWeightsAndValidationOfAJobThatIsMeasuredOnBoth) {
  TemporaryStore alone, both;
  toy::train(alone.store, {judged(toy::job("teacher", 8, true))});
  toy::train(alone.store, {judged(toy::taught("student", "mse", 2, true))});
  toy::train(both.store, {toy::job("teacher", 8, true)});
  toy::train(both.store, {toy::taught("student", "mse", 2, true)});
  const auto a = toy::record(alone.store, "student"), b = toy::record(both.store, "student");
  EXPECT_EQ(a.extra.weights_sha256, b.extra.weights_sha256);
  for (const auto* rule : {"last", "best_val", "min_val_nll"}) {
    EXPECT_EQ(to_document(a.judged.at(rule).val), to_document(*b.checkpoints.at(rule).val)) << rule;
    EXPECT_EQ(a.judged.at(rule).epoch, b.checkpoints.at(rule).epoch) << rule;
  }
}

TEST(Judged, ContinuesAfterAStop) {
  TemporaryStore whole, stopped;
  const auto job = poisoned(judged(toy::job("job", 8, true)));
  toy::train(whole.store, {job});
  toy::train(stopped.store, {job}, 1, 2);
  EXPECT_FALSE(stopped.store.is_done("job"));
  toy::train(stopped.store, {job});
  EXPECT_EQ(toy::weights(stopped.store, "job"), toy::weights(whole.store, "job"));
}

}  // namespace
}  // namespace kdbench
