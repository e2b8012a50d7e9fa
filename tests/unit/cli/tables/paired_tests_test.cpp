/// The tables of `kdbench stats test`, against values of scipy 1.17, and what it says of bad tables.
#include <kdbench/cli/tables/paired_tests.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

/// Two pairs; dist is 1.0, 0.0, 0.5, 2.0, -0.5 above kl, at is 1.0, 1.0, 0.5, 1.0, 1.0 below it.
const std::string kRuns =
    "pair,seed,kl,dist,at\n"
    "a,0,71.0,72.0,70.0\n"
    "a,1,64.2,64.2,63.2\n"
    "a,2,70.5,71.0,70.0\n"
    "b,0,63.8,65.8,62.8\n"
    "b,1,72.1,71.6,71.1\n";

PairedTestOptions runs_options() {
  PairedTestOptions options;
  options.settings = {"pair", "seed"};
  return options;
}

std::string tested(const std::string& text, const PairedTestOptions& options) {
  const auto result = test_csv(text, "runs.csv", options);
  return result ? *result : to_text(result.error());
}

TEST(TestCsv, TestsEachMethodAgainstTheBaselineAndAllAtOnce) {
  // t, its interval and p, W and its p, chi2 and p by scipy (ttest_1samp of the differences, wilcoxon, friedmanchisquare); F and
  // its p by their formulas; Holm: the smaller p twice, the larger once. Ranks: dist ties kl in one row. 60 of the 6^5 orders
  // are as far apart; the highest and the lowest average rank are 1.5 apart in 4.8 % of them.
  EXPECT_EQ(
      tested(kRuns, runs_options()),
      "Tests of runs.csv\n"
      "=================\n"
      "\n"
      "Each method against kl, in pairs\n"
      "--------------------------------\n"
      "method  pairs              difference      t  p of t  Holm's p of t  pairs that differ    W  p of W  Holm's p of W\n"
      "dist        5    0.6 [-0.5942, 1.794]  1.395  0.2355         0.2355                  4  1.5  0.3750         0.3750\n"
      "at          5  -0.9 [-1.178, -0.6224]     -9  0.0008         0.0017                  5    0  0.0625         0.1250\n"
      "  * Difference: score less that of kl in the same row, mean [95% t interval]; t: paired t test. n/a where every row "
      "differs by "
      "the same amount, and for one row.\n"
      "  * W: Wilcoxon's signed ranks, the smaller sum; rows without a difference are left out, equal differences share a rank; "
      "p "
      "over all choices of sign for up to 50 rows, else normal.\n"
      "  * All p are two-sided; Holm's p are for 2 comparisons at once: at most 0.05 is significant at that level for the whole "
      "table.\n"
      "  * Of 5 rows, the least p that W can have is 0.0625.\n"
      "\n"
      "Friedman's test over 5 blocks\n"
      "-----------------------------\n"
      "blocks  methods   chi2  p of chi2  exact p      F  p of F  critical difference\n"
      "     5        3  8.316     0.0156   0.0077  19.75  0.0008                  1.5\n"
      "  * A block is a row; rows that share a pair of networks or a seed are not independent: name what they share by --block.\n"
      "  * chi2: corrected for ties, with methods - 1 degrees of freedom, for many blocks. exact p: over all orders within every "
      "block; n/a where these are too many to count. F: Iman and Davenport's.\n"
      "  * Critical difference (exact, 0.05): average ranks nearer than that are not told apart.\n"
      "\n"
      "Average ranks\n"
      "-------------\n"
      "method  average rank ↓\n"
      "dist              1.30\n"
      "kl                1.70\n"
      "at                3.00\n"
      "  * 1 is the highest score of a block; ties share a rank.\n");
}

TEST(TestCsv, AveragesTheRowsOfABlock) {
  auto options = runs_options();
  options.blocks = {"pair"};
  // Means of a: 68.57 69.07 67.73, of b: 67.95 68.7 66.95: one order twice, 6 of 36.
  const auto found = tested(kRuns, options);
  EXPECT_NE(found.find("Friedman's test over 2 blocks"), std::string::npos) << found;
  EXPECT_NE(found.find("     2        3     4     0.1353   0.1667 "), std::string::npos) << found;
  EXPECT_NE(found.find("  * A block is what agrees in pair; its rows are averaged.\n"), std::string::npos);
  EXPECT_NE(found.find("  * Critical difference (exact, 0.05): none; so few blocks tell no ranks apart.\n"), std::string::npos);
}

TEST(TestCsv, TakesAnyBaselineAndAnyColumns) {
  auto options = runs_options();
  options.methods = {"kl", "dist"};
  options.baseline = "dist";
  options.lower_is_better = true;
  const auto found = tested(kRuns, options);
  EXPECT_NE(found.find("Each method against dist, in pairs"), std::string::npos) << found;
  EXPECT_NE(found.find("kl          5  -0.6 [-1.794, 0.5942]"), std::string::npos) << found;
  EXPECT_EQ(found.find("\nat "), std::string::npos);
  EXPECT_NE(found.find("1 is the lowest score"), std::string::npos);
}

TEST(TestCsv, TiesDifferencesThatAreEqualOnPaper) {
  // +0.01 three times and -0.01, whose doubles differ: ranks 2.5 each, W = 2.5; of 16 choices of sign 5 have a sum of at
  // most 2.5.
  const auto found = tested("a,b\n0.71,0.72\n0.81,0.82\n0.30,0.31\n0.52,0.51\n", {});
  EXPECT_NE(found.find("  4  2.5  0.6250         0.6250\n"), std::string::npos) << found;
}

TEST(TestCsv, WritesTheSameNumbersForPrograms) {
  auto options = runs_options();
  options.format = Format::kCsv;
  const auto csv = tested(kRuns, options);
  EXPECT_NE(csv.find("\r\nTests of runs.csv,\"Each method against kl, in pairs\",dist,p of W,,value,0.375\r\n"),
            std::string::npos)
      << csv;
  EXPECT_NE(csv.find(",Friedman's test over 5 blocks,,blocks,,value,5\r\n"), std::string::npos) << csv;
  options.format = Format::kJson;
  const auto json = Json::parse(tested(kRuns, options));
  EXPECT_NEAR(json["tables"][0]["rows"][0][4]["value"].get<double>(), 0.23549636025944312, 1e-12);
  EXPECT_NEAR(json["tables"][0]["rows"][1][4]["value"].get<double>(), 0.0008438325176012779, 1e-12);
  EXPECT_NEAR(json["tables"][0]["rows"][0][2]["low"].get<double>(), -0.5941941940499901, 1e-10);
  EXPECT_NEAR(json["tables"][1]["rows"][0][2]["value"].get<double>(), 8.315789473684218, 1e-12);
  EXPECT_NEAR(json["tables"][1]["rows"][0][4]["value"].get<double>(), 60.0 / 7776, 1e-12);
}

TEST(TestCsv, SaysNotAvailableOfOneRow) {
  const auto found = tested("a,b\n1,2\n", {});
  EXPECT_NE(found.find("b           1     1 [n/a]  n/a     n/a            n/a                  1  0  1.0000         1.0000\n"),
            std::string::npos)
      << found;
  EXPECT_NE(found.find("No test: fewer than two blocks, or ties alone."), std::string::npos);
}

TEST(TestCsv, RefusesWhatIsNoTableOfScores) {
  EXPECT_EQ(tested("pair,kl\na,1\n", {}),
            "runs.csv:1:1: expected two columns of scores or more, one a method; found 1 column (kl)\n");
  EXPECT_EQ(tested("kl,dist\n1,x\n2,3\n", {}),
            "runs.csv:1:1: expected two columns of scores or more, one a method; found 1 column (kl)\n");
  EXPECT_EQ(tested("kl,dist\n1,2\n2,x\n", {}), "runs.csv:3:3: expected a finite number in column 'dist', found 'x'\n");
  PairedTestOptions options;
  options.baseline = "kd";
  EXPECT_EQ(tested("kl,dist\n1,2\n", options), "runs.csv:1:1: no method 'kd'; did you mean 'kl'?\n");
  options.settings = {"sed"};
  EXPECT_EQ(tested("seed,kl,dist\n0,1,2\n", options), "runs.csv:1:1: no column 'sed'; did you mean 'seed'?\n");
}

}  // namespace
}  // namespace kdbench
