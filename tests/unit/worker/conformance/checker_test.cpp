// How single checks pass, fail and are skipped, and what holds for the declarations of every plugin.
#include "collected.h"

#include <kdbench/worker/conformance/checker.h>

#include <c10/core/GradMode.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::Collected;

/// Runs one check of the body.
Check checked(const std::function<std::string()>& body) {
  Collected collected;
  Checker("loss x", collected.report()).run({"holds", "let it hold"}, body);
  EXPECT_EQ(collected.checks.size(), 1u);
  EXPECT_EQ(collected.checks.at(0).plugin, "loss x");
  EXPECT_EQ(collected.checks.at(0).name, "holds");
  return collected.checks.at(0);
}

TEST(Checker, PassesWithTheRemarkOfTheBody) {
  const auto check = checked([] { return "within 1e-10"; });
  EXPECT_TRUE(check.ok && !check.skipped);
  EXPECT_EQ(check.detail, "within 1e-10");
}

TEST(Checker, SkipsWhatDoesNotApplyAndSaysWhy) {
  const auto check = checked([]() -> std::string { throw NotApplicable("no posterior"); });
  EXPECT_TRUE(check.ok && check.skipped);
  EXPECT_EQ(check.detail, "no posterior");
}

TEST(Checker, FailsByTheFirstLineOfWhatIsThrown) {
  const auto check = checked([]() -> std::string { throw std::runtime_error("sizes differ\nException raised from ...\n#0"); });
  EXPECT_FALSE(check.ok || check.skipped);
  EXPECT_EQ(check.detail, "sizes differ");
}

TEST(Checker, PassesWithANoteWhereOnlyAPersonCanTell) {
  const auto check = checked([]() -> std::string { throw WorthANote("it reads the argmax"); });
  EXPECT_TRUE(check.ok && check.note && !check.skipped);
  EXPECT_EQ(check.detail, "it reads the argmax");
}

TEST(Checker, NamesTheRemedyOfAFailureAlone) {
  EXPECT_EQ(checked([]() -> std::string { throw std::runtime_error("no"); }).remedy, "let it hold");
  EXPECT_EQ(checked([] { return std::string(); }).remedy, "");
}

TEST(Checker, SaysWhichCheckBegins) {
  std::vector<std::string> heard;
  const Report report([&](const Check& check) { heard.push_back("over: " + check.name); },
                      [&](const CheckingEvent& event) { heard.push_back(event.plugin + ": " + event.name); });
  Checker("loss x", report).run({"holds", ""}, [&] { return heard.emplace_back("runs"); });
  EXPECT_EQ(heard, (std::vector<std::string>{"loss x: holds", "runs", "over: holds"}));
}

TEST(Checker, PutsTheHostBackAfterACheck) {
  checked([] { return c10::GradMode::set_enabled(false), std::string(); });
  EXPECT_TRUE(c10::GradMode::is_enabled());
}

TEST(Checker, SurvivesWhatIsNoException) {
  const auto check = checked([]() -> std::string { throw 42; });
  EXPECT_FALSE(check.ok);
  EXPECT_EQ(check.detail, "threw something that is no std::exception");
}

TEST(Require, FailsWithWhatWasFoundUnlessTheConditionHolds) {
  EXPECT_EQ(checked([] { return require(true, "unseen"), std::string(); }).detail, "");
  EXPECT_EQ(checked([] { return require(false, "found 3"), std::string(); }).detail, "found 3");
}

Collected declared(const About& about, const std::vector<ParamSpec>& params) {
  Collected collected;
  Checker("loss x", collected.report()).declarations(about, params);
  EXPECT_EQ(collected.checks.size(), 3u);
  return collected;
}

TEST(Declarations, PassWhereEverythingIsSaid) {
  declared({.summary = "A loss."}, {{"beta", 1.0, "Weight.", 0.0, 2.0}, {"kind", "a", "Which.", {}, {}, {"a", "b"}}})
      .expect_all_pass();
}

TEST(Declarations, NeedASummaryOfOneLine) {
  EXPECT_EQ(declared({}, {}).finding("has a one-line summary"), "the summary is empty");
  EXPECT_EQ(declared({.summary = "A\nloss."}, {}).finding("has a one-line summary"), "the summary has several lines");
}

TEST(Declarations, NameAParameterWithoutASentence) {
  EXPECT_EQ(declared({.summary = "A loss."}, {{"beta", 1.0, "Weight."}, {"gamma", 1.0, ""}}).finding("documents every parameter"),
            "parameter 'gamma' has no doc sentence");
}

TEST(Declarations, NameADefaultBeyondItsOwnLimits) {
  const std::string name = "has defaults inside their own limits";
  EXPECT_EQ(declared({.summary = "A loss."}, {{"beta", -1.0, "Weight.", 0.0}}).finding(name),
            "the default: 'beta' must be at least 0, found -1");
  EXPECT_NE(declared({.summary = "A loss."}, {{"kind", "c", "Which.", {}, {}, {"a", "b"}}}).finding(name), "passed");
}

}  // namespace
}  // namespace kdbench
