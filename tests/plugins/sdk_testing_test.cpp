// What the SDK's header for tests of plugins says when a test asks for what is not there.
#include "complaint.h"

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

TEST(SdkTesting, BuildsAPluginFromItsDefaultsButForWhatIsGiven) {
  const LossBatch batch{.student = output(rows({4, 0}, 2)), .teacher = output(rows({0, 0}, 2))};
  const auto value = [&](const ParamValues& values) {
    return plugins().loss("my_loss", values)->forward(batch.inputs()).terms().at(0).second.item<double>();
  };
  EXPECT_EQ(value({}), 16 / 2.0);
  EXPECT_EQ(value({{"temperature", 4.0}}), 1 / 2.0);
}

TEST(SdkTesting, SaysWhichNameOrTypeIsWrong) {
  EXPECT_EQ(complaint([] { plugins().loss("my_los"); }), "no plugin 'my_los' of this kind in the libraries of the test");
  EXPECT_EQ(complaint([] { plugins().loss("my_model"); }), "no plugin 'my_model' of this kind in the libraries of the test");
  EXPECT_EQ(complaint([] { plugins().loss("my_loss", {{"tau", 1.0}}); }), "'my_loss' declares no parameter 'tau'");
  EXPECT_EQ(complaint([] {
              plugins().loss("my_loss", {{"temperature", std::int64_t{2}}});
            }),
            "'temperature' of 'my_loss': expected a value of double, found std::int64_t");
}

TEST(SdkTesting, SaysWhichLibraryIsNone) {
  EXPECT_TRUE(complaint([] { Plugins("/nowhere/x.so"); }).starts_with("cannot open /nowhere/x.so: "));
  EXPECT_TRUE(complaint([] { Plugins("libm.so.6"); }).ends_with(": expected a KDBENCH_PLUGIN block, found none"));
}

TEST(SdkTesting, ShowsTheNumbersOfATensor) {
  EXPECT_EQ(numbers_of(rows({1, 2, 3, 4}, 2).t()), (std::vector<double>{1, 3, 2, 4}));
  EXPECT_EQ(numbers_of({}), std::vector<double>{});
}

}  // namespace
}  // namespace kdbench::test
