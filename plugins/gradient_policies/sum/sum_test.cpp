// The sum of flat gradients, in numbers that are exact.
#include <kdbench/sdk/testing.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

TEST(SumPolicy, AddsTheGradientsOfAllTerms) {
  const std::vector<TermGradient> terms{
      {"ce", at::tensor({1.0f, 2.0f})}, {"kd", at::tensor({0.5f, -4.0f})}, {"at", at::tensor({0.25f, 1.0f})}};
  const auto sum = plugins().gradient_policy("sum")->combine({.terms = terms});
  EXPECT_EQ(numbers_of(sum), (std::vector<double>{1.75, -1.0}));
}

TEST(SumPolicy, ReturnsASingleTermAsItIs) {
  const std::vector<TermGradient> terms{{"kd", at::tensor({3.0f})}};
  EXPECT_EQ(numbers_of(plugins().gradient_policy("sum")->combine({.terms = terms})), (std::vector<double>{3.0}));
}

}  // namespace
}  // namespace kdbench::test
