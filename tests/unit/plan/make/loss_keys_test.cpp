// The host's keys of a loss: what they make of a job, and what is refused because it could have no effect.
#include "unit/plan/toys.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using namespace toy;

/// The suite of kHead, whose losses begin at line 12, with this in [losses.kl] and so many epochs.
std::string keyed_suite(const std::string& keys, int epochs = 10, const std::string& name = "kl") {
  auto text = kHead;
  text.replace(text.find("epochs = 2"), 10, "epochs = " + std::to_string(epochs));
  return text + "[losses." + name + "]\n" + keys + study("\"" + name + "\"");
}
Job keyed_student(const std::string& keys, int epochs = 10) {
  const auto plan = plan_of(keyed_suite(keys, epochs));
  const auto id = placements(plan, Role::kMethod).front().job;
  return *std::find_if(plan.jobs.begin(), plan.jobs.end(), [&](const Job& job) { return job.id == id; });
}
LossSpec keyed_loss(const std::string& keys) { return *keyed_student(keys).spec.loss; }

/// What is wrong with the suite, without what every message begins with; it must stand in line 13, the first key's.
std::string refusal(const std::string& keys, const std::string& name = "kl") {
  auto text = mistakes(keyed_suite(keys, 10, name));
  for (const auto& known : std::vector<std::string>{"s.toml:13:1: ", "study 'main': loss '" + name + "' with ",
                                                    "teacher 'teacher' and student 'student': "}) {
    if (const auto at = text.find(known); at != std::string::npos) text.erase(at, known.size());
  }
  return text;
}

TEST(LossKeys, SetWeightsAndWindowOfTheJob) {
  const auto found = keyed_loss("ce_weight = 1\nkd_weight = 0.8\nwarmup_epochs = 3\nfrom_epoch = 2\nto_epoch = 7\n");
  const auto& part = found.parts.front();
  EXPECT_FALSE(found.alpha);
  EXPECT_EQ(found.ce_weight, 1.0);
  EXPECT_EQ(part.kd_weight, 0.8);
  EXPECT_EQ(part.warmup_epochs, 3);
  EXPECT_EQ(part.kd_begin, 2);
  EXPECT_EQ(part.kd_end, 7);
}

TEST(LossKeys, LeaveTheOtherWeightAtItsDefault) {
  EXPECT_EQ(keyed_loss("kd_weight = 9\n").ce_weight, 0.0);
  EXPECT_EQ(keyed_loss("ce_weight = 2\n").parts.front().kd_weight, 1.0);
}

TEST(LossKeys, MakeOneJobOfOneTraining) {
  const auto plain = keyed_student("").id;
  EXPECT_EQ(keyed_student("warmup_epochs = 0\nfrom_epoch = 0\nto_epoch = 10\n").id, plain);
  EXPECT_EQ(keyed_student("warmup_epochs = 1\n").id, plain);
  EXPECT_EQ(keyed_student("ce_weight = 0\nkd_weight = 1\n").id, plain);
  EXPECT_EQ(keyed_student("ce_weight = 0.1\nkd_weight = 0.9\n").id, keyed_student("alpha = 0.9\n").id);
  // Where there are epochs without terms, alpha gives cross-entropy the weight 1 there.
  EXPECT_NE(keyed_student("ce_weight = 0.1\nkd_weight = 0.9\nto_epoch = 5\n").id,
            keyed_student("alpha = 0.9\nto_epoch = 5\n").id);
}

TEST(LossKeys, MayBeListsThatMakeMethods) {
  const auto plan =
      plan_of(keyed_suite("kd_weight = [1, 10]\nce_weight = 1\nwarmup_epochs = [0, 5]\nzip = [[\"kd_weight\", "
                          "\"warmup_epochs\"]]\n"));
  EXPECT_EQ(methods(plan), (std::vector<std::string>{"kl[kd_weight=1,warmup_epochs=0]", "kl[kd_weight=10,warmup_epochs=5]"}));
}

TEST(LossKeys, AreRefusedWhereTheStageHasNoSuchEpochs) {
  EXPECT_EQ(refusal("from_epoch = 10\n"),
            "'from_epoch' = 10 is beyond the last epoch: stage 'student' has 10, counted from 0; set at most 9\n");
  EXPECT_EQ(refusal("to_epoch = 11\n"),
            "'to_epoch' = 11 is beyond the end: stage 'student' has 10 epochs; set at most 10, or remove it\n");
  EXPECT_EQ(refusal("to_epoch = 4\nfrom_epoch = 4\n"), "'to_epoch' = 4 must be above 'from_epoch' = 4: [4, 4) has no epoch\n");
  EXPECT_EQ(
      refusal("warmup_epochs = 4\nfrom_epoch = 4\nto_epoch = 7\n"),
      "'warmup_epochs' = 4 is longer than the 3 epochs [4, 7) in which stage 'student' distils: the terms would never reach "
      "their weight; set at most 3\n");
}

TEST(LossKeys, AreRefusedWhereNothingWouldBeLearned) {
  EXPECT_EQ(refusal("ce_weight = 0\nkd_weight = 0\n"),
            "'ce_weight' and the weights of all terms are 0: nothing would be learned\n");
  EXPECT_EQ(
      refusal("ce_weight = 0\nfrom_epoch = 3\n"),
      "no terms are on in epochs [0, 3) of the 10 of stage 'student', and 'ce_weight' is 0: nothing would be learned there; "
      "set 'ce_weight' above 0\n");
}

TEST(LossKeys, AreRefusedWhereTheLossHasNothingForThem) {
  EXPECT_EQ(refusal("kd_weight = 2\n", "none"),
            "'kd_weight' has no effect: the loss has no terms, the student learns from the labels alone; remove it\n");
}

TEST(LossKeys, GiveALossWithoutTeacherTheTemperaturesThatAreWritten) {
  const auto placed = [](const std::string& keys) { return plan_of(keyed_suite(keys, 10, "self")); };
  const auto part_of = [&](const std::string& keys) { return placed(keys).jobs.back().spec.loss->parts.front(); };
  const auto convention = [&](const std::string& keys) { return placements(placed(keys), Role::kMethod).front().convention; };
  EXPECT_EQ(part_of("").tau_student, 1.0);
  EXPECT_FALSE(part_of("").tau_squared);
  EXPECT_EQ(convention("alpha = 0.5\n"), "no teacher, alpha=0.5");
  EXPECT_EQ(part_of("tau = 4\n").tau_student, 4.0);
  EXPECT_EQ(part_of("tau = 4\n").tau_teacher, 4.0);
  EXPECT_FALSE(part_of("tau = 4\n").tau_squared);
  EXPECT_EQ(convention("tau = 4\n"), "no teacher, tau=4 on both, tau^2 off, alpha=1");
  EXPECT_EQ(part_of("tau_student = 4\ntau_squared = true\n").tau_teacher, 1.0);
  EXPECT_TRUE(part_of("tau_student = 4\ntau_squared = true\n").tau_squared);
  EXPECT_EQ(convention("tau_student = 4\ntau_squared = true\n"),
            "no teacher, tau=4 on the student, 1 on the teacher, tau^2 on, alpha=1");
}

TEST(LossKeys, OfTemperaturesAreRefusedWhereTheLossDoesNotReadThem) {
  EXPECT_EQ(refusal("tau = 2\n", "hint"), "'tau' has no effect: the loss reads no temperature; remove it\n");
  EXPECT_EQ(
      refusal("tau_squared = true\n", "hint"),
      "'tau_squared' has no effect: it is the square of the student's temperature, and the loss reads no temperature; remove "
      "it\n");
  EXPECT_EQ(refusal("tau_teacher = 2\n", "sharp"),
            "'tau_teacher' has no effect: the loss reads the student's temperature alone; remove it\n");
  EXPECT_EQ(refusal("tau_student = 2\n", "learns_tau"),
            "'tau_student' has no effect: the loss has a temperature of its own; remove it\n");
  EXPECT_EQ(mistakes(keyed_suite("tau_squared = false\n", 10, "hint")), "planned");  // as it is anyway
  EXPECT_EQ(mistakes(keyed_suite("tau = 2\n", 10, "sharp")), "planned");
}

TEST(LossKeys, MultiplyNothingByATemperatureThatIsNotRead) {
  const auto part_of = [](const std::string& loss) {
    return plan_of(keyed_suite("", 10, loss)).jobs.back().spec.loss->parts.front();
  };
  EXPECT_FALSE(part_of("hint").tau_squared);
  EXPECT_FALSE(part_of("learns_tau").tau_squared);
  EXPECT_TRUE(part_of("sharp").tau_squared);
  const auto convention = [](const std::string& loss) {
    return placements(plan_of(keyed_suite("", 10, loss)), Role::kMethod).front().convention;
  };
  EXPECT_EQ(convention("hint"), "no temperature, alpha=1");
  EXPECT_EQ(convention("learns_tau"), "a temperature of its own, alpha=1");
}

TEST(Axis, IsRefusedForALossThatReadsNoTemperature) {
  const auto swept = [](const std::string& loss) {
    return mistakes(kHead + "[losses." + loss + "]\n" +
                    study("\"" + loss + "\"", "kind = \"sensitivity\"\naxis = \"tau\"\nvalues = [1, 2]\n"));
  };
  EXPECT_EQ(swept("sharp"), "planned");
  EXPECT_NE(swept("hint").find("the axis 'tau' would move nothing: the loss reads no temperature; take it out of this study, or "
                               "compare it in one without an axis"),
            std::string::npos)
      << swept("hint");
  EXPECT_NE(swept("learns_tau").find("would move nothing: the loss has a temperature of its own"), std::string::npos);
}

TEST(Pair, IsRefusedWhereTheLossNeedsALastLayerThatTheModelDoesNotTell) {
  EXPECT_EQ(
      refusal("alpha = 0.5\n", "last_layer"),
      "s.toml:16:11: it computes with the student's last layer, and the student's model tells none; use a model whose plugin has "
      "classifier()\n");
}

TEST(Views, AreAskedForByTheLossThatReadsTwo) {
  EXPECT_EQ(refusal("alpha = 0.5\n", "two_views"),
            "s.toml:16:11: it reads a second view of each image; set views = 2 in [train] or [models.student] train\n");
  const auto with = [](const std::string& loss) {
    auto text = keyed_suite("", 10, loss);
    return text.replace(text.find("epochs = 10"), 11, "epochs = 10\nviews = 2");
  };
  const auto plan = plan_of(with("two_views"));
  for (const auto& job : plan.jobs) {
    EXPECT_EQ(job.spec.train->views, job.spec.loss ? 2 : 1) << job.label.text();  // the teacher, and the student alone, read none
  }
  // What reads one view is the job that it is without the second.
  EXPECT_EQ(plan_of(with("kl")).jobs.back().id, plan_of(keyed_suite("", 10, "kl")).jobs.back().id);
}

TEST(SeveralTeachers, AreAskedForByTheLossThatReadsThem) {
  EXPECT_EQ(refusal("alpha = 0.5\n", "several"),
            "s.toml:16:11: it reads several teachers, and the strategy names one; choose a strategy with more (multi_teacher)\n");
}

/// A network that tells its last layer.
struct Telling final : ToyNet {
  using ToyNet::ToyNet;
  Classifier classifier() const override { return {at::zeros({2, 8}), {}}; }
};
/// Reads the last layers of several teachers.
struct LastLayers final : Loss {
  LossNeeds needs() const override { return {.teacher_classifier = true, .several_teachers = true}; }
  LossTerms forward(const LossInputs&) override { return {}; }
};
/// The pair's teacher and the model "other" teach together.
struct Together final : Strategy {
  std::vector<Stage> plan(const StrategyContext& context) const override {
    auto stages = Direct().plan(context);
    if (context.teacher.empty()) return stages;
    stages.back().more_teachers.push_back({"other"});
    stages.insert(stages.begin(), Stage{.id = "other", .model = "other", .teacher = {}, .epochs = context.teacher_epochs});
    return stages;
  }
};

TEST(SeveralTeachers, AreRefusedWhereOneTellsNoLastLayer) {
  auto catalog = toys();
  catalog.models["telling"] = {
      {"telling", {}, {}, [](const auto&, const ModelContext& context) { return std::make_shared<Telling>(8, context); }},
      "toys",
      "1"};
  catalog.losses["last_layers"] = {
      {"last_layers", {}, {}, [](const auto&, const auto&) { return std::make_shared<LastLayers>(); }}, "toys", "1"};
  catalog.strategies["together"] = {
      {"together", {}, {}, [](const auto&, const auto&) { return std::make_shared<Together>(); }}, "toys", "1"};
  const auto found = [&](const std::string& other) {
    auto head = kHead;
    head.replace(head.find("plugin = \"net\"\nwidth = 8"), 24, "plugin = \"telling\"");
    return mistakes(head + "[models.other]\nplugin = \"" + other + "\"\n[losses.last_layers]\n[strategies.together]\n" +
                        study("\"last_layers\"", "strategies = [\"together\"]\n"),
                    catalog);
  };
  EXPECT_EQ(found("telling"), "planned");
  expect_says(found("net"), "it computes with the teacher's last layer, and the teacher's model tells none");
}

TEST(LossKeys, AreRefusedForALossWithoutTeacherWhereTheyActOnOne) {
  EXPECT_EQ(refusal("teacher_temperature = 2\n", "self"),
            "'teacher_temperature' has no effect: it divides a teacher's logits, and the loss reads none; remove it\n");
  EXPECT_EQ(refusal("tau_squared = true\n", "self"),
            "'tau_squared' has no effect: the loss reads no teacher and sets no temperature, which is 1 then; remove it, or set "
            "'tau'\n");
}

TEST(LossKeys, StandWithinTheWindowOfTheStrategy) {
  struct Stops final : Strategy {
    std::vector<Stage> plan(const StrategyContext& context) const override {
      auto stages = Direct().plan(context);
      stages.back().kd_end = 6;
      return stages;
    }
  };
  auto catalog = toys();
  catalog.strategies["direct"].create = [](const auto&, const auto&) { return std::make_shared<Stops>(); };
  const auto plan = plan_of(keyed_suite("from_epoch = 2\nto_epoch = 8\n"), catalog);
  for (const auto& job : plan.jobs) {
    if (!job.spec.loss) continue;
    EXPECT_EQ(job.spec.loss->parts.front().kd_begin, 2);
    EXPECT_EQ(job.spec.loss->parts.front().kd_end, 6);
  }
  const auto said = mistakes(keyed_suite("from_epoch = 6\n"), catalog);
  expect_says(said, "no epoch is left to distil in: [losses.kl] does so in [6, 10), the strategy in [0, 6) of stage 'student'");
}

}  // namespace
}  // namespace kdbench
