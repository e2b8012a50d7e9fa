// The data sets that are made of others: what they say without one, and one made of the other.
#include "dataset_checks.h"

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

TEST(Wrappers, SayThatTheyAreMadeOfAnother) {
  for (const char* name : {"subset", "rotated"}) {
    EXPECT_TRUE(built_plugins().datasets.at(name).about.takes_of);
    EXPECT_EQ(complaint([&] { dataset(name, {}); }), std::string(name) + ": it is made of another data set; name one by 'of'");
  }
  EXPECT_FALSE(built_plugins().datasets.at("cifar10").about.takes_of);
}

TEST(Wrappers, CanBeMadeOfEachOther) {
  const DatasetContext small{.of = dataset("subset", {{"classes", std::int64_t{2}}}, twelve()), .note = {}};
  const auto rotated = dataset("rotated", {}, small);
  EXPECT_EQ(rotated->info().num_classes, 8);
  EXPECT_EQ(rotated->load(SplitKind::kTrain, "").labels.size(0), 8);
}

}  // namespace
}  // namespace kdbench::test
