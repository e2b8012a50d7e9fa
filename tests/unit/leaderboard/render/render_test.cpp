/// Golden text of every renderer, the same bytes whatever the order, and the rules of CSV and Markdown. New golden text is
/// approved by UPDATE_GOLDEN=1.
#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace kdbench {
namespace {

using test::golden;
using test::table;
using test::text;
using test::World;

/// Metrics of a teacher with two bins: 40 samples at confidence 0.55, accuracy 0.6; 60 at 0.95 and 0.9.
CheckpointRecord teacher_checkpoint(double accuracy) {
  auto out = test::checkpoint(accuracy, 0.05);
  out.epoch = 2;
  auto& m = out.test.metrics;
  m.mce = 0.05;
  m.adaptive_ece = 0.04;
  m.classwise_ece = 0.03;
  m.nll = 0.5;
  m.brier = 0.3;
  m.overconfidence = 0.03;
  m.underconfidence = 0.02;
  out.test.reliability = {{0, 0.5, 0, {}, {}}, {0.5, 1, 100, accuracy, 0.79}};
  auto& fit = out.fitted_temperature.emplace().fit;
  fit.T = 1.25;
  fit.ece_after = 0.01;
  return out;
}

/// Every kind of table, two seeds, one failed run.
World everything() {
  World world;
  world.plan.title = "Golden | board";
  world.plan.study_options["main"] = {.baseline = "kl", .per_seed = true, .direct = "direct"};
  const double kl[] = {0.70, 0.72}, dist[] = {0.71, 0.74}, alone[] = {0.65, 0.66};
  for (int seed = 0; seed < 2; ++seed) {
    world.done({.seed = seed}, kl[seed]);
    world.done({.method = "dist", .seed = seed}, dist[seed]);
    world.done({.method = "alone", .seed = seed, .role = Role::kAlone, .convention = "labels only"}, alone[seed]);
    auto& teacher =
        world.done({.method = "teacher", .student = "", .seed = seed, .role = Role::kTeacher, .convention = "labels only"}, 0.78);
    teacher.checkpoints = {{"last", teacher_checkpoint(0.78 + 0.02 * seed)}};
    teacher.tau_curve = {{.tau = 1, .ece = 0.05}, {.tau = 1.5, .ece = 0.02 + 0.01 * seed}};
    for (int i = 1; i <= 4; ++i) {
      const World::Where where{.study = "sweep",
                               .kind = StudyKind::kSensitivity,
                               .seed = seed,
                               .axis = "tau",
                               .convention = "tau on both, tau^2 on, alpha=1",
                               .value = 0.5 * i};
      auto other = where;
      other.method = "dist";
      world.done(where, 0.74 - 0.01 * i + 0.001 * seed * i, 0.02 * i);
      world.done(other, i % 2 == 0 ? 0.73 : 0.735, 0.02 * i);
    }
  }
  world.done({.method = "at, \"v2\"", .seed = 0}, 0.69);
  world.ended({.method = "at, \"v2\"", .seed = 1}, Status::kFailed, "no feature map | x");
  return world;
}

TEST(Render, TextIsTheGoldenText) {
  const auto now = render(everything().board(), Format::kText);
  EXPECT_EQ(now, golden("board.txt", now));
}

TEST(Render, MarkdownIsTheGoldenText) {
  const auto now = render(everything().board(), Format::kMarkdown);
  EXPECT_EQ(now, golden("board.md", now));
}

TEST(Render, CsvIsTheGoldenText) {
  const auto now = render(everything().board(), Format::kCsv);
  EXPECT_EQ(now, golden("board.csv", now));
}

TEST(Render, JsonIsTheGoldenText) {
  const auto now = render(everything().board(), Format::kJson);
  EXPECT_EQ(now, golden("board.json", now));
}

TEST(Render, DoesNotDependOnTheOrderOfPlacements) {
  auto world = everything();
  std::vector<std::string> expected;
  for (const auto format : {Format::kText, Format::kMarkdown, Format::kCsv, Format::kJson})
    expected.push_back(render(world.board(), format));
  auto& placements = world.plan.placements;
  for (std::size_t shift = 1; shift < placements.size(); shift += 5) {
    std::rotate(placements.begin(), placements.begin() + static_cast<std::ptrdiff_t>(shift), placements.end());
    if (shift % 2 == 1) std::reverse(placements.begin(), placements.end());
    std::vector<std::string> got;
    for (const auto format : {Format::kText, Format::kMarkdown, Format::kCsv, Format::kJson})
      got.push_back(render(world.board(), format));
    EXPECT_EQ(got, expected);
  }
}

TEST(Render, PlacingOneJobTwiceChangesNothing) {
  auto world = everything();
  const auto before = render(world.board(), Format::kText);
  const auto copy = world.plan.placements;
  for (const auto& placement : copy) world.plan.placements.push_back(placement);
  EXPECT_EQ(render(world.board(), Format::kText), before);
}

TEST(Render, SaysWhenTwoJobsClaimOnePlace) {
  World world;
  world.done({}, 0.7);
  world.plan.placements.push_back(Placement(world.plan.placements[0]));
  world.plan.placements[1].job = "another";
  EXPECT_EQ(world.board().notes.at(1),
            "Two different jobs claim one place (the first by id is shown): study 'main', kl, big -> small, seed 0");
}

TEST(Render, PrintsNoDatePathOrDuration) {
  auto world = everything();
  const auto before = render(world.board(), Format::kJson);
  for (auto& [job, record] : world.records) {
    record.finished_at = "2031-01-01T00:00:00Z";
    record.timings.train_s = 12.5;
    record.environment.host = "elsewhere";
  }
  EXPECT_EQ(render(world.board(), Format::kJson), before);
}

TEST(Render, WritesPointsInEveryLocale) {
  const auto before = render(everything().board(), Format::kCsv);
  bool found = false;
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8"})
    found = found || std::setlocale(LC_ALL, name);
  const auto now = render(everything().board(), Format::kCsv);
  std::setlocale(LC_ALL, "C");
  if (!found) GTEST_SKIP() << "no locale with a decimal comma is installed";
  EXPECT_EQ(now, before);
}

/// A small reader of RFC 4180, to see that what was written can be read.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto& field = lines.back().back();
    if (quoted && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"')
      field += text[i++];
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && text[i] == ',')
      lines.back().push_back("");
    else if (!quoted && text[i] == '\r' && text[i + 1] == '\n')
      lines.push_back({""}), ++i;
    else
      field += text[i];
  }
  lines.pop_back();
  return lines;
}

TEST(Render, CsvHasSevenFieldsALineAndFullPrecision) {
  World world;
  world.done({.method = "at, \"v2\""}, 0.7012345678901234);
  const auto lines = read_csv(render(world.board(), Format::kCsv));
  const auto is_mean = [](const auto& line) { return line[3] == "accuracy" && line[5] == "mean"; };
  for (const auto& line : lines) EXPECT_EQ(line.size(), 7u);
  const auto mean = std::find_if(lines.begin(), lines.end(), is_mean);
  ASSERT_NE(mean, lines.end());
  EXPECT_EQ((*mean)[2], "at, \"v2\"");
  EXPECT_EQ(std::stod((*mean)[6]), 0.7012345678901234 * 100);
}

TEST(Render, JsonHasNumbersAndNulls) {
  World world;
  world.done({}, 0.7);
  const auto json = Json::parse(render(world.board(), Format::kJson));
  const auto& accuracy = json["tables"][0]["rows"][0][2];
  EXPECT_EQ(accuracy["mean"], 70.0);
  EXPECT_TRUE(accuracy["sd"].is_null());
  EXPECT_EQ(accuracy["n"], 1);
}

TEST(Render, MarkdownEscapesPipes) {
  World world;
  world.ended({.method = "a|b"}, Status::kFailed, "x | y");
  const auto md = render(world.board(), Format::kMarkdown);
  EXPECT_NE(md.find("| a\\|b |"), std::string::npos);
  EXPECT_NE(md.find("x \\| y"), std::string::npos);
}

TEST(Render, AnEmptyPlanGivesAnEmptyBoard) {
  EXPECT_EQ(render(World().board(), Format::kText), "A suite\n=======\n0 of 0 jobs done.\n");
  EXPECT_EQ(render(make_leaderboard(Plan(), [](const auto&) { return std::nullopt; }), Format::kText), "\n\n0 of 0 jobs done.\n");
}

TEST(Format, RefusesAnotherNameListingThose) {
  EXPECT_EQ(format_from_string("md").value(), Format::kMarkdown);
  EXPECT_EQ(format_from_string("xml").error()[0].message, "unknown format 'xml'; expected one of text, md, csv, json");
}

TEST(TeacherBoard, SummarisesTeachersOverSeeds) {
  const auto board = everything().board();
  const auto& t = table(board, "Teachers: accuracy");
  EXPECT_EQ(text(t, "big", "accuracy"), "79.00 ± 1.41 (2)");
  EXPECT_EQ(text(t, "big", "ECE"), "5.00 ± 0.00 (2)");
  EXPECT_EQ(text(table(board, "likelihood"), "big", "fitted T"), "1.250 ± 0.000 (2)");
  EXPECT_EQ(text(table(board, "ECE against tau"), "big", "1.5"), "2.50±0.71");
}

TEST(TeacherBoard, PrintsTheReliabilityTableOfTheLowestSeedAndSaysSo) {
  const auto board = everything().board();
  const auto& t = table(board, "Reliability of big");
  EXPECT_EQ(t.title, "Reliability of big on data, seed 0");
  EXPECT_EQ(text(t, "(0.000, 0.500]", "accuracy"), "n/a");
  EXPECT_EQ(text(t, "(0.500, 1.000]", "accuracy - confidence"), "-1.00");
}

TEST(TeacherBoard, FindsATeacherThatOnlyTeaches) {
  World world;
  world.done({}, 0.7);
  EXPECT_EQ(text(table(world.board(), "Teachers: accuracy"), "big", "accuracy"), "missing (0/1)");
}

}  // namespace
}  // namespace kdbench
