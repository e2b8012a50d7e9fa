// Strategies beyond "teacher, then student": chains, states of a teacher, stages that start from or add to others, and the
// mistakes that are refused before anything is trained.
#include "unit/plan/toys.h"

#include <gtest/gtest.h>

#include <map>

namespace kdbench {
namespace {

using namespace toy;

using Script = std::function<std::vector<Stage>(const StrategyContext&)>;

struct Scripted final : Strategy {
  explicit Scripted(Script script) : script_(std::move(script)) {}
  std::vector<Stage> plan(const StrategyContext& context) const override { return script_(context); }

 private:
  Script script_;
};

Catalog with(const std::map<std::string, Script>& scripts) {
  auto catalog = toys();
  for (const auto& [name, script] : scripts) {
    catalog.strategies[name] = {
        {name, {}, {}, [script = script](const auto&, const auto&) { return std::make_shared<Scripted>(script); }}, "toys", "1"};
  }
  return catalog;
}

Stage labels(const std::string& id, const std::string& model, std::int64_t epochs = 2) {
  return {.id = id, .model = model, .teacher = std::nullopt, .epochs = epochs};
}

Stage taught(const std::string& id, const std::string& model, const std::string& teacher, Checkpoint checkpoint = {}) {
  return {.id = id,
          .model = model,
          .teacher = teacher,
          .teacher_checkpoint = std::move(checkpoint),
          .loss = StageLoss::kMethod,
          .epochs = 2};
}

/// kHead with two models between teacher (8) and student (4), and validation rows.
std::string head(const std::string& dataset = "validation = 10\n") {
  auto text = kHead + "[models.middle]\nplugin = \"net\"\nwidth = 6\n[models.low]\nplugin = \"net\"\nwidth = 5\n[losses.kl]\n";
  return text.replace(text.find("[models.teacher]"), 0, dataset);
}

std::string using_(const std::string& strategies, const std::string& losses = R"("kl")") {
  return study(losses, "strategies = [" + strategies + "]\n");
}

Plan plan_with(const Script& script, const std::string& text = head()) {
  return plan_of(text + using_("\"it\""), with({{"it", script}}));
}
std::string mistake(const std::vector<Stage>& stages, const std::string& text = head()) {
  return mistakes(text + using_("\"it\""), with({{"it", [stages](const auto&) { return stages; }}}));
}

const Job& job_of(const Plan& plan, const std::string& id) {
  return *std::find_if(plan.jobs.begin(), plan.jobs.end(), [&](const Job& job) { return job.id == id; });
}
const Job& student_of(const Plan& plan) { return job_of(plan, placements(plan, Role::kMethod).front().job); }

std::vector<Stage> two_assistants(const StrategyContext&) {
  return {labels("teacher", "teacher"), taught("a1", "middle", "teacher"), taught("a2", "low", "a1"),
          taught("student", "student", "a2")};
}
std::vector<Stage> one_assistant(const StrategyContext&) {
  return {labels("teacher", "teacher"), taught("first", "middle", "teacher"), taught("student", "student", "first")};
}

using Names = std::vector<std::string>;

TEST(Chain, TrainsTeacherAndSharedAssistantsOnceForAllStrategies) {
  const auto plan =
      plan_of(head() + using_(R"("direct", "one", "two")"), with({{"one", one_assistant}, {"two", two_assistants}}));
  // Per seed: alone, teacher; direct: student; one: middle, student; two: low, student (its middle is the same job).
  EXPECT_EQ(plan.jobs.size(), 2u * 7);
  const auto students = placements(plan, Role::kMethod);
  ASSERT_EQ(students.size(), 3u);
  EXPECT_EQ(students[0].chain, (Names{"teacher"}));
  EXPECT_EQ(students[1].chain, (Names{"teacher", "middle"}));
  EXPECT_EQ(students[2].chain, (Names{"teacher", "middle", "low"}));
  for (const auto& p : students) EXPECT_EQ(checkpoint_text(p.teacher_checkpoint), "last");
  std::set<std::string> first, middle;
  for (const auto& p : placements(plan, Role::kTeacher)) {
    if (p.teacher == "teacher") first.insert(p.job);
    if (p.teacher == "middle") middle.insert(p.job);
    EXPECT_EQ(p.chain.empty(), p.teacher == "teacher");
  }
  EXPECT_EQ(first.size(), 1u);
  EXPECT_EQ(middle.size(), 1u);
}

TEST(Chain, MakesEveryStageWaitForTheOneBefore) {
  const auto plan = plan_of(head() + using_("\"two\""), with({{"two", two_assistants}}));
  const auto student = placements(plan, Role::kMethod).front();
  auto job = student.job;
  for (const std::string model : {"student", "low", "middle", "teacher"}) {
    const auto& now = job_of(plan, job);
    EXPECT_EQ(now.spec.model->params.at("width"),
              (std::map<std::string, int>{{"student", 4}, {"low", 5}, {"middle", 6}, {"teacher", 8}}.at(model)));
    ASSERT_EQ(now.needs.size(), model == "teacher" ? 0u : 1u) << model;
    if (model != "teacher") job = now.needs.front();
  }
  EXPECT_EQ(job_of(plan, student.job).needs.front(), student.teacher_job);
}

TEST(Epoch, IsKeptByTheTeacherForEverybodyWhoLearnsFromIt) {
  const auto from = [](std::int64_t epoch) {
    return [epoch](const auto&) -> std::vector<Stage> {
      return {labels("teacher", "teacher", 9), taught("student", "student", "teacher", {"epoch", epoch})};
    };
  };
  const auto last = [](const auto&) -> std::vector<Stage> {
    return {labels("teacher", "teacher", 9), taught("student", "student", "teacher")};
  };
  const auto plan = plan_of(head() + using_(R"("seven", "two", "again", "last")"),
                            with({{"seven", from(7)}, {"two", from(2)}, {"again", from(7)}, {"last", last}}));
  const auto students = placements(plan, Role::kMethod);
  EXPECT_EQ(job_of(plan, students[0].teacher_job).keep_epochs, (std::vector<std::int64_t>{2, 7}));
  EXPECT_EQ(checkpoint_text(students[0].teacher_checkpoint), "epoch 7");
  EXPECT_EQ(students[0].job, students[2].job);
  EXPECT_NE(students[0].job, students[1].job);
  EXPECT_EQ(job_of(plan, students[1].job).spec.teacher->checkpoint, (CheckpointRef{"epoch", 2}));
  // What keeps no epoch is named as it was before epochs could be kept.
  EXPECT_EQ(to_document(job_of(plan, students[3].job).spec.teacher),
            (Json{{"job", students[3].teacher_job}, {"checkpoint", {{"rule", "last"}, {"epoch", 0}}}}));
  EXPECT_FALSE(job_of(plan, students[3].job).spec.init);
}

TEST(Epoch, OfTheTeachersEndIsItsLastState) {
  const auto learns_from = [](const Checkpoint& checkpoint) {
    return plan_with([checkpoint](const auto&) -> std::vector<Stage> {
      return {labels("teacher", "teacher", 9), taught("student", "student", "teacher", checkpoint)};
    });
  };
  const auto plan = learns_from({"epoch", 9});
  EXPECT_EQ(student_of(plan).id, student_of(learns_from({"last", 0})).id);
  EXPECT_EQ(checkpoint_text(placements(plan, Role::kMethod).front().teacher_checkpoint), "last");
}

TEST(Schedule, IsStretchedToAStagesEpochs) {
  const auto train_of = [](const std::string& milestones) {
    auto text = head();
    text.replace(text.find("epochs = 2"), 10, "epochs = 8\nschedule = \"step\"\nwarmup_epochs = 2\nmilestones = " + milestones);
    const auto plan = plan_with(
        [](const auto&) -> std::vector<Stage> {
          return {labels("teacher", "teacher", 4), taught("student", "student", "teacher")};
        },
        text);
    return *job_of(plan, student_of(plan).needs.front()).spec.train;
  };
  // Half the epochs: epoch 4 of 8 is half of them still, and two epochs of warm-up become one.
  EXPECT_EQ(train_of("[4, 6]").milestones, (std::vector<double>{0.5, 0.75}));
  EXPECT_EQ(train_of("[0.5, 0.75]").milestones, (std::vector<double>{0.5, 0.75}));
  EXPECT_EQ(train_of("[4, 6]").warmup_epochs, 1.0);
}

TEST(Epoch, LeavesTheTeachersIdentityAlone) {
  const auto early = plan_with([](const auto&) -> std::vector<Stage> {
    return {labels("teacher", "teacher"), taught("student", "student", "teacher", {"epoch", 1})};
  });
  const auto last = plan_with([](const auto&) -> std::vector<Stage> {
    return {labels("teacher", "teacher"), taught("student", "student", "teacher")};
  });
  EXPECT_EQ(placements(early, Role::kMethod).front().teacher_job, placements(last, Role::kMethod).front().teacher_job);
}

TEST(Epoch, MustLieInTheTeachersTraining) {
  for (const std::int64_t epoch : {0, 10}) {
    expect_says(mistake({labels("teacher", "teacher", 9), taught("student", "student", "teacher", {"epoch", epoch})}),
                "strategy 'it' lets stage 'student' learn from epoch " + std::to_string(epoch) +
                    " of stage 'teacher', which trains for 9; expected 1 to 9");
  }
}

TEST(Stages, SayWhichRuleIsUnknownAndWhatValidationRowsAreFor) {
  expect_says(mistake({labels("teacher", "teacher"), taught("student", "student", "teacher", {"best_vall", 0})}),
              "asks for the checkpoint rule 'best_vall'; did you mean 'best_val'?");
  expect_says(
      mistake({labels("teacher", "teacher"), taught("student", "student", "teacher", {"max_val_information", 0})}, head("")),
      "chooses the teacher of stage 'student' by 'max_val_information', which takes validation rows, but dataset 'toy' has none; "
      "set 'validation' in [datasets.toy]");
  auto fitted = taught("student", "student", "teacher");
  fitted.fit_teacher_temperature = true;
  expect_says(mistake({labels("teacher", "teacher"), fitted}, head("")),
              "fits the temperature of the teacher of stage 'student', which takes validation rows, but dataset 'toy' has none");
}

TEST(Stages, FitTheTeachersTemperatureAsPartOfTheStudentsIdentity) {
  const auto script = [](bool fit) {
    return [fit](const auto&) -> std::vector<Stage> {
      auto student = taught("student", "student", "teacher");
      student.fit_teacher_temperature = fit;
      return {labels("teacher", "teacher"), student};
    };
  };
  const auto fitted = plan_with(script(true)), plain = plan_with(script(false));
  EXPECT_EQ(student_of(fitted).spec.teacher->temperature, "fitted");
  EXPECT_NE(student_of(fitted).id, student_of(plain).id);
  EXPECT_NE(student_of(fitted).group, student_of(plain).group);
}

/// A base by the method, then the student: from its weights, or added to it.
Script two_steps(const std::string& how, const std::string& base_model = "student") {
  return [how, base_model](const auto&) -> std::vector<Stage> {
    auto student = taught("student", "student", "teacher");
    if (how == "init") student.init = "base";
    if (how == "added_to") student.added_to = "base";
    return {labels("teacher", "teacher"), labels("base", base_model, 5), student};
  };
}

TEST(Stages, NameWhatTheyStartFromAndWhatTheyAreAddedTo) {
  for (const std::string how : {"init", "added_to"}) {
    const auto plan = plan_with(two_steps(how)), plain = plan_with(two_steps(""));
    const auto& student = student_of(plan);
    ASSERT_EQ(student.needs.size(), 2u);
    EXPECT_EQ(how == "init" ? student.spec.init : student.spec.added_to, student.needs[1]);
    EXPECT_EQ(job_of(plan, student.needs[1]).spec.train->epochs, 5);
    EXPECT_NE(student.id, student_of(plain).id);
    EXPECT_EQ(student.group, student_of(plain).group);  // it sees the same teacher on the same batches
    EXPECT_TRUE(job_of(plan, student.needs[1]).group.empty());
  }
}

TEST(Stages, MayStartFromTheOneThatTeaches) {
  const auto plan = plan_with([](const auto&) -> std::vector<Stage> {
    auto student = taught("student", "student", "teacher");
    student.init = "teacher";
    return {labels("teacher", "student"), student};
  });
  EXPECT_EQ(student_of(plan).needs.size(), 1u);
}

TEST(Stages, StartOnlyFromTheirOwnModel) {
  auto stages = two_steps("init", "middle")({});
  expect_says(mistake(stages), "stage 'student' starts from 'base', which trains model 'middle', not 'student'");
  stages[2].init = "bas";
  expect_says(mistake(stages), "lets stage 'student' start from 'bas', which is no earlier stage");
  stages[2].init.reset();
  stages[2].added_to = "student";
  expect_says(mistake(stages), "lets stage 'student' add its logits to those of 'student', which is no earlier stage");
}

TEST(NamedLoss, OfTheStudentStandsInTheConvention) {
  const Script script = [](const auto&) -> std::vector<Stage> {
    auto student = taught("student", "student", "teacher");
    student.loss = StageLoss::kNamed;
    student.loss_name = "other";
    student.init = "hint";
    return {labels("teacher", "teacher"), taught("hint", "student", "teacher"), student};
  };
  const auto plan = plan_of(head() + "[losses.other]\nplugin = \"kl\"\ntau = 7\n" + using_("\"it\""), with({{"it", script}}));
  EXPECT_EQ(placements(plan, Role::kMethod).front().convention,
            "tau=4 on both, tau^2 on, alpha=1; student by other: tau=7 on both, tau^2 on, alpha=1");
  EXPECT_EQ(student_of(plan).spec.loss->parts.front().tau_student, 7.0);
}

TEST(NamedLoss, TrainsTheStageThatNamesItWithItsOwnSettings) {
  const Script script = [](const auto&) -> std::vector<Stage> {
    auto base = taught("base", "student", "teacher");
    base.loss = StageLoss::kNamed;
    base.loss_name = "other";
    return {labels("teacher", "teacher"), base, taught("student", "student", "teacher")};
  };
  const auto text = head() + "tau = 3\n[losses.other]\nplugin = \"kl\"\ntau = 7\n";
  const auto plan = plan_of(text + using_("\"it\""), with({{"it", script}}));
  std::multiset<double> taus;
  for (const auto& job : plan.jobs) {
    if (job.spec.loss && job.spec.seed == 0) taus.insert(job.spec.loss->parts.front().tau_student);
  }
  EXPECT_EQ(taus, (std::multiset<double>{3, 7}));
  EXPECT_EQ(student_of(plan).spec.loss->parts.front().tau_student, 3.0);
  EXPECT_EQ(placements(plan, Role::kTeacher).size(), 1u);  // "base" teaches nobody
  expect_says(mistakes(head() + "[losses.othr]\nplugin = \"kl\"\n" + using_("\"it\""), with({{"it", script}})),
              "strategy 'it' trains stage 'base' by loss 'other', which is no [losses.NAME]; did you mean 'othr'?");
  expect_says(mistakes(head() + "[losses.other]\nplugin = \"kl\"\ntau = [1, 2, 3]\n" + using_("\"it\""), with({{"it", script}})),
              "loss 'other', which stands for 3 methods; write single values, no lists");
}

/// Its logits have three columns whatever the data set says; or two feature maps of `width` channels.
struct OddNet final : Model {
  OddNet(std::int64_t width, std::int64_t logits, Names maps) : width_(width), logits_(logits), maps_(std::move(maps)) {}
  ModelOutput forward(const torch::Tensor& images) override {
    ModelOutput out;
    out.logits = at::zeros({images.size(0), logits_});
    for (const auto& name : maps_) out.features[name] = at::zeros({images.size(0), width_, 1, 1});
    return out;
  }
  std::vector<std::string> feature_names() const override { return maps_; }

 private:
  std::int64_t width_, logits_;
  Names maps_;
};

/// Compares the map "f1" of both, channel by channel.
struct Hint final : Loss {
  std::optional<std::string> unsupported(const LossContext& context) const override {
    const auto find = [](const std::vector<FeatureShape>& shapes) {
      return std::find_if(shapes.begin(), shapes.end(), [](const auto& s) { return s.name == "f1"; });
    };
    const auto student = find(context.student), teacher = find(context.teacher);
    if (student == context.student.end()) return "the student has no feature map 'f1', the teacher has";
    if (teacher == context.teacher.end()) return "the teacher has no feature map 'f1', the student has";
    if (student->channels == teacher->channels) return std::nullopt;
    return "'f1' has " + std::to_string(student->channels) + " channels in the student and " + std::to_string(teacher->channels) +
           " in the teacher";
  }
  LossTerms forward(const LossInputs&) override { return {}; }
};

Catalog odd_ones() {
  auto catalog = with({{"one", one_assistant}});
  const auto add = [&](const std::string& name, std::int64_t width, std::int64_t logits, const Names& maps) {
    catalog.models[name] = {
        {name, {}, {}, [=](const auto&, const auto&) { return std::make_shared<OddNet>(width, logits, maps); }}, "toys", "1"};
  };
  add("three", 4, 3, {});
  add("narrow", 4, 2, {"f0", "f1"});
  add("wide", 8, 2, {"f0", "f1"});
  add("plain", 8, 2, {"f0"});
  catalog.losses["hint"] = {{"hint", {}, {}, [](const auto&, const auto&) { return std::make_shared<Hint>(); }}, "toys", "1"};
  return catalog;
}

std::string odd(const std::string& teacher, const std::string& student, const std::string& middle = "net",
                const std::string& strategy = "direct") {
  return mistakes("[suite]\nname = \"s\"\n[datasets.toy]\n[models.teacher]\nplugin = \"" + teacher +
                      "\"\n[models.student]\nplugin = \"" + student + "\"\n[models.middle]\nplugin = \"" + middle +
                      "\"\n[losses.hint]\n" + using_("\"" + strategy + "\"", R"("hint")"),
                  odd_ones());
}

TEST(Mistakes, OfClassCountNameModelAndDataset) {
  expect_says(odd("three", "narrow"), "model 'teacher' on dataset 'toy': returns 3 logits for 2 classes");
}

TEST(Mistakes, OfAModelThatNobodyTrainsHereAreNone) {
  EXPECT_EQ(odd("wide", "wide", "three"), "planned");  // 'middle' returns 3 logits for 2 classes, and stands in no pair
}

TEST(Mistakes, OfARecipeAreFoundForAssistantsToo) {
  auto text = head();
  text.replace(text.find("width = 6\n"), 10, "width = 6\ntrain.flip = true\n");
  expect_says(mistakes(text + using_("\"one\""), with({{"one", one_assistant}})),
              "study 'main': model 'middle' trains with crop or flip, but dataset 'toy' has no images");
  EXPECT_EQ(mistakes(text + using_("\"direct\""), with({})), "planned");
}

TEST(Mistakes, OfFeatureNamesNameBothNetworks) {
  expect_says(odd("plain", "narrow"),
              "study 'main': loss 'hint' with teacher 'teacher' and student 'student': the teacher has no feature map 'f1', the "
              "student has");
}

TEST(Mistakes, OfShapesNameBothNetworks) {
  expect_says(
      odd("wide", "narrow"),
      "loss 'hint' with teacher 'teacher' and student 'student': 'f1' has 4 channels in the student and 8 in the teacher");
  EXPECT_EQ(odd("wide", "wide"), "planned");
}

TEST(Mistakes, AreLookedForBetweenEveryTwoNetworksOfAChain) {
  expect_says(odd("wide", "narrow", "narrow", "one"),
              "stage 'first' (loss 'hint', teacher 'teacher' and student 'middle'): 'f1' has 4 channels in the student and 8 in "
              "the teacher");
  expect_says(odd("wide", "narrow", "wide", "one"),
              "stage 'student' (loss 'hint', teacher 'middle' and student 'student'): 'f1' has 4 channels in the student and 8 "
              "in the teacher");
}

}  // namespace
}  // namespace kdbench
