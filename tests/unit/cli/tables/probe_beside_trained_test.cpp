// What the probe says before training, beside results made by hand.
#include <kdbench/cli/tables/probe_beside_trained.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

ProbedMethod probed_at_one(const std::string& name, std::vector<double> cosine, std::vector<double> ratio) {
  return {.study = "temperature",
          .dataset = "points",
          .method = name + " at teacher_temperature=1",
          .convention = "tau=4 on both",
          .teacher = "big",
          .student = "small",
          .strategy = "direct",
          .cosine = std::move(cosine),
          .norm_ratio = std::move(ratio)};
}

/// Two runs each at 1 and at 4, of which those at 4 differ from 70 % by `change`.
void train_along(const std::string& name, double change, std::vector<Point>& points) {
  for (const double value : {1.0, 4.0}) {
    Point p;
    p.study = "temperature";
    p.dataset = "points";
    p.teacher = "big";
    p.student = "small";
    p.strategy = "direct";
    p.method = name;
    p.axis = "teacher_temperature";
    p.value = value;
    const double accuracy = value == 1 ? 0.70 : 0.70 + change;
    p.runs = {{.seed = 0, .accuracy = accuracy - 0.01, .teacher_ece = {}},
              {.seed = 1, .accuracy = accuracy + 0.01, .teacher_ece = {}}};
    p.expected = 2;
    points.push_back(std::move(p));
  }
}

TEST(ProbeBesideTrained, TakesTheLargestTurnAndGrowthAndTheSpreadOfTheMeans) {
  ProbeAnswer answer;
  answer.methods = {probed_at_one("kl", {0.9, 0.6}, {2, 0.25})};
  std::vector<Point> points;
  train_along("kl", -0.03, points);
  const auto tables = probe_beside_trained(answer, points);
  const auto& row = tables.at(0).rows.at(0).cells;
  EXPECT_EQ(row[3].text, "kl");
  EXPECT_EQ(row[4].text, "0.400");  // 1 - 0.6
  EXPECT_EQ(row[5].text, "1.386");  // |ln 0.25| = 2 ln 2, more than ln 2
  EXPECT_EQ(row[6].text, "3.00");   // 70 and 67
  EXPECT_EQ(row[7].text, "");
}

TEST(ProbeBesideTrained, RanksMethodsOfWhichTheMoreTurnedMovedMore) {
  ProbeAnswer answer;
  std::vector<Point> points;
  for (int i = 0; i < 5; ++i) {
    const auto name = "m" + std::to_string(i);
    answer.methods.push_back(probed_at_one(name, {1 - 0.1 * i}, {1 + 0.1 * (5 - i)}));  // turns rise, growths fall
    train_along(name, 0.01 * i, points);
  }
  const auto tables = probe_beside_trained(answer, points);
  const auto& ranks = tables.at(1).rows;
  EXPECT_EQ(ranks[0].cells[0].text, "turn");
  EXPECT_EQ(ranks[0].cells[1].text, "5");
  EXPECT_EQ(ranks[0].cells[2].text, "100.00");
  EXPECT_EQ(ranks[0].cells[4].text, "0.017");  // 2 of 5! = 120 orders are as far from 0
  EXPECT_EQ(ranks[1].cells[2].text, "-100.00");
}

TEST(ProbeBesideTrained, LeavesOutWhatIsNotWholeAndSaysWhy) {
  ProbeAnswer answer;
  answer.methods = {probed_at_one("kl", {0.5}, {2}), probed_at_one("dist", {}, {})};
  answer.methods[1].reason = "its teacher is not trained yet; kdbench run trains it";
  std::vector<Point> points;
  train_along("kl", 0.01, points);
  points.back().runs.pop_back();
  train_along("dist", 0.01, points);
  train_along("at", 0.01, points);
  const auto tables = probe_beside_trained(answer, points);
  EXPECT_EQ(tables.at(0).rows.at(0).cells[7].text, "1 is not among the study's values");  // at: nothing was probed there
  EXPECT_EQ(tables.at(0).rows.at(1).cells[7].text, "its teacher is not trained yet; kdbench run trains it");
  EXPECT_EQ(tables.at(0).rows.at(2).cells[7].text, "not all of its runs are done");
  EXPECT_EQ(tables.at(1).rows.at(0).cells[1].text, "0");
  EXPECT_EQ(tables.at(1).rows.at(0).cells[2].text, "n/a");
}

TEST(ProbeBesideTrained, SaysThatNoStudyTrainsAlongTheTeachersTemperature) {
  const auto tables = probe_beside_trained({}, {});
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_NE(tables[0].notes.at(0).find("No study of the suite trains along teacher_temperature"), std::string::npos);
}

TEST(ProbeBesideTrained, SeesATieWhereGradientsDifferByRoundingAlone) {
  ProbeAnswer answer;
  answer.methods = {probed_at_one("a", {0.99999998}, {1.00000001}), probed_at_one("b", {1}, {1})};
  std::vector<Point> points;
  train_along("a", 0.01, points);
  train_along("b", 0.02, points);
  const auto tables = probe_beside_trained(answer, points);
  const auto& rows = tables.at(0).rows;
  EXPECT_EQ(rows[0].cells[4].values, rows[1].cells[4].values);
  EXPECT_EQ(rows[0].cells[5].values, rows[1].cells[5].values);
}

}  // namespace
}  // namespace kdbench
