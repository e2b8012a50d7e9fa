#include <kdbench/suite/suite.h>

#include <kdbench/suite/recipe.h>

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/suite/texts.h"

namespace kdbench {
namespace {

Suite good() {
  auto parsed = parse_good();
  EXPECT_EQ(to_text(parsed.diagnostics), "");
  return std::move(parsed.suite);
}

template <class T>
std::vector<T> plain(const std::vector<Located<T>>& located) {
  std::vector<T> out;
  for (const auto& item : located) out.push_back(item.value);
  return out;
}

TEST(ParseSuite, ReadsTheHead) {
  const auto suite = good();
  EXPECT_EQ(suite.file, "toy.toml");
  EXPECT_EQ(suite.name, "toy");
  EXPECT_EQ(suite.title, "A toy");
  EXPECT_EQ(suite.seeds, (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(suite.device.value, "cuda:1");
  EXPECT_EQ(suite.device.at, (Position{5, 10}));
  EXPECT_EQ(suite.data_dir, "data");
  EXPECT_EQ(suite.select, "best_val");
  EXPECT_EQ(suite.bins, 10);
}

TEST(ParseSuite, GivesAModelTheRecipeWithItsOwnChanges) {
  const auto suite = good();
  const auto& student = suite.models.at("student").recipe;
  EXPECT_EQ(student.epochs, 4);
  EXPECT_EQ(student.lr, 1.0);
  EXPECT_EQ(student.milestones, (std::vector<double>{0.5, 0.75}));
  EXPECT_TRUE(student.flip);
  EXPECT_EQ(student.threads, 1);
  const auto& teacher = suite.models.at("teacher");
  EXPECT_EQ(teacher.recipe.epochs, 9);
  EXPECT_EQ(teacher.recipe.threads, 2);
  EXPECT_EQ(teacher.recipe.lr, 1.0);
  ASSERT_EQ(teacher.recipe_keys.size(), 2u);
  EXPECT_EQ(teacher.recipe_keys.at("epochs"), (Position{27, 1}));
  EXPECT_EQ(teacher.plugin.value, "mlp");
  EXPECT_EQ(teacher.plugin.at, (Position{24, 10}));
  EXPECT_EQ(teacher.at, (Position{23, 9}));
}

TEST(ParseSuite, KeepsThePluginsKeysAsTheyStand) {
  const auto suite = good();
  const auto& gmm = suite.datasets.at("gmm");
  EXPECT_EQ(gmm.plugin.value, "gmm");  // the table's name
  EXPECT_EQ(gmm.validation.value, 100);
  EXPECT_EQ(gmm.train_limit.value, 50);
  EXPECT_EQ(gmm.test_limit.value, 0);
  ASSERT_EQ(gmm.params.size(), 2u);
  EXPECT_EQ(gmm.params.at("classes").values, (std::vector<SuiteValue>{std::int64_t{4}}));
  EXPECT_EQ(gmm.params.at("noise").values, (std::vector<SuiteValue>{0.5}));
  EXPECT_EQ(gmm.params.at("noise").at, (Position{19, 1}));
  EXPECT_EQ(gmm.params.at("noise").value_at, (std::vector<Position>{{19, 9}}));
  EXPECT_FALSE(gmm.params.at("noise").is_list);
  EXPECT_EQ(suite.strategies.at("slow").plugin.value, "eskd");
  EXPECT_TRUE(suite.strategies.at("slow").params.contains("stop"));
}

TEST(ParseSuite, KeepsListsOfLossesAndWhatAdvancesTogether) {
  const auto suite = good();
  const auto& grid = suite.losses.at("grid");
  EXPECT_EQ(grid.plugin.value, "dist");
  EXPECT_TRUE(grid.knobs.at("alpha").is_list);
  EXPECT_EQ(grid.knobs.at("alpha").values, (std::vector<SuiteValue>{0.5, std::int64_t{1}}));
  EXPECT_TRUE(grid.params.at("beta").is_list);
  EXPECT_FALSE(grid.params.contains("zip"));
  EXPECT_EQ(grid.zip, (std::vector<std::vector<std::string>>{{"beta", "gamma"}}));
  EXPECT_EQ(suite.losses.at("kl").knobs.at("tau_squared").values, (std::vector<SuiteValue>{false}));
}

TEST(ParseSuite, ReadsStudiesInOrder) {
  const auto suite = good();
  ASSERT_EQ(suite.studies.size(), 2u);
  const auto& main = suite.studies[0];
  EXPECT_EQ(main.name, "main");
  EXPECT_EQ(main.kind, StudyKind::kCompare);
  EXPECT_EQ(main.dataset.value, "gmm");  // the only one
  EXPECT_EQ(plain(main.losses), (std::vector<std::string>{"grid", "kl"}));
  ASSERT_EQ(main.pairs.size(), 2u);
  EXPECT_EQ(main.pairs[0].teacher.value, "teacher");
  EXPECT_EQ(main.pairs[0].student.value, "student");
  EXPECT_EQ(main.pairs[1].teacher.value, "");
  EXPECT_EQ(main.pairs[1].student.value, "student");
  EXPECT_TRUE(main.strategies.empty());  // the one without detours, which a plugin declares
  EXPECT_EQ(main.baseline, "");          // the baseline loss, which a plugin declares
  EXPECT_TRUE(main.per_seed);
}

TEST(ParseSuite, ReadsASensitivityStudy) {
  const auto suite = good();
  const auto& study = suite.studies.at(1);
  EXPECT_EQ(study.kind, StudyKind::kSensitivity);
  EXPECT_EQ(study.axis, "tau");
  EXPECT_EQ(study.values, (std::vector<double>{1, 2.5}));
  ASSERT_EQ(study.values_at.size(), 2u);
  EXPECT_EQ(study.values_at[1], (Position{58, 14}));
  EXPECT_EQ(plain(study.strategies), (std::vector<std::string>{"slow", "direct"}));
}

TEST(ParseSuite, ReadsATuneStudy) {
  auto text = kGoodSuite + R"(
[[studies]]
name = "tuned"
kind = "tune"
losses = ["kl"]
pairs = [["teacher", "student"]]
trials = 8
rungs = [1, 4]
draw_seed = 3
[studies.search.kl]
tau = [1, 2.5]
alpha = "range"
beta = [0.5]
)";
  const auto parsed = parse_suite(text, "toy.toml");
  EXPECT_EQ(to_text(parsed.diagnostics), "");
  const auto& study = parsed.suite.studies.back();
  EXPECT_EQ(study.kind, StudyKind::kTune);
  EXPECT_EQ(study.trials, 8);
  EXPECT_EQ(study.rungs, (std::vector<std::int64_t>{1, 4}));
  EXPECT_EQ(study.tuning_seeds, (std::vector<std::int64_t>{10000}));
  EXPECT_EQ(study.draw_seed, 3);
  const auto& search = study.search.at("kl");
  EXPECT_EQ(search.knobs.at("tau").values, (std::vector<SuiteValue>{std::int64_t{1}, 2.5}));
  EXPECT_TRUE(search.ranges.contains("alpha"));
  EXPECT_EQ(search.params.at("beta").values, (std::vector<SuiteValue>{0.5}));
}

TEST(ParseSuite, ReadsTheBaselineAsWritten) {
  const auto parsed = parse_good({{{"losses.kl.alpha", "[0.5, 1]"}, {"studies.temperature.baseline", "kl[alpha=1]"}}, ""});
  EXPECT_EQ(parsed.suite.studies[1].baseline, "kl[alpha=1]");
}

TEST(ParseSuite, TakesAnIntegerForARealAsTheSameValue) {
  const std::string with_integer = "tau_squared = false\nteacher_temperature = 4", with_real = with_integer + ".0";
  const auto spec_of = [](const std::string& knob) {
    auto text = kGoodSuite;
    text.replace(text.find("tau_squared = false"), 19, knob);
    return parse_suite(text, "toy.toml");
  };
  EXPECT_EQ(to_text(spec_of(with_integer).diagnostics), "");
  EXPECT_EQ(to_text(spec_of(with_real).diagnostics), "");
  const auto one = parse_good({{{"train.lr", "1"}}, ""}), point = parse_good({{{"train.lr", "1.0"}}, ""});
  EXPECT_EQ(canonical(to_document(one.suite.models.at("student").recipe)),
            canonical(to_document(point.suite.models.at("student").recipe)));
}

TEST(ParseSuite, ReadsWindowsLinesAndAByteOrderMark) {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : kGoodSuite) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto parsed = parse_suite(text, "toy.toml");
  EXPECT_EQ(to_text(parsed.diagnostics), "");
  EXPECT_EQ(parsed.suite.studies.at(1).values_at.at(1).line, 58);
}

TEST(ParseSuite, LeavesTheDefaultWhereAValueIsWrong) {
  const auto parsed = parse_good({{{"suite.device", "gpu"}, {"train.epochs", "0"}}, ""});
  EXPECT_EQ(parsed.diagnostics.size(), 2u);
  EXPECT_EQ(parsed.suite.device.value, "auto");
  EXPECT_EQ(parsed.suite.models.at("student").recipe.epochs, Recipe{}.epochs);
}

TEST(ReadSuite, SaysWhichFileIsMissing) {
  const auto parsed = read_suite("no/such.toml");
  EXPECT_EQ(to_text(parsed.diagnostics), "no/such.toml: no such file\n");
}

// A text cut anywhere must be refused or read, and whatever is said must point into the file.
TEST(ParseSuite, PointsIntoTheFileWhereverItEnds) {
  for (std::size_t end = 0; end < kGoodSuite.size(); ++end) {
    const auto text = kGoodSuite.substr(0, end);
    const auto lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const auto& d : parse_suite(text, "F").diagnostics) {
      ASSERT_EQ(d.file, "F");
      ASSERT_GE(d.at.line, 0);
      ASSERT_LE(d.at.line, lines) << d.text();
    }
  }
}

/// Many lines, each `before`, a number and `after`.
std::string lines(int count, const std::string& before, const std::string& after) {
  std::string out;
  for (int i = 0; i < count; ++i) out += before + std::to_string(i) + after + "\n";
  return out;
}

// What these would take, without bounds, is the square of their length.
TEST(ParseSuite, RefusesMoreKeysThanAnyoneWrites) {
  const auto parsed = parse_suite(kGoodSuite + "[more]\n" + lines(100'000, "k", " = 1"), "toy.toml");
  EXPECT_EQ(to_text(parsed.diagnostics), "toy.toml: more than 20000 tables and values; divide it into several suites\n");
}

TEST(ParseSuite, KeepsTheFirstOfManyMistakes) {
  const auto parsed = parse_suite("[train]\n" + lines(10'000, "k", " = 1"), "toy.toml");
  EXPECT_EQ(parsed.diagnostics.size(), 201u);
  EXPECT_TRUE(to_text(parsed.diagnostics).find("toy.toml: more than 200 mistakes; these are some of them\n") !=
              std::string::npos);
}

TEST(ParseSuite, RefusesMoreProfilesThanAnyoneWrites) {
  const auto parsed = parse_suite(kGoodSuite + lines(21, "[profile.p", ".train]\nepochs = 1"), "toy.toml");
  ASSERT_EQ(parsed.diagnostics.size(), 1u);
  EXPECT_EQ(parsed.diagnostics.front().message, "more than 20 profiles; divide the file into several suites");
}

TEST(ParseSuite, FollowsALongChainOfDataSetsOnce) {
  std::string chain;
  for (int i = 0; i < 5000; ++i)
    chain += "[datasets.d" + std::to_string(i) + "]\nplugin = \"subset\"\nof = \"d" + std::to_string(i + 1) + "\"\n";
  const auto parsed = parse_suite(kGoodSuite + chain, "toy.toml");
  ASSERT_FALSE(parsed.diagnostics.empty());
  EXPECT_EQ(parsed.diagnostics.back().message, "no [datasets.d5000] in the file; did you mean 'd1000'?");
}

}  // namespace
}  // namespace kdbench
