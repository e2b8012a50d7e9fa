// Plans of suites whose plugins are made here: what is trained once, what is told apart, what is refused.
#include "unit/plan/toys.h"

#include <kdbench/plan/resolve/host_keys.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace kdbench {
namespace {

using namespace toy;

using Names = std::vector<std::string>;

TEST(MakePlan, ExpandsListsToAGridWhoseLastKeyRunsFastest) {
  const auto plan = plan_of(kHead + "[losses.kl]\nbeta = [1, 2.5]\ntau = [1, 4]\n" + study(R"("kl")"));
  EXPECT_EQ(methods(plan), (Names{"kl[beta=1,tau=1]", "kl[beta=1,tau=4]", "kl[beta=2.5,tau=1]", "kl[beta=2.5,tau=4]"}));
}

TEST(MakePlan, LetsZippedListsAdvanceTogether) {
  const auto plan =
      plan_of(kHead + "[losses.kl]\nbeta = [1, 2]\ngamma = [3, 4]\nzip = [[\"beta\", \"gamma\"]]\n" + study(R"("kl")"));
  EXPECT_EQ(methods(plan), (Names{"kl[beta=1,gamma=3]", "kl[beta=2,gamma=4]"}));
}

TEST(MakePlan, TrainsOneTeacherASeedForAllMethods) {
  const auto plan = plan_of(kHead + "[losses.kl]\nbeta = [1, 2, 3]\n" + study(R"("kl")"));
  // Per seed: the student alone, the teacher, three methods.
  ASSERT_EQ(plan.jobs.size(), 2u * (1 + 1 + 3));
  std::set<std::string> teachers, done;
  for (const auto& job : plan.jobs) {
    for (const auto& needed : job.needs) {
      EXPECT_TRUE(done.contains(needed)) << job.label.text() << " stands before its teacher";
      teachers.insert(needed);
      EXPECT_EQ(job.spec.teacher->job, needed);
    }
    done.insert(job.id);
  }
  EXPECT_EQ(teachers.size(), 2u);
  for (const auto& p : placements(plan, Role::kMethod)) EXPECT_EQ(p.teacher_job, placements(plan, Role::kTeacher).front().job);
}

TEST(MakePlan, NamesEqualWorkEquallyWhateverItIsCalledAndInWhichOrder) {
  const auto plan = plan_of(kHead + "[losses.kl]\nbeta = [1, 2]\n" + study(R"("kl")"));
  const std::string renamed = R"([models.small]
width = 4
plugin = "net"
[models.big]
width = 8
plugin = "net"
[losses.b]
plugin = "kl"
beta = 2.0
[losses.a]
plugin = "kl"
[train]
epochs = 2
[datasets.other]
plugin = "toy"
[suite]
seeds = [1, 0]
name = "another"
)";
  const auto other = plan_of(renamed + study(R"("b", "a")", "", R"("big", "small")"));
  EXPECT_EQ(ids(plan), ids(other));
}

TEST(MakePlan, TellsApartWhatDecidesAResult) {
  const auto student = [](const std::string& head, const std::string& loss) {
    return placements(plan_of(head + "[losses.kl]\n" + loss + study(R"("kl")")), Role::kMethod).front().job;
  };
  auto longer = kHead;
  longer.replace(longer.find("epochs = 2"), 10, "epochs = 3");
  const std::set<std::string> different{student(kHead, ""),
                                        student(kHead, "tau = 5\n"),
                                        student(kHead, "tau_teacher = 5\n"),
                                        student(kHead, "alpha = 0.5\n"),
                                        student(kHead, "ce_weight = 0.25\nkd_weight = 0.5\n"),
                                        student(kHead, "warmup_epochs = 2\n"),
                                        student(kHead, "from_epoch = 1\n"),
                                        student(kHead, "to_epoch = 1\n"),
                                        student(kHead, "tau_squared = false\n"),
                                        student(kHead, "teacher_temperature = 2\n"),
                                        student(kHead, "beta = 2\n"),
                                        student(longer, "")};
  EXPECT_EQ(different.size(), 12u);
}

TEST(MakePlan, TakesAnIntegerForTheEqualReal) {
  const auto text = [](const std::string& tau) { return kHead + "[losses.kl]\ntau = " + tau + "\n" + study(R"("kl")"); };
  EXPECT_EQ(ids(plan_of(text("4"))), ids(plan_of(text("4.0"))));
  EXPECT_EQ(ids(plan_of(text("4"))), ids(plan_of(text("4e0"))));
  EXPECT_NE(ids(plan_of(text("4"))), ids(plan_of(text("4.5"))));
}

TEST(MakePlan, PutsOnlyJobsOfOneThreadIntoGroups) {
  for (const auto& job : plan_of(kHead + "[losses.kl]\n" + study(R"("kl")")).jobs)
    EXPECT_EQ(job.group.empty(), job.needs.empty());
}

TEST(MakePlan, SharesTheStudentAloneWithAMethodOfLabelsOnly) {
  const auto plan = plan_of(kHead + "[losses.kl]\n[losses.none]\nbeta = 7\n" + study(R"("kl", "none")"));
  ASSERT_EQ(plan.jobs.size(), 2u * 3);  // per seed: alone, teacher, kl
  const auto alone = placements(plan, Role::kAlone);
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_EQ(placements(plan, Role::kMethod).back().job, alone.front().job);
  EXPECT_EQ(placements(plan, Role::kMethod).back().convention, "labels only");
  EXPECT_EQ(placements(plan, Role::kMethod).back().teacher_job, "");
}

TEST(MakePlan, SharesStudentsBetweenStudies) {
  const std::string curve =
      "[[studies]]\nname = \"curve\"\nkind = \"sensitivity\"\naxis = \"tau\"\nvalues = [1, 4]\nlosses = [\"kl\"]\n"
      "pairs = [[\"teacher\", \"student\"]]\n";
  const auto plan = plan_of(kHead + "[losses.kl]\n" + study(R"("kl")") + curve);
  EXPECT_EQ(plan.jobs.size(), 2u * 4);  // per seed: alone, teacher, tau = 4 (of both studies), tau = 1
  EXPECT_EQ(placements(plan, Role::kMethod).size(), 3u);
}

TEST(MakePlan, SaysInWhichConventionAMethodStands) {
  const auto convention = [](const std::string& loss, const std::string& more = "") {
    return placements(plan_of(kHead + "[losses.kl]\n" + loss + study(R"("kl")", more)), Role::kMethod).front().convention;
  };
  const std::string axis = "kind = \"sensitivity\"\naxis = \"tau\"\nvalues = [1, 2]\n";
  EXPECT_EQ(convention(""), "tau=4 on both, tau^2 on, alpha=1");
  EXPECT_EQ(convention("tau = 2.5\ntau_squared = false\nalpha = 0.9\n"), "tau=2.5 on both, tau^2 off, alpha=0.9");
  EXPECT_EQ(convention("ce_weight = 1\nkd_weight = 0.8\n"), "tau=4 on both, tau^2 on, ce=1, kd=0.8");
  EXPECT_EQ(convention("kd_weight = 9\n"), "tau=4 on both, tau^2 on, ce=0, kd=9");
  EXPECT_EQ(convention("warmup_epochs = 2\n"), "tau=4 on both, tau^2 on, alpha=1, warm-up 2 epochs");
  EXPECT_EQ(convention("from_epoch = 1\n"), "tau=4 on both, tau^2 on, alpha=1, from epoch 1");
  EXPECT_EQ(convention("to_epoch = 1\n", axis), "tau on both, tau^2 on, alpha=1, in epochs [0, 1)");
  EXPECT_EQ(convention("tau_student = 1\n"), "tau=1 on the student, 4 on the teacher, tau^2 on, alpha=1");
  EXPECT_EQ(convention("teacher_temperature = 2\n"), "tau=4 on both, tau^2 on, alpha=1, teacher temperature 2");
  EXPECT_EQ(convention("", axis), "tau on both, tau^2 on, alpha=1");
  EXPECT_EQ(convention("tau_student = 1\n", axis), "tau on the teacher alone (student 1), tau^2 on, alpha=1");
  EXPECT_EQ(convention("tau_teacher = 1\ntau_squared = false\n", axis),
            "tau on the student alone (teacher 1), tau^2 off, alpha=1");
}

TEST(MakePlan, MovesTheTemperatureOfTheAxisAlone) {
  const auto plan = plan_of(kHead + "[losses.kl]\ntau_student = 1\n" +
                            study(R"("kl")", "kind = \"sensitivity\"\naxis = \"tau\"\nvalues = [2, 8]\n"));
  std::map<std::string, Shared<LossSpec>> loss_of;
  for (const auto& job : plan.jobs) loss_of[job.id] = job.spec.loss;
  for (const auto& p : placements(plan, Role::kMethod)) {
    EXPECT_EQ(loss_of.at(p.job)->parts.front().tau_student, 1.0);
    EXPECT_EQ(loss_of.at(p.job)->parts.front().tau_teacher, p.value);
  }
}

TEST(MakePlan, RefusesALossThatNeedsATeacherWhereThereIsNone) {
  EXPECT_EQ(mistakes(kHead + "[losses.kl]\n" + study(R"("kl")", "", R"("student")")),
            "s.toml:15:11: study 'main': loss 'kl' with student 'student': it needs a teacher; write the pair as [\"teacher\", "
            "\"student\"]\n");
}

TEST(MakePlan, RefusesWhatThePairOrTheDataCannotGive) {
  EXPECT_EQ(mistakes(kHead + "[losses.picky]\n[losses.posterior]\n" + study(R"("picky", "posterior")")),
            "s.toml:16:11: study 'main': loss 'picky' with teacher 'teacher' and student 'student': it likes no network\n"
            "s.toml:16:20: study 'main': loss 'posterior' with teacher 'teacher' and student 'student': it learns the posterior, "
            "which dataset 'toy' does not know\n");
}

TEST(MakePlan, ReportsEveryMistakeAtItsPlaceInOneGo) {
  const std::string text = R"([suite]
name = "s"
sedes = [0]
[datasets.toy]
validation = 100
[models.teacher]
plugin = "nett"
[models.student]
plugin = "net"
width = 0
[losses.one]
plugin = "kll"
[losses.kl]
beta = "much"
[losses.none]
beto = 1
)";
  EXPECT_EQ(mistakes(text + study(R"("one", "kl", "none")", "strategies = [\"dirct\"]\n")),
            "s.toml:3:1: no key 'sedes' in [suite]; did you mean 'seeds'?\n"
            "s.toml:5:14: dataset 'toy': 'validation' = 100 leaves nothing of its 100 training rows\n"
            "s.toml:7:10: [models.teacher]: no model plugin 'nett'; did you mean 'net'?\n"
            "s.toml:10:9: model 'student': 'width' must be at least 1, found 0\n"
            "s.toml:12:10: [losses.one]: no loss plugin 'kll'; did you mean 'kl'?\n"
            "s.toml:14:8: loss 'kl': 'beta' must be a real number, found a string \"much\"\n"
            "s.toml:16:1: loss 'none': no parameter 'beto'; did you mean 'beta'?\n"
            "s.toml:21:15: [strategies.dirct]: no strategy plugin 'dirct'; did you mean 'direct'?\n");
}

TEST(MakePlan, NamesTheKeysOfTheHostToWhoMisspeltOne) {
  const auto said = [](const std::string& key) { return mistakes(kHead + "[losses.kl]\n" + key + " = 1\n" + study(R"("kl")")); };
  EXPECT_EQ(said("alhpa"), "s.toml:13:1: loss 'kl': no parameter 'alhpa'; did you mean 'alpha'?\n");
  const auto far = said("stretch");
  EXPECT_TRUE(
      far.starts_with("s.toml:13:1: loss 'kl': no parameter 'stretch'; expected one of beta, gamma, or of the host's keys "))
      << far;
  for (const auto& key : host_keys().losses) EXPECT_NE(far.find(key), std::string::npos) << key;
  auto text = kHead;
  text.replace(text.find("width = 8"), 9, "widht = 8");
  EXPECT_NE(mistakes(text + "[losses.kl]\n" + study(R"("kl")")).find("no parameter 'widht'; did you mean 'width'?"),
            std::string::npos);
}

TEST(HostKeys, AreThoseThatTheReaderOfSuitesTakes) {
  const auto keys = host_keys();
  const auto holds = [](const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const char* key : {"plugin", "alpha", "tau", "tau_squared", "zip"}) EXPECT_TRUE(holds(keys.losses, key)) << key;
  for (const char* key : {"plugin", "of", "validation", "train_limit"}) EXPECT_TRUE(holds(keys.datasets, key)) << key;
  EXPECT_EQ(keys.models, (Names{"plugin", "train"}));
  EXPECT_EQ(keys.strategies, Names{"plugin"});
}

TEST(MakePlan, PlansTheWholePaper) {
  std::string text = kHead, names;
  text.replace(text.find("[0, 1]"), 6, "[0, 1, 2, 3, 4]");
  for (int i = 0; i < 22; ++i) {
    const auto name = "m" + std::to_string(i);
    text += "[losses." + name + "]\nplugin = \"kl\"\nbeta = " + std::to_string(i) + "\n";
    names += (i == 0 ? "\"" : ", \"") + name + "\"";
  }
  const auto plan =
      plan_of(text + study(names, "kind = \"sensitivity\"\naxis = \"tau\"\nvalues = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\n"));
  EXPECT_EQ(plan.jobs.size(), 5u * (1 + 22 * 11));
  EXPECT_EQ(std::count_if(plan.jobs.begin(), plan.jobs.end(), [](const Job& job) { return job.needs.empty(); }), 5);
  EXPECT_EQ(ids(plan).size(), plan.jobs.size());
}

/// What is stored is found by its id. Another way to hash, or another default of a recipe, orphans every store there is: if that
/// is what you want, write down the new ids and say so in the changelog.
TEST(Plan, GivesTheIdsItAlwaysGave) {
  const auto plan = plan_of(kHead + "[losses.kl]\n" + study(R"("kl")"));
  const auto student = std::find_if(plan.jobs.begin(), plan.jobs.end(), [](const Job& job) { return !job.needs.empty(); });
  EXPECT_EQ(plan.jobs.front().id, "616780ae5b26bf9bbd8849ac786ed4416a40e5a37f1ebef1cd952744d876f131");
  EXPECT_EQ(student->id, "8d4dff8c9ef25776c6ae85efbc269bc79e75b3e81944a6a753eb58b77bdd8a2a");
}

TEST(Plan, ComesBackFromItsDocument) {
  const auto plan = plan_of(kHead + "[losses.kl]\nbeta = [1, 2]\n" + study(R"("kl")"));
  const auto document = to_document(plan);
  EXPECT_EQ(to_document(from_document<Plan>(Json::parse(document.dump()))), document);
  const auto packed = to_packed_json(plan);
  EXPECT_EQ(to_document(plan_from_packed_json(Json::parse(packed.dump()))).dump(), document.dump());
  EXPECT_LT(packed.dump().size(), document.dump().size());
  const auto back = plan_from_packed_json(packed);  // what jobs share in one program they share in the other
  EXPECT_EQ(back.jobs.front().spec.dataset.address(), back.jobs.back().spec.dataset.address());
}

TEST(Plan, KeepsTheTypeOfEveryNumberOnItsWay) {
  Plan plan;
  plan.jobs.resize(2);
  plan.jobs[0].spec.model = PluginSpec{"net", "1", {{"x", 4}}};
  plan.jobs[1].spec.model = PluginSpec{"net", "1", {{"x", 4.0}}};
  plan.jobs[1].needs = {"a", "b"};
  plan.jobs[1].keep_epochs = {1, 2};
  plan.jobs[1].estimated_s = 4.0;
  const auto back = plan_from_packed_json(Json::parse(to_packed_json(plan).dump()));
  EXPECT_EQ(back.jobs[0].spec.model->params.at("x").dump(), "4");
  EXPECT_EQ(back.jobs[1].spec.model->params.at("x").dump(), "4.0");
  EXPECT_EQ(to_document(back).dump(), to_document(plan).dump());
}

TEST(Plan, RefusesAPackedDocumentWithAnIndexOfNothing) {
  auto packed = to_packed_json(plan_of(kHead + "[losses.kl]\n" + study(R"("kl")")));
  packed["parts"] = Json::array();
  EXPECT_THROW(plan_from_packed_json(packed), std::exception);
}

TEST(Plan, IsReadFromDocumentsOfATimeThatDidNotKnowLaterFields) {
  auto json = to_document(plan_of(kHead + "[losses.kl]\n" + study(R"("kl")")));
  const auto whole = from_document<Plan>(json);
  json.erase("paper");
  for (auto& job : json["jobs"]) {
    for (const char* later : {"keep_epochs", "shared_s", "shared_bytes", "thread_bytes", "state_bytes"}) job.erase(later);
  }
  for (auto& placement : json["placements"]) {
    for (const char* later : {"teacher_checkpoint", "chain"}) placement.erase(later);
  }
  const auto old = from_document<Plan>(json);
  EXPECT_EQ(old.jobs.size(), whole.jobs.size());
  EXPECT_EQ(old.jobs.front().shared_bytes, 0);
}

TEST(Plan, RefusesADocumentThatLacksWhatEveryOneHas) {
  auto json = to_document(plan_of(kHead + "[losses.kl]\n" + study(R"("kl")")));
  json["jobs"][1].erase("id");
  const auto got = from_document<Plan>(json, "plans/s.json");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error()[0].text(), "plans/s.json: jobs[1]: it has no member 'id'");
}

TEST(JobLabel, IsANameAndASeed) {
  const auto label = from_document_text(std::type_identity<JobLabel>{}, "kl[tau=4] a->b s12");
  EXPECT_EQ(label, (JobLabel{"kl[tau=4] a->b", 12}));
  EXPECT_EQ(label.text(), "kl[tau=4] a->b s12");
  for (const char* text : {"no seed", "ends in s", "a sx3"}) {
    EXPECT_EQ(from_document_text(std::type_identity<JobLabel>{}, text), (JobLabel{text, std::nullopt}));
  }
}

TEST(PlacedCheckpoint, IsOneText) {
  for (const CheckpointRef& c : {CheckpointRef{"last", 0}, CheckpointRef{"epoch", 30}, CheckpointRef{"", 0}}) {
    EXPECT_EQ(from_document_text(std::type_identity<PlacedCheckpoint>{}, document_text(PlacedCheckpoint(c))), c);
  }
  EXPECT_THROW(from_document_text(std::type_identity<PlacedCheckpoint>{}, "epoch x"), std::invalid_argument);
}

TEST(MakePlan, TakesTheBaselineAndTheStrategyThatPluginsDeclare) {
  const auto options = plan_of(kHead + "[losses.kl]\n" + study(R"("kl")")).study_options.at("main");
  EXPECT_EQ(options.baseline, "kl");
  EXPECT_EQ(options.direct, "direct");
  auto none = toys();
  none.strategies.at("direct").about.is_baseline = false;
  EXPECT_EQ(mistakes(kHead + "[losses.kl]\n" + study(R"("kl")"), none),
            "s.toml:13:1: study 'main' names no strategy, and no plugin here is the one without detours; add 'strategies'\n");
}

}  // namespace
}  // namespace kdbench
