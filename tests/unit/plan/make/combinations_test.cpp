// Methods that sum the terms of several losses.
#include "unit/plan/toys.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using namespace toy;

using Names = std::vector<std::string>;

/// The suite of kHead, whose losses begin at line 12: kl (line 12), other (14), self, which reads no teacher (16), and from line
/// 17 on what is given.
std::string combined_suite(const std::string& losses, const std::string& more = "") {
  const std::string known = "[losses.kl]\ntau = 2\n[losses.other]\nplugin = \"kl\"\n[losses.self]\n";
  return kHead + known + losses + study("\"both\"", more);
}
std::string both_of(const std::string& parts, const std::string& more = "") {
  return "[losses.both]\nof = [" + parts + "]\n" + more;
}
const std::string kBoth = both_of(R"("kl", "other")", "weights = [0.9, 1000]\nce_weight = 0.1\n");

const Job& placed_job(const Plan& plan, const Placement& p) {
  return *std::find_if(plan.jobs.begin(), plan.jobs.end(), [&](const Job& job) { return job.id == p.job; });
}
LossSpec loss_of(const Plan& plan) { return *placed_job(plan, placements(plan, Role::kMethod).front()).spec.loss; }
std::string combined_convention(const std::string& losses) {
  return placements(plan_of(combined_suite(losses)), Role::kMethod).front().convention;
}

TEST(Combination, HasTheKeysOfEveryPartAndWeightsOfItsOwn) {
  const auto plan = plan_of(combined_suite(kBoth));
  EXPECT_EQ(methods(plan), Names{"both"});
  const auto loss = loss_of(plan);
  EXPECT_FALSE(loss.alpha);
  EXPECT_EQ(loss.ce_weight, 0.1);
  ASSERT_EQ(loss.parts.size(), 2u);
  EXPECT_EQ(loss.parts[0].name, "kl");
  EXPECT_EQ(loss.parts[0].kd_weight, 0.9);
  EXPECT_EQ(loss.parts[0].tau_student, 2.0);
  EXPECT_EQ(loss.parts[1].name, "other");
  EXPECT_EQ(loss.parts[1].use.plugin, "kl");
  EXPECT_EQ(loss.parts[1].kd_weight, 1000.0);
  EXPECT_EQ(loss.parts[1].tau_student, 4.0);
}

TEST(Combination, NamesItsPartsInItsConvention) {
  EXPECT_EQ(combined_convention(kBoth), "0.1 ce + 0.9 kl (tau=2 on both, tau^2 on) + 1000 other (tau=4 on both, tau^2 on)");
  EXPECT_EQ(combined_convention("[losses.third]\nplugin = \"kl\"\nteacher_temperature = 3\nwarmup_epochs = 2\n" +
                                both_of(R"("third", "self")", "weights = [1, 2]\n")),
            "0 ce + 1 third (tau=4 on both, tau^2 on, warm-up 2 epochs, teacher temperature 3) + 2 self (no teacher)");
}

TEST(Combination, TakesTheWeightsOfItsPartsWhereItHasNone) {
  const auto loss =
      loss_of(plan_of(combined_suite("[losses.half]\nplugin = \"kl\"\nalpha = 0.5\n"
                                     "[losses.ten]\nplugin = \"kl\"\nkd_weight = 10\nce_weight = 3\n" +
                                     both_of(R"("half", "ten", "kl")"))));
  EXPECT_EQ(loss.ce_weight, 0.0);
  EXPECT_EQ(loss.parts[0].kd_weight, 0.5);
  EXPECT_EQ(loss.parts[1].kd_weight, 10.0);
  EXPECT_EQ(loss.parts[2].kd_weight, 1.0);
}

TEST(Combination, IsOneMethodForEveryChoiceOfItsPartsAndOfItsOwnWeight) {
  const auto plan = plan_of(
      combined_suite("[losses.hot]\nplugin = \"kl\"\ntau = [1, 8]\n" + both_of(R"("hot", "kl")", "ce_weight = [0, 0.5]\n")));
  EXPECT_EQ(methods(plan), (Names{"both[hot.tau=1,ce_weight=0]", "both[hot.tau=1,ce_weight=0.5]", "both[hot.tau=8,ce_weight=0]",
                                  "both[hot.tau=8,ce_weight=0.5]"}));
}

TEST(Combination, IsTheSameJobWhateverItsPartsAreCalled) {
  const auto weights = "weights = [0.9, 1000]\nce_weight = 0.1\n";
  const auto renamed =
      "[losses.one]\nplugin = \"kl\"\ntau = 2\n[losses.two]\nplugin = \"kl\"\n" + both_of(R"("one", "two")", weights);
  EXPECT_EQ(ids(plan_of(combined_suite(kBoth))), ids(plan_of(combined_suite(renamed))));
  EXPECT_NE(ids(plan_of(combined_suite(kBoth))), ids(plan_of(combined_suite(both_of(R"("other", "kl")", weights)))));
}

TEST(Combination, ComesBackFromAPackedPlanWithTheNamesOfItsParts) {
  const auto plan = plan_of(combined_suite(kBoth));
  const auto back = plan_from_packed_json(Json::parse(to_packed_json(plan).dump()));
  EXPECT_EQ(loss_of(back).parts.at(1).name, "other");
  EXPECT_EQ(to_document(back).dump(), to_document(plan).dump());
}

const std::string kAlongTau = "kind = \"sensitivity\"\naxis = \"tau\"\nvalues = [1, 8]\n";

TEST(Combination, MovesAlongAnAxisByThePartsThatLeaveItOpen) {
  const auto plan = plan_of(combined_suite(both_of(R"("other", "kl")"), kAlongTau));
  for (const auto& p : placements(plan, Role::kMethod)) {
    const auto& parts = placed_job(plan, p).spec.loss->parts;
    EXPECT_EQ(parts[0].tau_teacher, p.value);
    EXPECT_EQ(parts[1].tau_teacher, 2.0);
    EXPECT_EQ(p.convention, "0 ce + 1 other (tau on both, tau^2 on) + 1 kl (tau=2 on both, tau^2 on)");
  }
}

TEST(Combination, IsRefusedAlongAnAxisThatItsFirstPartSets) {
  expect_says(
      mistakes(combined_suite(kBoth, kAlongTau)),
      "'tau' is the axis of study 'main', but the first part of [losses.both], 'kl', sets it, and boards measure the teacher "
      "as the first part uses it; remove it from [losses.kl], or name first a part without it");
}

TEST(Combination, IsRefusedWithThePartThatCannotBe) {
  expect_says(mistakes(combined_suite("[losses.picky]\n" + both_of(R"("kl", "picky")"))),
              ": its part 'picky': it likes no network");
  expect_says(mistakes(combined_suite("[losses.none]\n" + both_of(R"("kl", "none")"))),
              ": its part 'none' has no terms; cross-entropy is weighed by 'ce_weight'");
  expect_says(mistakes(combined_suite(both_of(R"("self", "kl")"))),
              ": its first part, 'self', reads no teacher, and boards measure the teacher as the first part uses it; name a part "
              "first that reads one");
  expect_says(
      mistakes(combined_suite("[losses.late]\nplugin = \"kl\"\nfrom_epoch = 2\n" + both_of(R"("kl", "late")"))),
      "s.toml:19:1: study 'main': loss 'both' with teacher 'teacher' and student 'student': 'from_epoch' = 2 is beyond the "
      "last epoch: stage 'student' has 2, counted from 0; set at most 1");
}

TEST(Combination, NeedsSomethingToLearnInEveryEpoch) {
  const std::string parts =
      "[losses.early]\nplugin = \"kl\"\nto_epoch = 1\n[losses.late]\nplugin = \"kl\"\nfrom_epoch = 1\n"
      "[losses.too]\nplugin = \"kl\"\nto_epoch = 1\n";
  EXPECT_EQ(methods(plan_of(combined_suite(parts + both_of(R"("late", "early")")))), Names{"both"});
  expect_says(
      mistakes(combined_suite(parts + both_of(R"("early", "too")"))),
      "no terms are on in epochs [1, 2) of the 2 of stage 'student', and 'ce_weight' is 0: nothing would be learned there; "
      "set 'ce_weight' above 0");
}

}  // namespace
}  // namespace kdbench
