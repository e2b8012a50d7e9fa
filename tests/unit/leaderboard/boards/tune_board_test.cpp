/// The tune board: default beside tuned, what each method cost, and every trial.
#include "unit/leaderboard/fixtures.h"

#include <kdbench/leaderboard/render/render.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::text;
using test::World;

/// A run of a setting: a trial if it has epochs, else a student that is judged.
struct Tried {
  std::string loss;
  std::int64_t number = 0, epochs = 0, seed = 0;
};

Placement& place(World& world, const Tried& tried) {
  const auto role = tried.epochs > 0 ? Role::kTrial : Role::kMethod;
  const auto setting = tried.number == 0 ? "" : "tau=" + std::to_string(tried.number);
  world.place({.kind = StudyKind::kTune,
               .method = tried.loss + setting,
               .seed = tried.seed,
               .role = role,
               .value = static_cast<double>(tried.epochs)});
  auto& p = world.plan.placements.back();
  p.trial = PlacedTrial{tried.loss, tried.number, setting, tried.epochs};
  p.value = 0;
  return p;
}

void done(World& world, const Tried& tried, double validation, double on_test = 0) {
  const auto& p = place(world, tried);
  RunRecord r;
  r.job = p.job;
  r.status = Status::kDone;
  CalibrationReport val;
  val.metrics = test::metrics_of(validation);
  if (tried.epochs > 0) {
    r.judged["last"] = {tried.epochs, val};
  } else {
    r.checkpoints["last"] = test::checkpoint(on_test);
    r.checkpoints["last"].val = val;
  }
  world.records[p.job] = r;
}

/// Three trials of one epoch, two of four; kl keeps its default, dist takes its second draw.
World tuned() {
  World world;
  for (const std::string loss : {"kl", "dist"}) {
    done(world, {loss, 0, 1, 100}, 0.50);
    done(world, {loss, 1, 1, 100}, 0.40);
    done(world, {loss, 2, 1, 100}, 0.60);
    done(world, {loss, 0, 4, 100}, loss == "kl" ? 0.75 : 0.70);
    done(world, {loss, 2, 4, 100}, loss == "kl" ? 0.70 : 0.72);
    for (const int seed : {0, 1}) done(world, {loss, 0, 0, seed}, 0.7, loss == "kl" ? 0.70 + 0.02 * seed : 0.60);
  }
  for (const int seed : {0, 1}) done(world, {"dist", 2, 0, seed}, 0.73, 0.75 + 0.02 * seed);
  world.plan.study_options.at("main").tuning = TuningBudget{.rungs = {{3, 1}, {2, 4}}, .seeds = {100}, .methods = 2};
  return world;
}

/// The text in a column of the row of a method.
std::string at(const Table& table, const std::string& method, const std::string& key, const std::string& column) {
  for (const auto& row : table.rows) {
    if (row.cells[0].text != method || row.cells[1].text != key) continue;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].title == column) return row.cells[i].text;
    }
  }
  return "no such place";
}

bool notes_say(const Table& table, const std::string& part) {
  return std::any_of(table.notes.begin(), table.notes.end(), [&](const auto& n) { return n.find(part) != std::string::npos; });
}

TEST(TuneBoard, HasDefaultBesideTuned) {
  const auto board = tuned().board();
  const auto table = test::table(board, "Study main on data: default and tuned, big -> small");
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(at(table, "dist", "default", "values"), "as in [losses.dist]");
  EXPECT_EQ(at(table, "dist", "default", "test"), "60.00 ± 0.00 (2)");
  EXPECT_EQ(at(table, "dist", "tuned", "values"), "tau=2");
  EXPECT_EQ(at(table, "dist", "tuned", "validation"), "73.00 ± 0.00 (2)");
  EXPECT_EQ(at(table, "dist", "tuned", "test"), "76.00 ± 1.41 (2)");  // 75 and 77
  EXPECT_TRUE(at(table, "dist", "tuned", "vs default").starts_with("+16.00 ["));
  EXPECT_TRUE(at(table, "dist", "tuned", "vs kl").starts_with("+5.00 ["));  // against 70 and 72 of kl
  EXPECT_EQ(at(table, "kl", "tuned", "values"), "as in [losses.kl]");       // which was chosen
  EXPECT_EQ(at(table, "kl", "tuned", "vs default"), "-");
}

TEST(TuneBoard, SaysWhatEveryMethodCost) {
  const auto board = tuned().board();
  const auto& table = test::table(board, "default and tuned");
  EXPECT_TRUE(notes_say(table,
                        "Budget of every method alike: 3 trials, the default and 2 draws; 3 x 1 + 2 x 4 = 11 epochs of the "
                        "student at 1 seed of the tuning's own (100)."));
  EXPECT_FALSE(notes_say(table, "Not chosen yet"));
}

TEST(TuneBoard, ShowsHowFarEveryTrialCame) {
  const auto board = tuned().board();
  const auto& table = test::table(board, "every trial");
  ASSERT_EQ(table.rows.size(), 6u);
  EXPECT_EQ(at(table, "dist", "1", "after 1 epoch"), "40.00 ± n/a (1)");
  EXPECT_EQ(at(table, "dist", "1", "after 4 epochs"), "");
  EXPECT_EQ(at(table, "dist", "2", "after 4 epochs"), "72.00 ± n/a (1)");
  EXPECT_EQ(at(table, "dist", "2", "choice"), "chosen");
  EXPECT_EQ(at(table, "kl", "2", "choice"), "");
  EXPECT_EQ(at(table, "kl", "0", "choice"), "chosen");
}

TEST(TuneBoard, SaysWhatIsStillToBeChosen) {
  World world;
  done(world, {"kl", 0, 1, 100}, 0.5);
  place(world, {"kl", 1, 1, 100});
  world.plan.study_options.at("main").tuning =
      TuningBudget{.rungs = {{2, 1}}, .seeds = {100}, .methods = 1, .trials_to_come = 0, .students_to_come = 4};
  const auto board = world.board();
  const auto& table = test::table(board, "default and tuned");
  EXPECT_EQ(at(table, "kl", "tuned", "values"), "not chosen yet");
  EXPECT_EQ(at(table, "kl", "default", "test"), "not planned");
  EXPECT_TRUE(notes_say(table, "Not chosen yet: results are still to name 0 trials and 4 trainings."));
  EXPECT_EQ(at(test::table(board, "every trial"), "kl", "1", "after 1 epoch"), "missing (0/1)");
}

TEST(TuneBoard, TakesNoNumberOfTestRowsFromATrial) {
  auto world = tuned();
  for (auto& [job, record] : world.records) {
    if (record.judged.empty()) continue;
    record.checkpoints["last"] = test::checkpoint(0.01);
  }
  EXPECT_EQ(render(world.board(), Format::kText), render(tuned().board(), Format::kText));
}

}  // namespace
}  // namespace kdbench
