#include <kdbench/plan/make/halving.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using Places = std::vector<std::size_t>;

TEST(Halving, HalvesTheTrialsOfEachRungRoundedUp) {
  const auto rungs = [](std::int64_t trials) {
    return std::vector<std::int64_t>{trials_of_rung(trials, 0), trials_of_rung(trials, 1), trials_of_rung(trials, 2)};
  };
  EXPECT_EQ(rungs(8), (std::vector<std::int64_t>{8, 4, 2}));
  EXPECT_EQ(rungs(7), (std::vector<std::int64_t>{7, 4, 2}));  // 7 / 2 = 3.5 -> 4
  EXPECT_EQ(rungs(3), (std::vector<std::int64_t>{3, 2, 1}));
}

TEST(Halving, KeepsTheBestInTheOrderOfTheDraws) { EXPECT_EQ(best_of({0.1, 0.9, 0.3, 0.8}, 2), (Places{1, 3})); }

TEST(Halving, TakesTheEarlierOfEqualTrials) {
  EXPECT_EQ(best_of({0.5, 0.7, 0.7, 0.7}, 2), (Places{1, 2}));
  EXPECT_EQ(best_of({0.5, 0.5}, 1), (Places{0}));
}

TEST(Halving, RanksATrialWithoutAScoreLast) {
  EXPECT_EQ(best_of({std::nullopt, 0.0, std::nullopt, 0.2}, 3), (Places{0, 1, 3}));  // of the two without one the earlier
}

}  // namespace
}  // namespace kdbench
