#include <kdbench/sdk/error.h>
#include <kdbench/worker/golden/scale_expression.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

double value(const std::string& text) {
  return scale_value(text, [](const std::string& name) {
    if (name == "alpha") return 0.25;
    if (name == "tau_2") return 3.0;
    if (name == "w1[2]") return 7.0;
    throw Error("no " + name);
  });
}

TEST(ScaleValue, KnowsPrecedenceAndNames) {
  EXPECT_EQ(value("1 - alpha"), 0.75);
  EXPECT_EQ(value("alpha * tau_2^2"), 2.25);
  EXPECT_EQ(value("1/alpha"), 4.0);
  EXPECT_EQ(value("1 + 2 * 3 - 8 / 4 / 2"), 6.0);
  EXPECT_EQ(value("0.5"), 0.5);
}

TEST(ScaleValue, KnowsBracketsAndExtremes) {
  EXPECT_EQ(value("2 * (1 - alpha)"), 1.5);
  EXPECT_EQ(value("(1 + 1)^2"), 4.0);
  EXPECT_EQ(value("min(alpha * 8, 1)"), 1.0);
  EXPECT_EQ(value("max(min(tau_2, 5), 1 - alpha) / 2"), 1.5);
}

TEST(ScaleValue, KnowsNamesWithAnIndex) { EXPECT_EQ(value("2 * w1[2] + tau_2"), 17.0); }

TEST(ScaleValue, SaysWhereATextStopsMakingSense) {
  const auto wrong = [](const std::string& text) {
    try {
      value(text);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing wrong");
  };
  EXPECT_EQ(wrong("1 -"), "'1 -': expected a number or a name at character 4");
  EXPECT_EQ(wrong("1 alpha"), "'1 alpha': expected the end at character 3");
  EXPECT_EQ(wrong("beta"), "no beta");
  EXPECT_EQ(wrong("(1 + 2"), "'(1 + 2': expected ')' at character 7");
  EXPECT_EQ(wrong("w1[0.5]"), "'w1[0.5]': expected a whole number before it at character 7");
  EXPECT_EQ(wrong("w1[2"), "'w1[2': expected ']' at character 5");
  EXPECT_EQ(wrong("min(1)"), "'min(1)': expected ',' at character 6");
}

}  // namespace
}  // namespace kdbench
