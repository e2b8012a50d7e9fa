/// How often intervals hold the truth, with few simulated studies: the figures of docs/statistics.md come from more.
#include <kdbench/cli/tables/coverage.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(CoverageTable, HoldsTheSlopeAtEveryNumberOfSeeds) {
  // 95 % of 1000 studies with a standard error of 0.7 points; no bootstrap at 2 to 5 seeds.
  const auto table = coverage_table({.replicates = 1000, .seeds = {2, 3, 5}});
  ASSERT_EQ(table.rows.size(), 12u);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(table.rows[row].cells[0].text, "slope");
    for (std::size_t column = 2; column < 5; ++column) {
      const auto share = table.rows[row].cells[column].values[0].get<double>();
      EXPECT_GE(share, 93) << table.rows[row].cells[1].text;
      EXPECT_LE(share, 97) << table.rows[row].cells[1].text;
    }
  }
}

TEST(CoverageTable, HasNoOtherIntervalBelowSixSeeds) {
  const auto table = coverage_table({.replicates = 20, .bootstrap_samples = 100, .seeds = {5, 6}});
  for (std::size_t row = 3; row < table.rows.size(); ++row) {
    EXPECT_EQ(table.rows[row].cells[2].text, "none");
    EXPECT_NE(table.rows[row].cells[3].text, "none");
    EXPECT_GE(table.rows[row].cells[3].values[0].get<double>(), 70);  // of 20
  }
}

TEST(CoverageTable, RepeatsAndFollowsItsSeed) {
  const CoverageOptions options{.replicates = 60, .bootstrap_samples = 50, .seeds = {6}};
  auto other = options;
  other.random_seed = 2;
  const auto numbers = [](const Table& table) {
    std::vector<std::string> out;
    for (const auto& row : table.rows) out.push_back(row.cells[2].text);
    return out;
  };
  EXPECT_EQ(numbers(coverage_table(options)), numbers(coverage_table(options)));
  EXPECT_NE(numbers(coverage_table(options)), numbers(coverage_table(other)));
}

}  // namespace
}  // namespace kdbench
