// The stages that each built-in strategy plans, written out by hand, and the words of every refusal.
#include "built_plugins.h"

#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/conformance.h>

#include <fmt/format.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::built_plugins;

const StrategyContext kPair{.teacher = "large",
                            .student = "small",
                            .models = {{"large", 1000}, {"middle", 300}, {"modest", 200}, {"small", 100}, {"tiny", 50}},
                            .teacher_epochs = 20,
                            .student_epochs = 9};

std::vector<Stage> stages(const std::string& name, const ParamValues& params = {}, const StrategyContext& context = kPair) {
  const auto& entry = built_plugins().strategies.at(name);
  return entry.create(resolve_params(entry.params, params), {})->plan(context);
}

/// "student: small by method from teacher, 9 epochs", and whatever is not at its default.
std::string line_of(const Stage& s) {
  const auto by = s.loss == StageLoss::kLabels ? "labels" : s.loss == StageLoss::kMethod ? "method" : s.loss_name;
  auto text = fmt::format("{}: {} by {}", s.id, s.model, by);
  if (s.teacher) text += " from " + *s.teacher;
  if (s.teacher_checkpoint.rule != "last") text += " at " + s.teacher_checkpoint.rule;
  if (s.teacher_checkpoint.epoch != 0) text += fmt::format(" {}", s.teacher_checkpoint.epoch);
  text += fmt::format(", {} epochs", s.epochs);
  if (s.kd_begin != 0 || s.kd_end != 0) text += fmt::format(", KD in [{}, {})", s.kd_begin, s.kd_end);
  if (s.label_smoothing != 0) text += fmt::format(", smoothed by {}", s.label_smoothing);
  if (s.fit_teacher_temperature) text += ", temperature fitted";
  if (s.init) text += ", started from " + *s.init;
  if (s.added_to) text += ", added to " + *s.added_to;
  return text;
}

std::vector<std::string> plan(const std::string& name, const ParamValues& params = {}, const StrategyContext& context = kPair) {
  std::vector<std::string> lines;
  for (const auto& stage : stages(name, params, context)) lines.push_back(line_of(stage));
  return lines;
}

std::string refusal(const std::string& name, const ParamValues& params, const StrategyContext& context = kPair) {
  try {
    stages(name, params, context);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

using Lines = std::vector<std::string>;

class EveryStrategy : public testing::TestWithParam<std::string> {};

TEST_P(EveryStrategy, TrainsTheStudentAloneWhereTheMethodNeedsNoTeacher) {
  auto context = kPair;
  context.teacher.clear();
  EXPECT_EQ(plan(GetParam(), {}, context), (Lines{"student: small by method, 9 epochs"}));
}

TEST_P(EveryStrategy, PassesConformance) {
  int checks = 0;
  check_strategy(built_plugins().strategies.at(GetParam()), [&](const Check& check) {
    EXPECT_TRUE(check.ok && !check.skipped) << check.name << ": " << check.detail;
    ++checks;
  });
  EXPECT_GT(checks, 4);
}

TEST_P(EveryStrategy, SaysWhatItDoesAndFromWhere) {
  const auto& about = built_plugins().strategies.at(GetParam()).about;
  EXPECT_NE(about.summary, "");
  EXPECT_NE(about.formula, "");
  EXPECT_NE(about.source, "");
}

INSTANTIATE_TEST_SUITE_P(All, EveryStrategy,
                         testing::Values("direct", "takd", "eskd", "label_smoothing_teacher", "temperature_scaled_teacher",
                                         "checkpoint_selection", "residual_kd", "hint_then_kd"));

TEST(Takd, HandsDownThroughEveryModelBetween) {
  EXPECT_EQ(plan("takd"), (Lines{"teacher: large by labels, 20 epochs", "assistant1: middle by method from teacher, 9 epochs",
                                 "assistant2: modest by method from assistant1, 9 epochs",
                                 "student: small by method from assistant2, 9 epochs"}));
}

TEST(Takd, TakesTheChainAsItIsWritten) {
  EXPECT_EQ(plan("takd", {{"assistants", "middle"}}),
            (Lines{"teacher: large by labels, 20 epochs", "assistant1: middle by method from teacher, 9 epochs",
                   "student: small by method from assistant1, 9 epochs"}));
  EXPECT_EQ(
      plan("takd", {{"assistants", " tiny ,middle"}, {"assistant_epochs", std::int64_t{4}}}),
      (Lines{"teacher: large by labels, 20 epochs", "assistant1: tiny by method from teacher, 4 epochs",
             "assistant2: middle by method from assistant1, 4 epochs", "student: small by method from assistant2, 9 epochs"}));
}

TEST(Takd, RefusesChainsThatAreNone) {
  EXPECT_EQ(refusal("takd", {{"assistants", "midle"}}),
            "takd: assistant 'midle' is no [models.NAME] of the suite; did you mean 'middle'?");
  EXPECT_EQ(refusal("takd", {{"assistants", "resnet20"}}),
            "takd: assistant 'resnet20' is no [models.NAME] of the suite; expected one of large, middle, modest, small, tiny");
  EXPECT_EQ(refusal("takd", {{"assistants", "middle,,modest"}}),
            "takd: 'assistants' has an empty name in \"middle,,modest\"; write \"large, small\"");
  EXPECT_EQ(refusal("takd", {{"assistants", "middle, "}}),
            "takd: 'assistants' has an empty name in \"middle, \"; write \"large, small\"");
  EXPECT_EQ(refusal("takd", {{"assistants", "middle, modest, middle"}}), "takd: 'assistants' names 'middle' twice; remove one");
  EXPECT_EQ(refusal("takd", {{"assistants", "middle, small"}}),
            "takd: assistant 'small' is an end of the pair ('large', 'small') already; 'assistants' names the models between");
  auto two = kPair;
  two.models = {{"large", 1000}, {"twin", 100}, {"small", 100}, {"tiny", 50}};
  EXPECT_EQ(refusal("takd", {}, two),
            "takd: the suite has no model between teacher 'large' (1000 parameters) and student 'small' (100 parameters); add a "
            "[models.NAME] of a size between, or name the chain in 'assistants'");
}

TEST(Eskd, ShortensTheTeachersSchedule) {
  EXPECT_EQ(plan("eskd"), (Lines{"teacher: large by labels, 10 epochs", "student: small by method from teacher, 9 epochs"}));
  EXPECT_EQ(plan("eskd", {{"teacher_epochs", std::int64_t{20}}}),
            (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher, 9 epochs"}));
  auto odd = kPair;
  odd.teacher_epochs = 1;
  EXPECT_EQ(plan("eskd", {}, odd)[0], "teacher: large by labels, 1 epochs");
}

TEST(Eskd, TakesAStateOfTheFullSchedule) {
  EXPECT_EQ(plan("eskd", {{"checkpoint", std::int64_t{14}}}),
            (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher at epoch 14, 9 epochs"}));
}

TEST(Eskd, SwitchesDistillationOff) {
  EXPECT_EQ(plan("eskd", {{"kd_end", std::int64_t{6}}}),
            (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher, 9 epochs, KD in [0, 6)"}));
  EXPECT_EQ(plan("eskd", {{"kd_end", std::int64_t{6}}, {"teacher_epochs", std::int64_t{5}}}),
            (Lines{"teacher: large by labels, 5 epochs", "student: small by method from teacher, 9 epochs, KD in [0, 6)"}));
}

TEST(Eskd, RefusesBothKindsAndEpochsThatAreNotThere) {
  EXPECT_EQ(
      refusal("eskd", {{"teacher_epochs", std::int64_t{10}}, {"checkpoint", std::int64_t{5}}}),
      "eskd: 'teacher_epochs' (a short schedule) and 'checkpoint' (a state of the full one) exclude each other; remove one");
  EXPECT_EQ(refusal("eskd", {{"teacher_epochs", std::int64_t{21}}}),
            "eskd: expected 'teacher_epochs' from 1 to 20, the epochs of the teacher, found 21");
  EXPECT_EQ(refusal("eskd", {{"checkpoint", std::int64_t{21}}}),
            "eskd: expected 'checkpoint' from 1 to 20, the epochs of the teacher, found 21");
  EXPECT_EQ(refusal("eskd", {{"kd_end", std::int64_t{10}}}),
            "eskd: expected 'kd_end' from 1 to 9, the epochs of the student, found 10");
}

TEST(LabelSmoothingTeacher, SmoothsTheTeachersLabelsOnly) {
  EXPECT_EQ(plan("label_smoothing_teacher"),
            (Lines{"teacher: large by labels, 20 epochs, smoothed by 0.1", "student: small by method from teacher, 9 epochs"}));
  EXPECT_EQ(plan("label_smoothing_teacher", {{"epsilon", 0.3}})[0], "teacher: large by labels, 20 epochs, smoothed by 0.3");
}

TEST(TemperatureScaledTeacher, FitsTheTeacherThatTeaches) {
  EXPECT_EQ(plan("temperature_scaled_teacher"), (Lines{"teacher: large by labels, 20 epochs",
                                                       "student: small by method from teacher, 9 epochs, temperature fitted"}));
}

TEST(CheckpointSelection, AsksForTheRule) {
  EXPECT_EQ(plan("checkpoint_selection"),
            (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher at min_val_ece, 9 epochs"}));
  for (const auto* rule : {"best_val", "min_val_nll", "max_val_information"}) {
    EXPECT_EQ(plan("checkpoint_selection", {{"rule", rule}})[1],
              fmt::format("student: small by method from teacher at {}, 9 epochs", rule));
  }
  EXPECT_EQ(plan("checkpoint_selection", {{"rule", "last"}}), plan("direct"));
  const auto& specs = built_plugins().strategies.at("checkpoint_selection").params;
  EXPECT_NE(check_param(specs[0], std::string("min_ece")).complaint, "");
}

TEST(ResidualKd, AddsNetworksToTheSumSoFar) {
  EXPECT_EQ(plan("residual_kd"), (Lines{"teacher: large by labels, 20 epochs", "base: small by method from teacher, 9 epochs",
                                        "student: small by method from teacher, 9 epochs, added to base"}));
  EXPECT_EQ(plan("residual_kd", {{"residual", "tiny"}, {"depth", std::int64_t{3}}}),
            (Lines{"teacher: large by labels, 20 epochs", "base: small by method from teacher, 9 epochs",
                   "residual1: tiny by method from teacher, 9 epochs, added to base",
                   "residual2: tiny by method from teacher, 9 epochs, added to residual1",
                   "student: tiny by method from teacher, 9 epochs, added to residual2"}));
}

TEST(ResidualKd, RefusesAModelThatIsNotThere) {
  EXPECT_EQ(refusal("residual_kd", {{"residual", "tony"}}),
            "residual_kd: residual 'tony' is no [models.NAME] of the suite; did you mean 'tiny'?");
}

TEST(HintThenKd, GivesTheHintByTheMethodUnderStudy) {
  EXPECT_EQ(plan("hint_then_kd"), (Lines{"teacher: large by labels, 20 epochs", "hint: small by method from teacher, 2 epochs",
                                         "student: small by kl from teacher, 9 epochs, started from hint"}));
  EXPECT_EQ(plan("hint_then_kd", {{"then", "dist"}, {"hint_epochs", std::int64_t{5}}}),
            (Lines{"teacher: large by labels, 20 epochs", "hint: small by method from teacher, 5 epochs",
                   "student: small by dist from teacher, 9 epochs, started from hint"}));
}

TEST(HintThenKd, StudiesTheSecondStageWhereTheHintIsNamed) {
  EXPECT_EQ(plan("hint_then_kd", {{"hint", "fitnet"}}),
            (Lines{"teacher: large by labels, 20 epochs", "hint: small by fitnet from teacher, 2 epochs",
                   "student: small by method from teacher, 9 epochs, started from hint"}));
  EXPECT_EQ(refusal("hint_then_kd", {{"hint", "fitnet"}, {"then", "kl"}}),
            "hint_then_kd: 'then' (the method under study gives the hint) and 'hint' (it is the second stage) exclude each "
            "other; remove one");
}

}  // namespace
}  // namespace kdbench
