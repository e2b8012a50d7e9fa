#include <kdbench/cli/text/plan_text.h>

#include <gtest/gtest.h>

#include <fmt/core.h>

namespace kdbench {
namespace {

Placement place(const std::string& method, Role role, const std::string& job, double value,
                const std::string& teacher_job = "t") {
  Placement p;
  p.study = "main";
  p.kind = StudyKind::kSensitivity;
  p.method = method;
  p.teacher = role == Role::kAlone ? "" : "big";
  p.student = role == Role::kTeacher ? "big" : "small";
  p.role = role;
  p.job = job;
  p.teacher_job = teacher_job;
  if (role == Role::kMethod) p.axis = "tau";
  p.value = value;
  return p;
}

Job job(const std::string& id, const std::string& label, double seconds, double bytes) {
  Job out;
  out.id = id;
  out.label.name = label;
  out.estimated_s = seconds;
  out.estimated_bytes = bytes;
  return out;
}

/// One of the group that the teacher "t" teaches.
Job student(const std::string& id, const std::string& label, double seconds, double bytes) {
  auto out = job(id, label, seconds, bytes);
  out.needs = {"t"};
  out.group = "g";
  out.shared_bytes = 5e7;
  out.state_bytes = 2e7;
  return out;
}

Plan sweep() {
  Plan plan;
  plan.suite = "quick";
  plan.title = "A first look";
  plan.device = "cpu";
  plan.select = "last";
  plan.studies = {"main"};
  plan.jobs = {job("t", "teacher big s0", 30, 2e8), job("a", "alone small s0", 5, 0), student("k1", "kl[tau=1] s0", 10, 1e8),
               student("k4", "kl[tau=4] s0", 10, 1e8)};
  plan.placements = {place("none", Role::kAlone, "a", 0, ""), place("kl", Role::kMethod, "k1", 1),
                     place("kl", Role::kMethod, "k4", 4), place("", Role::kTeacher, "t", 0, "")};
  return plan;
}

TEST(PlanText, SaysWhatACombinationOfLossesMinimises) {
  auto plan = sweep();
  EXPECT_EQ(plan_text(plan, JobStates(4, "to do")).find("combinations"), std::string::npos);
  plan.jobs[2].spec.loss = LossSpec{.ce_weight = 0.1, .parts = {LossPart{.kd_weight = 0.9}, LossPart{.kd_weight = 1000}}};
  plan.placements[1].convention = "0.1 ce + 0.9 kl (tau on both, tau^2 on) + 1000 at (tau=1 on both, tau^2 on)";
  plan.placements.push_back(plan.placements[1]);  // of another seed
  const auto text = plan_text(plan, JobStates(4, "to do"));
  const auto at = text.find("combinations");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(text.substr(at, text.find("\n\n", at) - at),
            "combinations of losses\n"
            "  method  minimises\n"
            "  kl      0.1 ce + 0.9 kl (tau on both, tau^2 on) + 1000 at (tau=1 on both, tau^2 on)");
}

TEST(PlanText, AddsUpTheMemoryOfAGroupByStudentModel) {
  auto plan = sweep();
  plan.jobs.push_back(student("w1", "kl[tau=1] wide s0", 10, 1.2e9));
  const auto peak = [&](std::size_t threads) {
    const auto text = plan_text(plan, JobStates(plan.jobs.size(), "to do"), {.threads = threads});
    const auto row = text.find("kl[tau=1] s0, ...");
    return text.substr(row, text.find('\n', row) - row);
  };
  // 50 MB once and 3 x 20 MB of state; on one thread 30 MB of the small and 1130 MB of the wide, on two threads 30 MB more.
  EXPECT_EQ(peak(1), "kl[tau=1] s0, ...     3       30s       1.3 GB");
  plan.jobs[2].estimated_bytes = plan.jobs[3].estimated_bytes = 1.07e9;  // 1000 MB each while it trains
  EXPECT_EQ(peak(1), "kl[tau=1] s0, ...     3       30s       2.2 GB");
  EXPECT_EQ(peak(2), "kl[tau=1] s0, ...     3       30s       3.2 GB");
  EXPECT_EQ(peak(8), peak(2));  // there are but two of the small ones, and one of the wide
}

TEST(PlanText, SaysIntoHowManyPartsMemoryCutsAGroupAndOnHowManyThreads) {
  auto plan = sweep();
  plan.jobs.push_back(student("k8", "kl[tau=8] s0", 10, 0));
  for (std::size_t i = 2; i < plan.jobs.size(); ++i) {  // 1 GB once, 0.2 a student, 0.3 for each that trains
    plan.jobs[i].shared_bytes = 1e9;
    plan.jobs[i].state_bytes = 2e8;
    plan.jobs[i].estimated_bytes = 1.5e9;
  }
  const auto peak = [&](std::size_t threads, double memory) {
    const auto text = plan_text(plan, JobStates(plan.jobs.size(), "to do"), {.threads = threads, .memory_bytes = memory});
    const auto row = text.find("30s", text.find("kl[tau=1] s0, ...")) + 5;
    return text.substr(row, text.find('\n', row) - row);
  };
  EXPECT_EQ(peak(1, 2e9), "     1.9 GB");
  EXPECT_EQ(peak(1, 1.8e9), "1.7 GB in 2 parts");
  EXPECT_EQ(peak(1, 1.6e9), "1.5 GB in 3 parts");
  EXPECT_EQ(peak(2, 2e9), "2.0 GB in 2 parts");  // two at once and then one: 20 s, one after the other: 30 s
  EXPECT_EQ(peak(2, 1.95e9), "1.9 GB on 1 thread");
}

TEST(PlanText, CountsTheTeachersPassesOnceAGroup) {
  auto plan = sweep();
  plan.jobs[2].shared_s = plan.jobs[3].shared_s = 4;  // of 10 s each: 6 + 6 + 4 for the group
  const auto text = plan_text(plan, {"done", "done", "to do", "to do"});
  EXPECT_NE(text.find("kl[tau=1] s0, ...     2       16s"), std::string::npos) << text;
  EXPECT_NE(text.find("2 to do; about 16s of work on one core"), std::string::npos) << text;
  EXPECT_NE(plan_text(plan, {"done", "done", "done", "to do"}).find("about 10s of work on one core"), std::string::npos);
}

TEST(PlanText, ShowsTotalsStudiesWhatIsSharedAndEveryJobOfASmallPlan) {
  EXPECT_EQ(plan_text(sweep(), {"done", "failed", "to do", "to do"}),
            "suite quick: A first look\n"
            "device cpu; boards read checkpoint last\n"
            "4 jobs: 1 done, 1 failed, 2 to do; about 20s of work on one core\n"  // 10 + 10
            "\n"
            "studies\n"
            "  study  kind         pairs  methods  seeds  values  jobs  to do\n"
            "  main   sensitivity      1        2      1       2     4      2\n"
            "\n"
            "trained once and shared\n"
            "  job             used by  state  estimate\n"
            "  teacher big s0   2 jobs  done        30s\n"
            "\n"
            "trained side by side on one pass of their teacher\n"
            // 50 MB once, 20 MB a student, 30 MB for the one that trains: 120 MB.
            "  group of           jobs  estimate  peak memory\n"
            "  kl[tau=1] s0, ...     2       20s       0.1 GB\n"
            "\n"
            "jobs\n"
            "  state   estimate  memory  job             needs\n"
            "  done         30s  0.2 GB  teacher big s0\n"
            "  failed      5.0s       ?  alone small s0\n"
            "  to do        10s  0.1 GB  kl[tau=1] s0    teacher big s0\n"
            "  to do        10s  0.1 GB  kl[tau=4] s0    teacher big s0\n");
}

TEST(PlanText, CountsWhatIsTrainedAgainAsWorkAndWhatIsOutdatedAsNone) {
  const auto text = plan_text(sweep(), {"outdated", "done", "again", "to do"}, {.notes = {"a line", "another"}});
  EXPECT_NE(
      text.find("4 jobs: 1 done, 1 outdated, 1 again, 1 to do; about 20s of work on one core\na line\nanother\n\nstudies\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("main   sensitivity      1        2      1       2     4      2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("kl[tau=1] s0, ...     2       20s"), std::string::npos) << text;
}

TEST(PlanText, SaysAtLeastWhereAnEstimateIsMissingAndWhatTheMarkMeans) {
  auto plan = sweep();
  plan.jobs[3].estimated_s = 0;
  const auto text = plan_text(plan, {"done", "done", "to do", "to do"});
  EXPECT_NE(text.find("at least 10s of work on one core\n?: of a data set that does not say how many rows it has"),
            std::string::npos)
      << text;
}

TEST(PlanText, TellsJobsOfOneLabelApartByTheirIds) {
  auto plan = sweep();
  plan.jobs[0].id = "0123456789";
  plan.jobs[1] = job("abcdefghij", "teacher big s0", 30, 2e8);
  plan.jobs[2].needs = {"0123456789"};
  plan.jobs[3].needs = {"abcdefghij"};
  const auto text = plan_text(plan, JobStates(4, "to do"));
  EXPECT_NE(text.find("kl[tau=1] s0               teacher big s0 (01234567)\n"), std::string::npos) << text;
  EXPECT_NE(text.find("kl[tau=4] s0               teacher big s0 (abcdefgh)\n"), std::string::npos) << text;
}

TEST(PlanText, CondensesALargePlanAndStaysFast) {
  Plan plan = sweep();
  plan.jobs.resize(1);
  for (int i = 0; i < 10000; ++i) {
    plan.jobs.push_back(student(fmt::format("j{}", i), "kl s0", 1, 0));
    plan.placements.push_back(place("kl", Role::kMethod, plan.jobs.back().id, i));
  }
  const auto text = plan_text(plan, JobStates(plan.jobs.size(), "to do"));
  EXPECT_LT(text.size(), 2000u);
  EXPECT_NE(text.find("teacher big s0  10000 jobs  to do"), std::string::npos) << text;
  EXPECT_NE(text.find("10001 jobs; --jobs lists every one\n"), std::string::npos);
  EXPECT_GT(plan_text(plan, JobStates(plan.jobs.size(), "to do"), {.all_jobs = true}).size(), 100000u);
}

TEST(PlanJson, IsThePlanWithStates) {
  const auto json = plan_json(sweep(), {"done", "failed", "to do", "to do"});
  EXPECT_EQ(json["jobs"][1]["state"], "failed");
  EXPECT_EQ(json["jobs"].size(), 4u);
  EXPECT_EQ(json["suite"], "quick");
  // The group of the text: 50 MB once, 20 MB a student, 30 MB for the one that trains.
  ASSERT_EQ(json["groups"].size(), 1u);
  EXPECT_EQ(json["groups"][0]["parts"], Json::array({{{"jobs", 2}, {"threads", 1}, {"bytes", 1.2e8}, {"seconds", 20.0}}}));
}

}  // namespace
}  // namespace kdbench
