// The suite catches strategies that are wrong, one mistake each, and finds a plugin by kind and name.
#include "collected.h"
#include "function_loss.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>

namespace kdbench {
namespace {

using test::Collected;

using Plan = std::function<std::vector<Stage>(const StrategyContext&)>;

class FunctionStrategy final : public Strategy {
 public:
  explicit FunctionStrategy(Plan plan) : plan_(std::move(plan)) {}
  std::vector<Stage> plan(const StrategyContext& context) const override { return plan_(context); }

 private:
  Plan plan_;
};

StrategyEntry strategy_of(const Plan& plan) {
  return {.name = "x", .about = {.summary = "A strategy."}, .params = {}, .create = [plan](const ParamValues&, const NoContext&) {
            return std::make_shared<FunctionStrategy>(plan);
          }};
}

/// The plain way, after `change`.
Collected checks_of_stages(const std::function<void(std::vector<Stage>&)>& change) {
  Collected collected;
  check_strategy(strategy_of([change](const StrategyContext& context) {
                   std::vector<Stage> stages(2);
                   stages[0].id = "teacher";
                   stages[0].model = context.teacher.empty() ? context.student : context.teacher;
                   stages[0].epochs = context.teacher_epochs;
                   stages[1].id = "student";
                   stages[1].model = context.student;
                   stages[1].teacher = "teacher";
                   stages[1].loss = StageLoss::kMethod;
                   stages[1].epochs = context.student_epochs;
                   change(stages);
                   return stages;
                 }),
                 collected.report());
  return collected;
}

std::string stage_finding(const std::function<void(std::vector<Stage>&)>& change) {
  return checks_of_stages(change).finding("stages refer backwards and end in the student");
}

TEST(CheckStrategy, PassesAPlanThatIsRight) {
  checks_of_stages([](auto&) {}).expect_all_pass();
}

TEST(CheckStrategy, CatchesPlansThatDoNotEndInTheStudent) {
  EXPECT_EQ(stage_finding([](auto& s) { s.clear(); }), "no stages");
  EXPECT_EQ(stage_finding([](auto& s) { s[1].id = "end"; }), "the last stage is 'end', not 'student'");
  EXPECT_EQ(stage_finding([](auto& s) { s[1].model = "large"; }), "the last stage trains 'large', not the student");
}

TEST(CheckStrategy, CatchesStagesThatReferToNoEarlierOne) {
  EXPECT_EQ(stage_finding([](auto& s) { s[1].teacher = "student"; }), "stage 'student': its teacher is no earlier stage");
  EXPECT_EQ(stage_finding([](auto& s) { s[1].init = "hint"; }), "stage 'student': it starts from no earlier stage");
  EXPECT_EQ(stage_finding([](auto& s) { s[1].added_to = "base"; }), "stage 'student': it is added to no earlier stage");
  EXPECT_EQ(stage_finding([](auto& s) { s[0].model = "huge"; }), "stage 'teacher': model 'huge' is not in the suite");
  EXPECT_EQ(stage_finding([](auto& s) { s[0].id = "student"; }), "stage 'student': its id is empty or used twice");
}

TEST(CheckStrategy, CatchesNumbersOutOfRange) {
  EXPECT_EQ(stage_finding([](auto& s) { s[0].epochs = 0; }), "stage 'teacher': expected epochs above 0, found 0");
  EXPECT_EQ(stage_finding([](auto& s) { s[1].kd_end = 9; }), "stage 'student': kd_end lies outside its epochs");  // it has 8
  EXPECT_EQ(stage_finding([](auto& s) { s[0].label_smoothing = 1; }), "stage 'teacher': label_smoothing lies outside [0, 1)");
  EXPECT_EQ(stage_finding([](auto& s) { s[1].teacher_checkpoint.rule = "best"; }),
            "stage 'student': unknown checkpoint rule 'best'");
  EXPECT_EQ(stage_finding([](auto& s) { s[1].teacher_checkpoint.rule = "epoch"; }),
            "stage 'student': asks for an epoch below 1 of its teacher");
  EXPECT_EQ(stage_finding([](auto& s) { s[1].loss_name = "kl"; }),
            "stage 'student': loss_name goes with StageLoss::kNamed, and only with it");
}

TEST(CheckStrategy, CatchesAPlanThatDiffersWhenAskedTwice) {
  std::int64_t asked = 0;
  const auto checks = checks_of_stages([&](auto& stages) { stages[0].epochs = ++asked; });
  EXPECT_EQ(checks.finding("plans the same when asked twice"), "the second plan differs");
}

TEST(CheckStrategy, SkipsASuiteThatItDeclines) {
  const auto checks = checks_of_stages([](auto&) { throw Error("the suite has no model between"); });
  checks.expect_all_pass();
  EXPECT_EQ(checks.skipped(), 4u);  // both checks, with and without a teacher
}

/// The plugins that checks name.
std::set<std::string> checked_plugins(const Catalog& catalog, PluginKind kind, const std::string& name) {
  Collected collected;
  check_plugin(catalog, kind, name, "", collected.report());
  std::set<std::string> names;
  for (const auto& check : collected.checks) names.insert(check.plugin);
  return names;
}

TEST(CheckPlugin, ChecksThePluginOfThatKindAndName) {
  Catalog catalog;
  catalog.strategies["x"] = {strategy_of([](const auto&) { return std::vector<Stage>(); }), "a.so", "1"};
  catalog.losses["x"] = {test::loss_of<test::mean_square>("x"), "b.so", "1"};
  EXPECT_EQ(checked_plugins(catalog, PluginKind::kLoss, "x"), std::set<std::string>{"loss x"});
  EXPECT_EQ(checked_plugins(catalog, PluginKind::kStrategy, "x"), std::set<std::string>{"strategy x"});
  EXPECT_THROW(checked_plugins(catalog, PluginKind::kModel, "x"), Error);
}

}  // namespace
}  // namespace kdbench
