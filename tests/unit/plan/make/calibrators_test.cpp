// Calibrators in plans: whose logits they change, what that makes of jobs and groups, and where they are refused.
#include "unit/plan/toys.h"

#include <kdbench/plan/make/spec_parts.h>

namespace kdbench {
namespace {

using toy::expect_says;
using toy::kHead;
using toy::mistakes;
using toy::plan_of;
using toy::study;

const Job& first_student_of(const Plan& plan) {
  return *std::find_if(plan.jobs.begin(), plan.jobs.end(), [](const Job& job) { return job.spec.loss.operator bool(); });
}

const std::string kKl = kHead + "[losses.kl]\n";

TEST(PlannedCalibrators, AreInTheJobsOfStudentsAndInNoOthers) {
  const auto plain = plan_of(kKl + study(R"("kl")"));
  const auto plan = plan_of(kKl + "[calibrators.c]\nplugin = \"free\"\nsize = 2\n" + study(R"("kl")", "calibrator = \"c\"\n"));
  ASSERT_EQ(plan.jobs.size(), plain.jobs.size());
  std::size_t differ = 0;
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    const auto& spec = plan.jobs[i].spec;
    EXPECT_EQ(spec.teacher && spec.teacher->calibrator.has_value(), plan.jobs[i].id != plain.jobs[i].id);
    differ += plan.jobs[i].id != plain.jobs[i].id ? 1 : 0;
    EXPECT_EQ(plan.jobs[i].group, plain.jobs[i].group);  // one pass of the teacher for all
  }
  EXPECT_EQ(differ, 2u);  // a student a seed
  const auto& student = first_student_of(plan);
  EXPECT_EQ(student.spec.teacher->calibrator->plugin, "free");
  EXPECT_EQ(student.spec.teacher->calibrator->params, Json::parse(R"({"kind": "a", "size": 2.0})"));
  EXPECT_EQ(student.label.name, "kl teacher->student c");
  const auto used = plugins_of(student.spec);
  EXPECT_NE(std::find(used.begin(), used.end(), PluginRef{PluginKind::kCalibrator, "free"}), used.end());
  for (const auto& p : plan.placements) EXPECT_EQ(p.calibrator, p.role == Role::kTeacher ? "" : "c");
}

TEST(PlannedCalibrators, MayBeNamedByTheirPlugin) {
  const auto by_plugin = plan_of(kKl + study(R"("kl")", "calibrator = \"free\"\n"));
  const auto by_table = plan_of(kKl + "[calibrators.c]\nplugin = \"free\"\n" + study(R"("kl")", "calibrator = \"c\"\n"));
  EXPECT_EQ(toy::ids(by_plugin), toy::ids(by_table));
}

TEST(PlannedCalibrators, GoThroughAPackedPlanAsTheyAre) {
  const auto plan = plan_of(kKl + study(R"("kl")", "calibrator = \"free\"\n"));
  const auto read = plan_from_packed_json(to_packed_json(plan));
  EXPECT_EQ(to_document(read), to_document(plan));
  EXPECT_EQ(job_identity(first_student_of(read).spec), first_student_of(read).id);
}

TEST(PlannedCalibrators, NeedValidationRowsWhereTheyAreFitted) {
  expect_says(mistakes(kKl + study(R"("kl")", "calibrator = \"fitted\"\n")),
              "s.toml:17:14: study 'main': calibrator 'fitted' is fitted on validation rows, but dataset 'toy' has none; set "
              "'validation' in [datasets.toy]");
  auto with = kKl;
  with.insert(with.find("[datasets.toy]\n") + 15, "validation = 10\n");
  EXPECT_EQ(mistakes(with + study(R"("kl")", "calibrator = \"fitted\"\n")), "planned");
}

TEST(PlannedCalibrators, AreRefusedWhereNobodyIsTaught) {
  for (const auto* loss : {"self", "none"}) {
    expect_says(mistakes(kHead + "[losses." + loss + "]\n" + study("\"" + std::string(loss) + "\"", "calibrator = \"free\"\n")),
                "s.toml:17:14: study 'main': 'calibrator' has no effect under strategy 'direct': no loss of the study reads a "
                "teacher that stands by itself; remove it, or give the study such a loss or strategy");
  }
  EXPECT_EQ(mistakes(kHead + "[losses.none]\n[losses.kl]\n" + study(R"("none", "kl")", "calibrator = \"free\"\n")), "planned");
}

TEST(PlannedCalibrators, AreRefusedAtThePlaceOfTheMistake) {
  const auto of = [](const std::string& table) { return mistakes(kKl + table + study(R"("kl")", "calibrator = \"c\"\n")); };
  expect_says(of("[calibrators.c]\nplugin = \"fre\"\n"),
              "s.toml:14:10: [calibrators.c]: no calibrator plugin 'fre'; did you mean 'free'?");
  expect_says(of("[calibrators.c]\nplugin = \"free\"\nsiz = 1\n"),
              "s.toml:15:1: calibrator 'c': no parameter 'siz'; did you mean 'size'?");
  expect_says(of("[calibrators.c]\nplugin = \"free\"\nsize = -1\n"), "s.toml:15:8: calibrator 'c': 'size'");
  expect_says(of("[calibrators.c]\nplugin = \"free\"\nsize = 10\n"), "s.toml:13:14: calibrator 'c': it is too large");
  expect_says(mistakes(kKl + study(R"("kl")", "calibrator = \"d\"\n")),
              "s.toml:17:14: [calibrators.d]: no calibrator plugin 'd'");
}

TEST(PlannedCalibrators, StandForOneWhereAStudyNamesThem) {
  expect_says(mistakes(kKl + "[calibrators.c]\nplugin = \"free\"\nsize = [1, 2]\n" + study(R"("kl")", "calibrator = \"c\"\n")),
              "study 'main' names [calibrators.c], which stands for 2 calibrators; write single values in it, no lists");
}

TEST(PlannedCalibrators, AreExpandedByTheListsOfTheirTable) {
  CalibratorUse use;
  use.name = "c";
  use.plugin = {"free", {}};
  use.params["kind"] = {{std::string("a"), std::string("b")}, true, {}, {{}, {}}};
  use.params["size"] = {{std::int64_t{1}, 2.5}, true, {}, {{}, {}}};
  Diagnostics diagnostics;
  std::vector<std::string> labels;
  for (const auto& c : expand_calibrators(use, toy::toys(), "s.toml", diagnostics)) labels.push_back(c.label);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(labels,
            (std::vector<std::string>{"c[kind=a,size=1]", "c[kind=a,size=2.5]", "c[kind=b,size=1]", "c[kind=b,size=2.5]"}));
}

}  // namespace
}  // namespace kdbench
