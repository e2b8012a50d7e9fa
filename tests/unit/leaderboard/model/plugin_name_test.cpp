/// Names of networks and data sets as texts, and back.
#include <kdbench/leaderboard/model/plugin_name.h>

#include <kdbench/base/document.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(PluginName, IsOneText) {
  const PluginName name{"wrn", {{"depth", "16"}, {"width", "1"}}};
  EXPECT_EQ(name.text(), "wrn depth=16 width=1");
  EXPECT_EQ(from_document<PluginName>("wrn depth=16 width=1"), name);
  EXPECT_EQ(name.number("depth"), "16");
  EXPECT_EQ(name.number("height"), "");
  EXPECT_EQ(from_document<PluginName>(""), PluginName());
}

TEST(PluginName, RefusesWhatIsNoNumber) {
  try {
    from_document<PluginName>("wrn depth 16");
    FAIL();
  } catch (const DocumentError& error) {
    EXPECT_STREQ(error.what(), "expected \"name=number\" after the plugin, found \"depth\"");
  }
}

TEST(DataName, SaysItsRowsWhereTheyAreKnown) {
  const DataName name{{"fashion_mnist", {{"downsample", "2"}}}, 10000};
  EXPECT_EQ(name.text(), "fashion_mnist downsample=2, 10000 training rows");
  EXPECT_EQ(from_document<DataName>(name.text()), name);
  EXPECT_EQ(from_document<DataName>("gmm"), (DataName{{"gmm", {}}, 0}));
  EXPECT_THROW(from_document<DataName>("gmm, many rows"), DocumentError);
}

}  // namespace
}  // namespace kdbench
