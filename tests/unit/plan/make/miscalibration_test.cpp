// Miscalibration studies: which students are planned, what they need, and what is refused.
#include "unit/plan/toys.h"

#include <gtest/gtest.h>

#include <map>

namespace kdbench {
namespace {

using namespace toy;

/// Does nothing; one that is fitted takes validation rows.
struct ToyCalibrator final : Calibrator {
  void fit(const CalibrationRows&) override {}
  torch::Tensor apply(const torch::Tensor& logits, const torch::Tensor&) const override { return logits; }
};

Catalog with_calibrators() {
  auto catalog = toys();
  for (const bool fitted : {false, true}) {
    const std::string name = fitted ? "fitted" : "shift";
    CalibratorEntry entry{{name,
                           {},
                           {{.name = "ratio", .default_value = 1.0, .doc = "A strength.", .min = 0.0}},
                           [](const auto&, const auto&) { return std::make_shared<ToyCalibrator>(); }},
                          {}};
    entry.traits = [fitted](const ParamValues&) { return CalibratorTraits{.is_fitted = fitted}; };
    catalog.calibrators[name] = {entry, "toys", "1"};
  }
  return catalog;
}

const std::string kLossTables = "[losses.kl]\n[losses.sharp]\n";
const std::string kShifts = "[calibrators.shift]\nratio = [0.5, 1.0, 2.0]\n";

std::string miscalibration(const std::string& losses, const std::string& more) {
  return study(losses, "kind = \"miscalibration\"\n" + more);
}

Plan plan_of_study(const std::string& losses, const std::string& more, const std::string& tables = kLossTables + kShifts) {
  return plan_of(kHead + tables + miscalibration(losses, more), with_calibrators());
}

std::string refused(const std::string& losses, const std::string& more, const std::string& tables = kLossTables + kShifts) {
  return mistakes(kHead + tables + miscalibration(losses, more), with_calibrators());
}

const Job& job_of(const Plan& plan, const Placement& p) {
  return *std::find_if(plan.jobs.begin(), plan.jobs.end(), [&](const Job& job) { return job.id == p.job; });
}

/// The student of an arm at seed 0.
Placement arm(const Plan& plan, const std::string& method) {
  for (const auto& p : placements(plan, Role::kMethod)) {
    if (p.method == method) return p;
  }
  throw std::runtime_error("no arm '" + method + "'");
}

TEST(Miscalibration, TrainsEveryCalibratorAtEveryTemperatureForEveryBudget) {
  const auto plan = plan_of_study(R"("kl", "sharp")", "calibrators = [\"shift\"]\nbudgets = [1, 3]\n");
  // 2 losses x 2 temperatures (1 and 4) x 2 budgets x (as it is + 3 ratios) at each seed; the student alone for each budget.
  EXPECT_EQ(placements(plan, Role::kMethod).size(), 32u);
  EXPECT_EQ(placements(plan, Role::kAlone).size(), 2u);
  EXPECT_EQ(placements(plan, Role::kTeacher).size(), 1u);
  EXPECT_EQ(plan.jobs.size(), 2u * (1 + 2 + 32));
  const auto p = arm(plan, "kl tau=4 x3 shift[ratio=0.5]");
  ASSERT_TRUE(p.arm);
  EXPECT_EQ(p.arm->loss, "kl");
  EXPECT_EQ(p.arm->family, "shift");
  EXPECT_EQ(p.calibrator, "shift[ratio=0.5]");
  EXPECT_EQ(p.arm->student_tau, 4);
  EXPECT_EQ(p.arm->budget, 3);
  EXPECT_FALSE(p.arm->matched);
  const auto& spec = job_of(plan, p).spec;
  EXPECT_EQ(spec.train->epochs, 6);  // 3 times 2
  EXPECT_EQ(spec.loss->parts.front().tau_student, 4);
  EXPECT_EQ(spec.loss->parts.front().tau_teacher, 1);
  ASSERT_TRUE(spec.teacher->calibrator);
  EXPECT_EQ(spec.teacher->calibrator->plugin, "shift");
  EXPECT_EQ(spec.loss->parts.front().kd_end, 6);
  EXPECT_FALSE(job_of(plan, arm(plan, "kl tau=4 x3")).spec.teacher->calibrator);  // the teacher as it is
}

TEST(Miscalibration, DoesNotTrainTheTeacherLonger) {
  const auto plan = plan_of_study(R"("kl")", "calibrators = [\"shift\"]\nbudgets = [12]\n");
  const auto teacher = placements(plan, Role::kTeacher).front();
  EXPECT_EQ(job_of(plan, teacher).spec.train->epochs, 2);
  EXPECT_EQ(teacher.calibrator, "");
}

TEST(Miscalibration, MatchesTheFirstGradientToThatUnderTheTeacherAsItIs) {
  const auto plan =
      plan_of_study(R"("kl")", "calibrators = [\"shift\"]\nstudent_tau = [2]\nbudgets = [1, 4]\nmatch_gradient = true\n");
  // For each budget: as it is, 3 ratios, and the 3 again, matched.
  EXPECT_EQ(placements(plan, Role::kMethod).size(), 14u);
  for (const std::string budget : {"x1", "x4"}) {
    const auto reference = arm(plan, "kl tau=2 " + budget);
    const auto plain = arm(plan, "kl tau=2 " + budget + " shift[ratio=2]"),
               matched = arm(plan, "kl tau=2 " + budget + " matched shift[ratio=2]");
    EXPECT_TRUE(matched.arm->matched);
    EXPECT_NE(matched.job, plain.job);
    EXPECT_EQ(job_of(plan, matched).spec.lr_matched_to, reference.job);
    EXPECT_EQ(job_of(plan, matched).needs, (std::vector<std::string>{reference.teacher_job, reference.job}));
    auto spec = job_of(plan, matched).spec;
    spec.lr_matched_to.reset();
    EXPECT_EQ(spec.identity(), job_of(plan, plain).spec.identity());  // nothing else differs
    EXPECT_FALSE(job_of(plan, reference).spec.lr_matched_to);
  }
  EXPECT_EQ(why_inconsistent(plan), "");
}

TEST(Miscalibration, SharesJobsWithStudiesOfOtherKinds) {
  // A loss at tau 1 for the recipe's epochs under the teacher as it is, as a compare study trains it.
  const auto compared = plan_of(kHead + "[losses.kl]\ntau = 1.0\n" + study(R"("kl")"), with_calibrators());
  const auto plan = plan_of_study(R"("kl")", "calibrators = [\"shift\"]\n");
  for (const auto& id : ids(compared)) EXPECT_TRUE(ids(plan).contains(id)) << id;
}

TEST(Miscalibration, TakesPluginsWithoutATable) {
  const auto plan = plan_of_study(R"("kl")", "calibrators = [\"shift\"]\nstudent_tau = [1]\nbudgets = [1]\n", "[losses.kl]\n");
  EXPECT_EQ(methods(plan), (std::vector<std::string>{"kl tau=1 x1", "kl tau=1 x1 shift"}));
}

TEST(Miscalibration, ComparesTeachersAsTheyAre) {
  const auto plan =
      plan_of(kHead + "[models.middle]\nplugin = \"net\"\nwidth = 6\n[models.wide]\nplugin = \"net\"\nwidth = 10\n[losses.kl]\n" +
                  study(R"("kl")", "kind = \"miscalibration\"\naxis = \"teacher\"\nbudgets = [1]\n",
                        R"("teacher", "student"], ["middle", "student"], ["wide", "student")"),
              with_calibrators());
  // Three teachers, each with a student at tau 1 and at 4; one student alone for all.
  EXPECT_EQ(placements(plan, Role::kTeacher).size(), 3u);
  EXPECT_EQ(placements(plan, Role::kMethod).size(), 6u);
  EXPECT_EQ(plan.jobs.size(), 2u * (3 + 6 + 1));
  for (const auto& p : placements(plan, Role::kMethod)) {
    EXPECT_EQ(p.arm->family, "");
    EXPECT_EQ(p.axis, "");
  }
}

TEST(Miscalibration, RefusesWhatWouldMoveNothing) {
  const std::string shifts = "calibrators = [\"shift\"]\n";
  expect_says(refused(R"("none")", shifts, "[losses.none]\n" + kShifts),
              "it reads no teacher, whose calibration the study is to move");
  expect_says(
      refused(R"("hint")", shifts, "[losses.hint]\n" + kShifts),
      "it does not read the temperature of the student, so 'student_tau' would move nothing; take it out of this study, or "
      "write student_tau = [1]");
  EXPECT_EQ(refused(R"("hint")", shifts + "student_tau = [1]\n", "[losses.hint]\n" + kShifts), "planned");
}

TEST(Miscalibration, RefusesToMatchWhereTheFirstStepIsNoGradients) {
  const std::string matched = "calibrators = [\"shift\"]\nmatch_gradient = true\nbudgets = [4]\n";
  expect_says(
      refused(R"("kl")", matched, "[losses.kl]\nfrom_epoch = 1\n" + kShifts),
      "s.toml:13:1: study 'main': loss 'kl' with teacher 'teacher' and student 'student': its terms are on from epoch 1 alone, "
      "and 'match_gradient' is about the first step; remove one of the two");
  expect_says(refused(R"("kl")", matched, "[losses.kl]\nwarmup_epochs = 2\n" + kShifts),
              "s.toml:13:1: study 'main': loss 'kl' with teacher 'teacher' and student 'student': its terms have 1/2 of their "
              "weight in the first epoch, and 'match_gradient' is about the first step; remove one of the two");
  EXPECT_EQ(refused(R"("kl")", "calibrators = [\"shift\"]\n", "[losses.kl]\nwarmup_epochs = 2\n" + kShifts), "planned");
  expect_says(mistakes(kHead + "[models.student.train]\noptimizer = \"adamw\"\n" + kLossTables + kShifts +
                           miscalibration(R"("kl")", matched),
                       with_calibrators()),
              "'match_gradient' has no effect on student 'student': the steps of adamw do not grow with the gradient");
}

TEST(Miscalibration, RefusesWhatItsBoardDoesNotShow) {
  const std::string shifts = "calibrators = [\"shift\"]\n";
  for (const std::string key : {"baseline = \"kl\"", "per_seed = true"}) {
    expect_says(refused(R"("kl")", shifts + key + "\n"),
                "'" + key.substr(0, key.find(' ')) + "' has no effect in a study with kind = \"miscalibration\"");
  }
}

TEST(Miscalibration, NamesTheCalibratorsThatCannotBe) {
  expect_says(refused(R"("kl")", "calibrators = [\"shfit\"]\n"), "no calibrator plugin 'shfit'; did you mean 'shift'?");
  expect_says(refused(R"("kl")", "calibrators = [\"fitted\"]\n"),
              "study 'main': calibrator 'fitted' is fitted on validation rows, but dataset 'toy' has none; set 'validation' in "
              "[datasets.toy]");
}

}  // namespace
}  // namespace kdbench
