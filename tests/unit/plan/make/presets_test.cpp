// A preset decides what a job computes and nothing else: the same values by hand are the same jobs.
#include "unit/plan/toys.h"

namespace kdbench {
namespace {

using namespace toy;

std::string published(const std::string& keys) { return kHead + "[losses.kl]\n" + keys + study(R"("kl")"); }

TEST(PresetsInPlans, GiveTheJobsOfTheirValuesByHand) {
  const auto by_preset = plan_of(published("preset = \"cifar100\"\n"));
  EXPECT_EQ(ids(by_preset), ids(plan_of(published("ce_weight = 0.1\nkd_weight = 0.9\ntau = 4\n"))));
  EXPECT_NE(ids(by_preset), ids(plan_of(published("ce_weight = 0.1\nkd_weight = 0.9\ntau = 3\n"))));
  EXPECT_EQ(methods(by_preset), std::vector<std::string>{"kl"});
}

TEST(PresetsInPlans, GiveWayToTheKeysOfTheSuite) {
  EXPECT_EQ(ids(plan_of(published("preset = \"cifar100\"\ntau = 3\n"))),
            ids(plan_of(published("ce_weight = 0.1\nkd_weight = 0.9\ntau = 3\n"))));
}

TEST(PresetsInPlans, TellMistakesOfTheirKeysWhereTheyAreNamed) {
  // Line 12 is [losses.kl], line 13 the preset; tau is moved by the study's axis and may not be set.
  const auto text = kHead + "[losses.kl]\npreset = \"cifar100\"\n" +
                    study(R"("kl")", "kind = \"sensitivity\"\naxis = \"tau\"\nvalues = [1.0, 2.0]\n");
  expect_says(mistakes(text), "s.toml:13:10: ");
}

}  // namespace
}  // namespace kdbench
