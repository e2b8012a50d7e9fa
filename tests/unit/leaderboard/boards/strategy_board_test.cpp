/// The strategy board: who taught, how calibrated it was when it taught, and what that changed.
#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::golden;
using test::table;
using test::text;
using test::World;

using test::taught;

/// Places a stage of a chain that is no student.
void add_teacher(World& world, const std::string& strategy, const std::string& model, int seed, const std::string& job,
                 const std::optional<TeacherRecord>& teacher, double accuracy) {
  world.add_study("main");
  Placement p;
  p.study = "main";
  p.dataset = "data";
  p.method = "teacher";
  p.convention = teacher ? "taught" : "labels only";
  p.teacher = model;
  p.strategy = strategy;
  p.seed = seed;
  p.role = Role::kTeacher;
  p.job = job;
  p.teacher_job = teacher ? teacher->job : "";
  world.plan.placements.push_back(std::move(p));
  RunRecord r;
  r.job = job;
  r.status = Status::kDone;
  r.checkpoints["last"] = test::checkpoint(accuracy);
  r.checkpoints["last"].epoch = 6;
  r.teacher = teacher;
  world.records[job] = r;
}

/// A spec of which only the loss is known.
Spec spec_of(const std::string& loss, double tau) {
  LossPart use;
  use.use.plugin = loss;
  use.tau_teacher = tau;
  Spec spec;
  spec.loss = LossSpec{.alpha = 1, .parts = {use}};
  return spec;
}

/// A student of the chain; `teacher` names its teacher's job, as the planner does.
void add_student(World& world, World::Where where, const TeacherRecord& teacher, double accuracy) {
  auto& record = world.done(where, accuracy);
  record.teacher = teacher;
  record.spec = spec_of("kl", 2);
  world.plan.placements.back().teacher_job = teacher.job;
}

/// Teacher of 80 %, assistant of 76 %, tau 2, two seeds; a direct student, one by the assistant, one of an early checkpoint.
World three_strategies() {
  World world;
  for (int seed = 0; seed < 2; ++seed) {
    const auto s = std::to_string(seed);
    const double drift = 0.02 * seed;
    for (const char* strategy : {"direct", "takd", "early"}) add_teacher(world, strategy, "big", seed, "t" + s, {}, 0.80);
    world.records["t" + s].checkpoints["min_val_ece"].epoch = 3 + seed;
    add_teacher(world, "takd", "mid", seed, "a" + s, taught("t" + s, 0.80, 0.10 + drift, 2), 0.76);
    add_student(world, {.seed = seed, .chain = {"big"}, .checkpoint = "last"}, taught("t" + s, 0.80, 0.10 + drift, 2), 0.70);
    add_student(world, {.seed = seed, .strategy = "takd", .chain = {"big", "mid"}, .checkpoint = "last"},
                taught("a" + s, 0.76, 0.04 + drift, 2), 0.72 + 0.01 * seed);
    add_student(world, {.seed = seed, .strategy = "early", .chain = {"big"}, .checkpoint = "min_val_ece"},
                taught("t" + s, 0.78, 0.06, 2, "min_val_ece"), 0.71);
  }
  return world;
}

TEST(StrategyBoard, IsTheGoldenText) {
  auto board = three_strategies().board();
  std::erase_if(board.tables,
                [](const Table& t) { return !t.title.ends_with("strategies") && !t.title.ends_with("each chain"); });
  const auto now = render(board, Format::kText);
  EXPECT_EQ(now, golden("strategies.txt", now));
}

TEST(StrategyBoard, ShowsWhoTaughtDirectlyAndWhatThatChanged) {
  const auto board = three_strategies().board();
  const auto& t = table(board, "strategies");
  ASSERT_EQ(t.rows.size(), 3u);
  EXPECT_EQ(t.rows[0].cells[0].text, "direct");
  EXPECT_EQ(text(t, "takd", "chain"), "big > mid > small");
  EXPECT_EQ(text(t, "takd", "teacher's accuracy"), "76.00 ± 0.00 (2)");
  EXPECT_EQ(text(t, "takd", "teacher's ECE"), "5.00 ± 1.41 (2)");  // 4 and 6
  EXPECT_EQ(text(t, "takd", "tau"), "2.00");
  EXPECT_EQ(text(t, "takd", "student's accuracy"), "72.50 ± 0.71 (2)");
  // t(1) = 12.7062, sd 0.7071, / sqrt(2): 6.353
  EXPECT_EQ(text(t, "takd", "95% interval"), "[66.15, 78.85]");
  EXPECT_EQ(text(t, "takd", "vs direct"), "+2.50 [-3.85, +8.85]");
  EXPECT_EQ(text(t, "direct", "vs direct"), "-");
  EXPECT_EQ(text(t, "early", "checkpoint"), "min_val_ece (epoch 3, 4)");
  EXPECT_EQ(text(t, "early", "teacher's accuracy"), "78.00 ± 0.00 (2)");
}

TEST(StrategyBoard, MarksTeachersWhoseEcesCannotBeToldFromTheLowest) {
  // Means of 5 % (takd), 6 % (early) and 11 % (direct), all with a floor of 2 %.
  auto world = three_strategies();
  for (auto& [job, record] : world.records) {
    if (record.teacher) record.teacher->as_taught.metrics.ece_floor_95 = 0.02;
  }
  const auto board = world.board();
  const auto& t = table(board, "strategies");
  EXPECT_EQ(text(t, "takd", "teacher's ECE"), "5.00 ± 1.41 (2)");
  EXPECT_EQ(text(t, "early", "teacher's ECE"), "6.00 ± 0.00 (2) ≈");
  EXPECT_EQ(text(t, "direct", "teacher's ECE"), "11.00 ± 1.41 (2)");
  const auto legend = [](const std::string& note) { return note.starts_with("≈: "); };
  EXPECT_EQ(std::count_if(t.notes.begin(), t.notes.end(), legend), 1);
}

TEST(StrategyBoard, ShowsEveryTeacherOfAChainAsItTaught) {
  const auto board = three_strategies().board();
  const auto& t = table(board, "each chain");
  ASSERT_EQ(t.rows.size(), 4u);  // direct, early, and two of takd
  const auto& first = t.rows[2].cells;
  EXPECT_EQ(first[2].text, "big");
  EXPECT_EQ(first[3].text, "mid");
  EXPECT_EQ(first.back().text, "11.00 ± 1.41 (2)");  // 10 and 12: of the loss by which the assistant learnt
  EXPECT_EQ(t.rows[3].cells[3].text, "small");
  EXPECT_EQ(t.rows[3].cells.back().text, "5.00 ± 1.41 (2)");
}

TEST(StrategyBoard, SaysTheTemperatureWhereAStrategyRescalesTheTeacher) {
  auto world = three_strategies();
  for (const char* seed : {"0", "1"}) {
    for (auto& [job, record] : world.records) {
      if (job.find("/early/" + std::string(seed)) != std::string::npos) record.teacher->as_taught.temperature = 3.0;
    }
  }
  const auto board = world.board();
  EXPECT_EQ(text(table(board, "strategies"), "early", "T"), "3.000");
  EXPECT_EQ(text(table(board, "strategies"), "direct", "T"), "2.000");
}

TEST(StrategyBoard, IsNotMadeWhereEveryStudentIsTaughtDirectly) {
  World world;
  world.done({.chain = {"big"}, .checkpoint = "last"}, 0.7);
  for (const auto& t : world.board().tables) EXPECT_EQ(t.title.find("strategies"), std::string::npos);
}

TEST(StrategyBoard, KnowsTheDirectStrategyByTheNameThatTheSuiteGaveIt) {
  auto world = three_strategies();
  world.plan.study_options["main"].direct = "early";
  EXPECT_EQ(text(table(world.board(), "strategies"), "takd", "vs early"), "+1.50 [-4.85, +7.85]");  // 1 and 2
}

TEST(StrategyBoard, SaysWhenNoStrategyIsWithoutDetours) {
  auto world = three_strategies();
  world.plan.study_options["main"].direct = "";
  const auto board = world.board();
  const auto& t = table(board, "strategies");
  EXPECT_EQ(t.notes.back(), "No paired differences: this study has no strategy 'direct'.");
  for (const auto& column : t.columns) EXPECT_FALSE(column.title.starts_with("vs ")) << column.title;
}

TEST(StrategyBoard, KeepsRunsThatAreNotThereVisible) {
  auto world = three_strategies();
  world.ended({.seed = 2, .strategy = "takd", .chain = {"big", "mid"}, .checkpoint = "last"}, Status::kFailed, "boom");
  world.plan.placements.back().teacher_job = "a0";
  const auto& board = world.board();
  EXPECT_EQ(text(table(board, "strategies"), "takd", "student's accuracy"), "72.50 ± 0.71 (2/3; failed: boom)");
  EXPECT_EQ(text(table(board, "strategies"), "takd", "vs direct"), "not seed-matched");
}

TEST(Points, HoldEverySeedAndComeBackFromJson) {
  const auto board = three_strategies().board();
  ASSERT_EQ(board.points.size(), 3u);
  const auto& takd = board.points[2];
  EXPECT_EQ(takd.strategy, "takd");
  EXPECT_EQ(takd.loss, "kl");
  ASSERT_EQ(takd.runs.size(), 2u);
  EXPECT_DOUBLE_EQ(takd.runs[1].accuracy, 0.73);
  EXPECT_DOUBLE_EQ(*takd.runs[1].teacher_ece, 0.06);
  EXPECT_EQ(to_document(from_document<Point>(to_document(takd))), to_document(takd));
}

TEST(TeacherBoard, TellsApartWhatStrategiesTrainOneModelTo) {
  World world;
  for (int seed = 0; seed < 2; ++seed) {
    const auto s = std::to_string(seed);
    add_teacher(world, "takd", "big", seed, "t" + s, {}, 0.80);
    add_teacher(world, "direct", "big", seed, "t" + s, {}, 0.80);  // the same network: no row, and no name, of its own
    add_teacher(world, "smooth", "big", seed, "u" + s, {}, 0.70);
  }
  const auto board = world.board();
  const auto& t = table(board, "Teachers: accuracy and calibration");
  ASSERT_EQ(t.rows.size(), 2u);
  EXPECT_EQ(text(t, "big", "accuracy"), "80.00 ± 0.00 (2)");
  EXPECT_EQ(text(t, "big (smooth)", "accuracy"), "70.00 ± 0.00 (2)");
}

}  // namespace
}  // namespace kdbench
