// Calibrators in training: what a student sees of its teacher, the same bits alone, in a group and after a stop, and what is
// recorded.
#include "unit/train/toy.h"

#include <kdbench/train/session/gradient_probe.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace kdbench {
namespace {

using toy::calibrated;
using toy::record;
using toy::taught;
using toy::TemporaryStore;
using toy::weights;

class Calibrators : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutAugmentation, Calibrators, ::testing::Bool());

TEST_P(Calibrators, GiveTheSameBitsAloneInAGroupAndResumed) {
  const bool moves = GetParam();
  for (const std::string loss : {"mse", "features"}) {
    const auto job = calibrated(taught("a", loss, 2, moves), "by_row");
    TemporaryStore alone, group, stopped;
    for (auto* s : {&alone, &group, &stopped}) toy::train(s->store, {toy::job("teacher", 8, moves)});
    toy::train(alone.store, {job});
    toy::train(group.store,
               {taught("b", loss, 2, moves), job, calibrated(taught("c", "mse", 2, moves), "halving"),
                calibrated(taught("d", loss, 2, moves), "by_row"), taught("e", "features", 2, moves)},
               2);
    toy::train(stopped.store, {job}, 1, 2);
    EXPECT_FALSE(stopped.store.is_done("a"));
    toy::train(stopped.store, {job});
    ASSERT_EQ(record(alone.store, "a").status, Status::kDone) << record(alone.store, "a").reason;
    EXPECT_EQ(weights(alone.store, "a"), weights(group.store, "a")) << loss;
    EXPECT_EQ(weights(alone.store, "a"), weights(stopped.store, "a")) << loss;
    EXPECT_EQ(weights(group.store, "d"), weights(group.store, "a")) << loss;
    if (loss == "mse") {
      EXPECT_NE(weights(group.store, "b"), weights(group.store, "a"));
    }
  }
}

// Logits halved by a calibrator are those that teacher_temperature = 2 halves: both are exact, and both leave features as they
// are.
TEST_P(Calibrators, AreWhatTheLossSees) {
  const bool moves = GetParam();
  for (const std::string loss : {"mse", "features"}) {
    TemporaryStore s;
    toy::train(s.store, {toy::job("teacher", 8, moves)});
    auto divided = taught("divided", loss, 2, moves);
    toy::change(divided.spec.loss, [](LossSpec& spec) { spec.parts.front().teacher_temperature = 2; });
    toy::train(s.store, {taught("plain", loss, 2, moves), calibrated(taught("halved", loss, 2, moves), "halving"), divided});
    EXPECT_EQ(weights(s.store, "halved"), weights(s.store, "divided")) << loss;
    EXPECT_NE(weights(s.store, "halved"), weights(s.store, "plain")) << loss;
  }
}

TEST_P(Calibrators, AreOfEveryTeacher) {
  const bool moves = GetParam();
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, moves), toy::job("other", 6, moves)});
  auto plain = taught("plain", "several", 2, moves);
  plain.spec.more_teachers = {TeacherSpec{"other", {}, std::nullopt}};
  auto halved = calibrated(plain, "halving");
  halved.id = "halved";
  auto both = halved;
  both.id = "both";
  both.spec.more_teachers.front().calibrator = halved.spec.teacher->calibrator;
  auto divided = plain;
  divided.id = "divided";
  toy::change(divided.spec.loss, [](LossSpec& loss) { loss.parts.front().teacher_temperature = 2; });
  toy::train(s.store, {plain, halved, both, divided}, 2);
  EXPECT_EQ(weights(s.store, "both"), weights(s.store, "divided"));
  EXPECT_NE(weights(s.store, "both"), weights(s.store, "halved"));
  EXPECT_NE(weights(s.store, "plain"), weights(s.store, "halved"));
  const auto kept = record(s.store, "both");
  ASSERT_TRUE(kept.teacher->calibrated);
  ASSERT_TRUE(kept.more_teachers.at(0).calibrated);
  EXPECT_FALSE(record(s.store, "halved").more_teachers.at(0).calibrated);
}

// tau_teacher = 2: halved logits at 2 are the logits at 4. The curve's first point is at tau 1, its third at tau 2.
TEST(Calibrators, AreInWhatTheRecordSaysOfTheTeacherAsTaught) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {taught("plain", "mse", 4, false), calibrated(taught("halved", "mse", 2, false), "halving")});
  const auto plain = *record(s.store, "plain").teacher, halved = *record(s.store, "halved").teacher;
  EXPECT_FALSE(plain.calibrated);
  ASSERT_TRUE(halved.calibrated);
  EXPECT_EQ(halved.as_taught.temperature, 2);
  EXPECT_EQ(halved.as_taught.metrics.nll, plain.as_taught.metrics.nll);
  EXPECT_EQ(halved.tau_curve[0].nll, plain.tau_curve[2].nll);
  EXPECT_EQ(halved.test.metrics.nll, plain.test.metrics.nll);  // as it is
  const auto& told = *halved.calibrated;
  EXPECT_EQ(told.fitted.at("mean"), 1);  // not fitted
  EXPECT_EQ(told.test.before.nll, halved.test.metrics.nll);
  EXPECT_EQ(told.test.after.nll, halved.tau_curve[0].nll);
  EXPECT_EQ(told.test.after.accuracy, told.test.before.accuracy);
  ASSERT_TRUE(told.validation);
  EXPECT_EQ(told.validation->before.n, 9);
  EXPECT_NE(told.validation->after.nll, told.validation->before.nll);
}

TEST(Calibrators, AreHandedLogitsThatAreDividedByTheFittedTemperature) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  auto fitted = taught("fitted", "mse", 2, false);
  toy::change(fitted.spec.teacher, [](TeacherSpec& teacher) { teacher.temperature = "fitted"; });
  auto both = calibrated(fitted, "halving");
  both.id = "both";
  toy::train(s.store, {fitted});
  toy::train(s.store, {both});
  const auto alone = *record(s.store, "fitted").teacher, kept = *record(s.store, "both").teacher;
  EXPECT_EQ(kept.calibrated->test.before.nll, alone.tau_curve[0].nll);
  EXPECT_EQ(kept.calibrated->test.after.nll, alone.tau_curve[2].nll);
  EXPECT_EQ(kept.as_taught.temperature, alone.as_taught.temperature);
}

TEST(Calibrators, ThatFailCostTheirOwnStudentAlone) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  toy::train(s.store, {calibrated(taught("a", "mse", 2, false), "never_fits"), taught("b", "mse", 2, false),
                       calibrated(taught("c", "mse", 2, false), "endless")});
  EXPECT_EQ(record(s.store, "a").status, Status::kFailed);
  EXPECT_EQ(record(s.store, "a").reason, "these rows do not do");
  EXPECT_EQ(record(s.store, "b").status, Status::kDone);
  EXPECT_EQ(record(s.store, "c").reason,
            "calibrator 'endless': expected [30, 3] finite float64 numbers for as many logits, found some that are not finite");
}

TEST(Calibrators, ThatAreFittedNeedValidationRows) {
  TemporaryStore s;
  const auto without = [](Job job) {
    toy::change(job.spec.dataset, [](DatasetSpec& data) { data.validation = 0; });
    return job;
  };
  toy::train(s.store, {without(toy::job("teacher", 8, false))});
  toy::train(s.store, {without(calibrated(taught("a", "mse", 2, false), "by_row")),
                       without(calibrated(taught("b", "mse", 2, false), "halving"))});
  EXPECT_EQ(record(s.store, "a").reason, "calibrator 'by_row' cannot be fitted: there are no validation rows");
  ASSERT_EQ(record(s.store, "b").status, Status::kDone) << record(s.store, "b").reason;
  EXPECT_FALSE(record(s.store, "b").teacher->calibrated->validation);
}

TEST(Calibrators, AreInTheGradientThatIsProbed) {
  TemporaryStore s;
  toy::train(s.store, {toy::job("teacher", 8, false)});
  const auto made = toy::factories();
  const auto norm = [&](const Job& job, double temperature) {
    const std::vector<Job> jobs{job};
    return probe_gradients(jobs, s.store, made, {}, {.temperatures = {temperature}, .batches = 1}).front().norm_ratio.front();
  };
  // Relative to what is seen at 1: halved at 1/2 is the teacher as it is.
  const auto plain = taught("a", "mse", 2, false);
  EXPECT_NEAR(norm(calibrated(plain, "halving"), 0.5) * norm(plain, 2), 1, 1e-5);
}

}  // namespace
}  // namespace kdbench
