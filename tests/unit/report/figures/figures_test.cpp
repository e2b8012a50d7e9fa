/// What figures show, from hand-made plans and records, with the numbers worked out.
#include "unit/leaderboard/fixtures.h"

#include <kdbench/report/figures/figures.h>

#include <gtest/gtest.h>

#include <tuple>

namespace kdbench::report {
namespace {

using test::World;

boards::PlanResults results_of(const World& world) { return {world.plan, world.record_of(), {}}; }

World::Where along(double tau, int seed, const std::string& method = "kl") {
  World::Where where;
  where.kind = StudyKind::kSensitivity;
  where.axis = "tau";
  where.value = tau;
  where.seed = seed;
  where.method = method;
  return where;
}

/// Two seeds at three temperatures. Accuracy of seed 0: 70, 68, 66 %; of seed 1: two points more. ECE: 2, 4, 6 % and 2, 4, 8 %.
World sweep() {
  World world;
  const double ece1[] = {0.02, 0.04, 0.08};
  for (int i = 0; i < 3; ++i) {
    world.done(along(1 + i, 0), 0.70 - 0.02 * i, 0.02 + 0.02 * i);
    world.done(along(1 + i, 1), 0.72 - 0.02 * i, ece1[i]);
    world.done(along(1 + i, 0, "dist"), 0.75, 0.02 + 0.02 * i);
    world.done(along(1 + i, 1, "dist"), 0.75, ece1[i]);
  }
  auto alone = along(0, 0, "alone");
  alone.role = Role::kAlone;
  world.done(alone, 0.5);
  return world;
}

TEST(CurvesFigure, HasAccuracyOnTheLeftAndOneRowOfEceOnTheRight) {
  const auto world = sweep();
  auto results = results_of(world);
  const auto figure = curves_figure(results, "main");
  ASSERT_EQ(figure.panels.size(), 1u);
  const auto& panel = figure.panels[0];
  EXPECT_EQ(panel.title, "data, big -> small");
  EXPECT_EQ(panel.x.title, "tau");
  EXPECT_EQ(panel.x.ticks, (std::vector<double>{1, 2, 3}));
  ASSERT_EQ(panel.series.size(), 3u);
  EXPECT_EQ(panel.series[0].name, "dist");
  EXPECT_EQ(panel.series[1].name, "kl");
  EXPECT_EQ(panel.series[2].name, "teacher's ECE");
  EXPECT_TRUE(panel.series[2].on_right());
  ASSERT_TRUE(panel.right);
  // Seeds 70 and 72 %: mean 71, sd sqrt(2), half width t(1; 0.975) * sqrt(2) / sqrt(2) = 12.7062.
  const auto& point = panel.series[1].points.at(0);
  EXPECT_NEAR(point.y, 71, 1e-9);
  EXPECT_NEAR(*point.y_low, 71 - 12.7062047, 1e-6);
  EXPECT_NEAR(*point.y_high, 71 + 12.7062047, 1e-6);
  EXPECT_EQ(point.count, 2u);
  EXPECT_NEAR(panel.series[2].points.at(2).y, 7, 1e-9);  // (6 + 8) / 2
  ASSERT_EQ(panel.levels.size(), 1u);
  EXPECT_EQ(panel.levels[0].y, 50);
  EXPECT_FALSE(panel.levels[0].y_low);  // one seed has no interval
}

TEST(CurvesFigure, SaysThatRunsAreMissingAndHasNothingForACompareStudy) {
  auto world = sweep();
  world.ended(along(4, 0), Status::kFailed, "out of memory");
  world.done({.study = "pairs"}, 0.7, 0.1);
  auto results = results_of(world);
  EXPECT_EQ(curves_figure(results, "main").panels.at(0).notes,
            std::vector<std::string>{"12 of 13 runs are done: some points rest on fewer seeds."});
  EXPECT_TRUE(curves_figure(results, "pairs").panels.empty());
}

TEST(ScatterFigure, FitsALineThroughTheMeans) {
  const auto world = sweep();
  auto results = results_of(world);
  const auto panel = scatter_figure(results, "main").panels.at(0);
  ASSERT_EQ(panel.series.size(), 2u);
  const auto& kl = panel.series[1];
  EXPECT_EQ(kl.points.at(2).label, "tau 3");
  EXPECT_NEAR(kl.points.at(2).x, 7, 1e-9);
  EXPECT_NEAR(kl.points.at(2).y, 67, 1e-9);
  // x = 2, 4, 7 (mean 13/3), y = 71, 69, 67 (mean 69): Sxy = (2 - 13/3) 2 + (7 - 13/3)(-2) = -10, Sxx = 38/3; slope -30/38.
  const auto& fit = panel.fits.at(1);
  EXPECT_EQ(fit.series, "kl");
  EXPECT_NEAR(fit.slope, -30.0 / 38, 1e-9);
  EXPECT_NEAR(fit.intercept, 69 + 30.0 / 38 * 13 / 3, 1e-9);
  EXPECT_NEAR(fit.from, 2, 1e-9);
  EXPECT_NEAR(fit.to, 7, 1e-9);
  ASSERT_TRUE(fit.slope_low && fit.slope_high);
  // The note has the board's slope, the mean of the seeds' own: -1 and -12 / (56 / 3) = -0.643; half width 12.706 * 0.179
  // = 2.269.
  EXPECT_TRUE(panel.notes.at(1).starts_with("kl: slope -0.821 [-3.090, +1.448]")) << panel.notes.at(1);
  EXPECT_TRUE(panel.notes.at(1).ends_with("points per point, Spearman -100.0 %")) << panel.notes.at(1);
  EXPECT_EQ(panel.fits.at(0).slope, 0);  // dist does not move
}

TEST(ScatterFigure, LeavesOutSeedsThatAreNotDoneEverywhere) {
  auto world = sweep();
  world.ended(along(2, 2), Status::kFailed, "no");
  world.done(along(1, 2), 0.10, 0.5);
  auto results = results_of(world);
  const auto panel = scatter_figure(results, "main").panels.at(0);
  EXPECT_EQ(panel.series.at(1).points.at(0).count, 2u);
  EXPECT_NEAR(panel.series.at(1).points.at(0).y, 71, 1e-9);
}

TEST(TrainingScatterFigure, SetsAccuracyAgainstTheTrainingRowsOfTheTeacher) {
  auto world = sweep();
  for (auto& [job, record] : world.records) {
    if (!record.teacher) continue;
    // ECE 1 % less than on the test rows, and all of it underconfidence.
    CalibrationMetrics metrics;
    metrics.ece = record.teacher->as_taught.metrics.ece - 0.01;
    metrics.accuracy = 0.99;
    metrics.mean_confidence = 0.99 - metrics.ece;
    record.teacher->as_taught_in_training = AsTaughtInTraining{metrics, 3};
  }
  auto results = results_of(world);
  const auto figure = training_scatter_figure(results, "main");
  ASSERT_EQ(figure.panels.size(), 2u);
  EXPECT_TRUE(figure.panels[0].title.ends_with(": ECE")) << figure.panels[0].title;
  EXPECT_TRUE(figure.panels[1].title.ends_with(": confidence - accuracy")) << figure.panels[1].title;
  // The points of FitsALineThroughTheMeans one point to the left, and mirrored.
  EXPECT_NEAR(figure.panels[0].series.at(1).points.at(2).x, 6, 1e-9);
  EXPECT_NEAR(figure.panels[1].series.at(1).points.at(2).x, -6, 1e-9);
  EXPECT_NEAR(figure.panels[0].fits.at(1).slope, -30.0 / 38, 1e-9);
  EXPECT_NEAR(figure.panels[1].fits.at(1).slope, 30.0 / 38, 1e-9);
}

TEST(TrainingScatterFigure, HasNothingWhereNoRecordTells) {
  const auto world = sweep();
  auto results = results_of(world);
  EXPECT_TRUE(training_scatter_figure(results, "main").panels.empty());
}

World::Where under(const std::string& teacher, int seed = 0, const std::string& method = "kl") {
  World::Where where;
  where.teacher = teacher;
  where.seed = seed;
  where.method = method;
  return where;
}

TEST(TeachersFigure, OrdersTeachersByTheirEce) {
  World world;
  world.done(under("a"), 0.60, 0.09);
  world.done(under("b"), 0.70, 0.03);
  world.done(under("c"), 0.65, 0.05);
  auto results = results_of(world);
  const auto panel = teachers_figure(results, "main").panels.at(0);
  EXPECT_EQ(panel.title, "data, student small");
  EXPECT_EQ(panel.x.categories, (std::vector<std::string>{"b", "c", "a"}));
  EXPECT_NEAR(panel.series.at(0).points.at(0).y, 70, 1e-9);
  EXPECT_EQ(panel.series.at(0).points.at(0).label, "b");
  EXPECT_NEAR(panel.series.at(1).points.at(2).y, 9, 1e-9);
  EXPECT_EQ(scatter_figure(results, "main").panels.at(0).series.at(0).points.at(2).label, "a");
}

TEST(TeachersFigure, GivesEveryTemperatureAPanelOfItsOwn) {
  World world;
  for (const auto& [teacher, at1, at4] : {std::tuple{"a", 0.09, 0.01}, std::tuple{"b", 0.03, 0.20}}) {
    world.done(under(teacher, 0, "kl[tau=1]"), 0.6, at1).teacher->as_taught.temperature = 1;
    world.done(under(teacher, 0, "kl[tau=4]"), 0.7, at4).teacher->as_taught.temperature = 4;
  }
  auto results = results_of(world);
  const auto figure = teachers_figure(results, "main");
  ASSERT_EQ(figure.panels.size(), 2u);
  EXPECT_EQ(figure.panels[0].title, "data, student small, teachers at temperature 1");
  EXPECT_EQ(figure.panels[0].x.categories, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(figure.panels[1].title, "data, student small, teachers at temperature 4");
  EXPECT_EQ(figure.panels[1].x.categories, (std::vector<std::string>{"a", "b"}));
}

TEST(TeachersFigure, HasNothingForASingleTeacher) {
  World world;
  world.done(under("a"), 0.6, 0.1);
  auto results = results_of(world);
  EXPECT_TRUE(teachers_figure(results, "main").panels.empty());
}

std::vector<ReliabilityBin> bins(double accuracy, double confidence, int count) {
  return {{0, 0.5, 0, {}, {}}, {0.5, 1, count, accuracy, confidence}};
}

TEST(ReliabilityFigure, ShowsBinsBeforeAndAfterScaling) {
  World world;
  for (int seed = 0; seed < 2; ++seed) {
    auto where = under("big", seed);
    world.done(where, 0.7, 0.1);
    where.role = Role::kTeacher;
    world.done(where, 0.8);
    auto& last = world.records.at(World::teacher_job(where)).checkpoints["last"];
    last = test::checkpoint(0.8, 0.1 + 0.02 * seed);
    last.test.reliability = bins(0.8 + 0.02 * seed, 0.9, 40);
    auto& fitted = last.fitted_temperature.emplace();
    fitted.fit.T = 2;
    fitted.fit.ece_after = 0.01;
    fitted.reliability_after = bins(0.8, 0.81, 40);
  }
  auto results = results_of(world);
  const auto panel = reliability_figure(results, "main").panels.at(0);
  EXPECT_EQ(panel.title, "big on data");
  ASSERT_EQ(panel.series.size(), 2u);
  ASSERT_EQ(panel.series[0].points.size(), 1u);  // the empty bin has no bar
  const auto& bar = panel.series[0].points[0];
  EXPECT_NEAR(bar.y, 81, 1e-9);
  EXPECT_NEAR(*bar.x_low, 50, 1e-9);
  EXPECT_NEAR(*bar.x_high, 100, 1e-9);
  EXPECT_EQ(bar.count, 80u);
  EXPECT_NEAR(panel.series[1].points.at(0).x, 81, 1e-9);
  // ECE 10 and 12 %: 11 -+ 12.7062 * sqrt(2) / sqrt(2).
  EXPECT_EQ(panel.notes,
            (std::vector<std::string>{"ECE 11.00 ± 12.71 % over 2 seeds", "after scaling at T = 2.000: ECE 1.00 ± 0.00 %"}));
}

TEST(ReliabilityFigure, NeedsNoFittedTemperature) {
  World world;
  auto where = under("big");
  where.role = Role::kTeacher;
  world.done(where, 0.8);
  auto& last = world.records.at(World::teacher_job(where)).checkpoints["last"];
  last = test::checkpoint(0.8, 0.1);
  last.test.reliability = bins(0.8, 0.9, 40);
  auto results = results_of(world);
  const auto panel = reliability_figure(results, "main").panels.at(0);
  EXPECT_EQ(panel.series.size(), 1u);
  EXPECT_EQ(panel.notes, std::vector<std::string>{"ECE 10.00 % over 1 seed"});
}

TEST(MapsFigure, HasASeriesForEachClassAndSaysHowGoodTheMapIs) {
  World world;
  const auto results = results_of(world);
  const auto figure = maps_figure(results, "main", {{"kl", {3, 2, {0, 0, 1, 1, 2, 2}}, {1, 0, 1}, 0.25, 0.99, 0.5}});
  const auto& panel = figure.panels.at(0);
  ASSERT_EQ(panel.series.size(), 2u);
  EXPECT_EQ(panel.series[0].name, "class 0");
  EXPECT_EQ(panel.series[1].points.size(), 2u);
  EXPECT_EQ(panel.notes.at(0), "3 samples; KL 0.250, trustworthiness(5) 0.990, 1-NN accuracy in the map 50.0 %");
}

}  // namespace
}  // namespace kdbench::report
