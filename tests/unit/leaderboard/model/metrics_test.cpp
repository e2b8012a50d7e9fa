/// The metric table, how numbers are written, and the order of labels.
#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/leaderboard/model/view.h>

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

TEST(NaturalLess, OrdersNumbersInLabelsByValue) {
  const boards::NaturalLess less;
  EXPECT_TRUE(less("kl[tau=2]", "kl[tau=10]"));
  EXPECT_FALSE(less("kl[tau=10]", "kl[tau=2]"));
  EXPECT_TRUE(less("resnet8", "resnet20"));
  EXPECT_TRUE(less("kl", "kl[alpha=0.5]"));
  EXPECT_FALSE(less("kl", "kl"));
  EXPECT_NE(less("a01", "a1"), less("a1", "a01"));
}

}  // namespace
}  // namespace kdbench
