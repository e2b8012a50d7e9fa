// Which terms SCKD lets through.
#include <kdbench/sdk/testing.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

std::vector<double> combined(const std::vector<TermGradient>& terms) {
  return numbers_of(plugins().gradient_policy("sckd")->combine({.terms = terms}));
}

// (1, 2) . (1, 0) = 1 and (1, 2) . (2, -1) = 0 go along; (1, 2) . (0, -1) = -2 goes against it.
TEST(Sckd, LeavesOutWhatPointsAwayFromCrossEntropy) {
  const TermGradient ce{"ce", at::tensor({1.0f, 2.0f})};
  EXPECT_EQ(combined({ce, {"kd", at::tensor({1.0f, 0.0f})}}), (std::vector<double>{2, 2}));
  EXPECT_EQ(combined({ce, {"kd", at::tensor({2.0f, -1.0f})}}), (std::vector<double>{3, 1}));
  EXPECT_EQ(combined({ce, {"kd", at::tensor({0.0f, -1.0f})}}), (std::vector<double>{1, 2}));
}

TEST(Sckd, JudgesEachTermByItself) {
  const TermGradient ce{"ce", at::tensor({1.0f, 0.0f})};
  EXPECT_EQ(combined({ce, {"kl/kd", at::tensor({-1.0f, 5.0f})}, {"at/kd", at::tensor({1.0f, 1.0f})}}),
            (std::vector<double>{2, 1}));
}

TEST(Sckd, TakesAllTermsWhereThereIsNoCrossEntropy) {
  EXPECT_EQ(combined({{"a", at::tensor({1.0f})}, {"b", at::tensor({-3.0f})}}), (std::vector<double>{-2}));
}

}  // namespace
}  // namespace kdbench::test
