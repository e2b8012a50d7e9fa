/// The metric table, and how numbers are written and read.
#include <kdbench/leaderboard/model/metrics.h>

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace kdbench {
namespace {

TEST(Metrics, KeysAreUniqueAndExplained) {
  std::set<std::string> keys;
  for (const auto& m : metrics()) {
    EXPECT_TRUE(keys.insert(m.key).second) << m.key;
    EXPECT_FALSE(m.meaning.empty()) << m.key;
  }
}

TEST(Metrics, ShowsFractionsInPerCent) {
  EXPECT_EQ(shown(metric("accuracy"), 0.9052), "90.52");
  EXPECT_EQ(shown(metric("nll"), 0.5), "0.5000");
  EXPECT_EQ(shown(metric("count"), 12.0), "12");
  EXPECT_EQ(shown(metric("difference"), 0.005), "+0.50");
}

TEST(Metrics, NeverShowsNanOrMinusZero) {
  EXPECT_EQ(shown(metric("accuracy"), NAN), "n/a");
  EXPECT_EQ(shown(metric("accuracy"), std::nullopt), "n/a");
  EXPECT_EQ(shown(metric("accuracy"), -1e-9), "0.00");
  EXPECT_EQ(shown(metric("difference"), -1e-9), "+0.00");
}

TEST(Metrics, HeadingsShowDirectionAndUnit) {
  EXPECT_EQ(heading("ECE", "%", Direction::kLower), "ECE ↓ (%)");
  EXPECT_EQ(heading("accuracy", "%", Direction::kHigher), "accuracy ↑ (%)");
  EXPECT_EQ(heading("p", "", Direction::kNone), "p");
}

TEST(Metrics, OfANetworkAreReadFromItsCheckpoint) {
  CheckpointRecord checkpoint;
  checkpoint.test.metrics.ece = 0.25;
  checkpoint.test.metrics.nll = NAN;
  EXPECT_EQ(metric("ece").of(checkpoint), 0.25);
  EXPECT_EQ(metric("nll").of(checkpoint), std::nullopt);
  EXPECT_EQ(metric("fitted_T").of(checkpoint), std::nullopt);
  checkpoint.fitted_temperature.emplace().fit.T = 1.5;
  EXPECT_EQ(metric("fitted_T").of(checkpoint), 1.5);
}

TEST(Metrics, OfTheTeacherBoardHaveAWayToBeRead) {
  for (const auto& m : metrics()) EXPECT_EQ(m.of != nullptr, m.table != TeacherTable::kNone) << m.key;
}

}  // namespace
}  // namespace kdbench
