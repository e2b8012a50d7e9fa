#include <kdbench/suite/suite.h>

#include <gtest/gtest.h>

#include "unit/suite/texts.h"

namespace kdbench {
namespace {

Suite with(std::vector<Override> overrides, const std::string& profile = "") {
  auto parsed = parse_good({std::move(overrides), profile});
  EXPECT_EQ(to_text(parsed.diagnostics), "");
  return std::move(parsed.suite);
}

std::string said(std::vector<Override> overrides) { return to_text(parse_good({std::move(overrides), ""}).diagnostics); }

TEST(Profile, IsLaidOverTheFile) {
  const auto suite = with({}, "cpu");
  EXPECT_EQ(suite.seeds, (std::vector<std::int64_t>{7}));
  EXPECT_EQ(suite.name, "toy");
  EXPECT_EQ(suite.models.at("student").recipe.epochs, 1);
  EXPECT_EQ(suite.models.at("teacher").recipe.epochs, 9);  // the model's own still wins
  EXPECT_EQ(suite.models.at("teacher").params.at("hidden").values.front(), SuiteValue(std::int64_t{8}));
}

TEST(Profile, ChangesAStudyOfItsNameAndAddsOthers) {
  const auto suite = with({}, "cpu");
  ASSERT_EQ(suite.studies.size(), 3u);
  EXPECT_EQ(suite.studies[1].name, "temperature");
  EXPECT_EQ(suite.studies[1].values, (std::vector<double>{8}));
  EXPECT_EQ(suite.studies[1].axis, "tau");
  EXPECT_EQ(suite.studies[2].name, "extra");
}

TEST(Profile, ChangesNothingUnlessItIsChosen) { EXPECT_EQ(with({}).studies.size(), 2u); }

TEST(Override, SetsAnyKey) {
  const auto suite = with({{"train.epochs", "2"},
                           {"suite.seeds", "[0, 5]"},
                           {"models.student.hidden", "3"},
                           {"models.student.train.lr", "0.5"},
                           {"losses.kl.alpha", "0.25"},
                           {"studies.temperature.values", "[1, 2]"},
                           {"suite.title", "\"7\""}});
  EXPECT_EQ(suite.models.at("student").recipe.epochs, 2);
  EXPECT_EQ(suite.seeds, (std::vector<std::int64_t>{0, 5}));
  EXPECT_EQ(suite.models.at("student").params.at("hidden").values.front(), SuiteValue(std::int64_t{3}));
  EXPECT_EQ(suite.models.at("student").recipe.lr, 0.5);
  EXPECT_EQ(suite.losses.at("kl").knobs.at("alpha").values.front(), SuiteValue(0.25));
  EXPECT_EQ(suite.studies[1].values, (std::vector<double>{1, 2}));
  EXPECT_EQ(suite.title, "7");
}

TEST(Override, WinsOverTheProfileAndTheLastOfOneKeyWins) {
  EXPECT_EQ(with({{"train.epochs", "5"}, {"train.epochs", "6"}}, "cpu").models.at("student").recipe.epochs, 6);
}

TEST(Override, TakesTextThatIsNoTomlAsAString) {
  EXPECT_EQ(with({{"suite.title", "it's a run"}}).title, "it's a run");
  EXPECT_EQ(with({{"suite.device", "cuda:0"}}).device.value, "cuda:0");
  EXPECT_EQ(with({{"suite.title", "1\ninjected = 2"}}).title, "1\ninjected = 2");
  EXPECT_EQ(with({{"suite.title", ""}}).title, "");
}

TEST(Override, FindsNamesWithDots) {
  auto text = kGoodSuite;
  text += "[models.\"net.v2\"]\nplugin = \"mlp\"\nhidden = 1\n";
  for (const auto* key : {"models.net.v2.hidden", "models.\"net.v2\".hidden", "models.'net.v2'.hidden"}) {
    const auto parsed = parse_suite(text, "toy.toml", {{{key, "5"}}, ""});
    EXPECT_EQ(to_text(parsed.diagnostics), "");
    EXPECT_EQ(parsed.suite.models.at("net.v2").params.at("hidden").values.front(), SuiteValue(std::int64_t{5}));
  }
}

TEST(Override, FindsStudiesWithSpaces) {
  auto text = kGoodSuite;
  text.replace(text.find("\"main\""), 6, "\"10 classes\"");
  const auto parsed = parse_suite(text, "toy.toml", {{{"studies.10 classes.per_seed", "false"}}, ""});
  EXPECT_EQ(to_text(parsed.diagnostics), "");
  EXPECT_FALSE(parsed.suite.studies.front().per_seed);
}

TEST(Override, NamesTheCommandLine) {
  EXPECT_EQ(said({{"train.epohcs", "2"}}), "--set train.epohcs=2: no key 'epohcs' in [train]; did you mean 'epochs'?\n");
  EXPECT_EQ(said({{"train.epochs", "2.5"}}), "--set train.epochs=2.5: 'epochs' must be an integer, found the real number 2.5\n");
  EXPECT_EQ(said({{"train", "3"}}), "--set train=3: 'train' must be a table [train], found the integer 3\n");
  EXPECT_EQ(said({{"train.lr.x", "3"}}), "--set train.lr.x=3: 'lr' must be a number, found a table\n");
}

TEST(Override, RepairsAMistakeOfTheFile) {
  const auto parsed = parse_suite("[train]\nepochs = 0\n" + kGoodSuite.substr(0, kGoodSuite.find("[train]")) +
                                      kGoodSuite.substr(kGoodSuite.find("[datasets")),
                                  "toy.toml", {{{"train.epochs", "2"}}, ""});
  EXPECT_EQ(to_text(parsed.diagnostics), "");
}

// Positions of parameters tell the planner which override to name.
TEST(Override, MarksWhatItSetsWithItsNumber) {
  auto suite = with({{"train.epochs", "2"}, {"models.student.hiden", "3"}});
  const auto at = suite.models.at("student").params.at("hiden").at;
  EXPECT_EQ(at.line, -2);
  const auto named = with_overrides_named({{"toy.toml", at, "no such key"}}, suite.overrides);
  EXPECT_EQ(to_text(named), "--set models.student.hiden=3: no such key\n");
}

}  // namespace
}  // namespace kdbench
