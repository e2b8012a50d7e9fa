/// The order of labels.
#include <kdbench/leaderboard/model/natural_order.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

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
