/// The text of `kdbench stats correlate`, and what it says of bad tables.
#include <kdbench/base/files.h>
#include <kdbench/cli/tables/correlate.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace kdbench {
namespace {

CorrelateOptions columns(const std::string& x, const std::string& y, const std::vector<std::string>& groups = {}) {
  CorrelateOptions options;
  options.x = x;
  options.y = y;
  options.groups = groups;
  return options;
}

std::string answer(const std::string& text, const CorrelateOptions& options = {}) {
  const auto result = correlate_csv(text, "t.csv", options);
  return result ? *result : to_text(result.error());
}

/// The answer without its notes.
std::string table(const std::string& text, const CorrelateOptions& options = {}) {
  const auto whole = answer(text, options);
  return whole.substr(0, whole.find("\n\n") + 1);
}

TEST(CorrelateCsv, PrintsTheSixNumbersOfThePapersTableSix) {
  const auto text = read_file(KDBENCH_TEST_DATA "/data/table6.csv");
  // The paper prints -91.82, 0.46, -76.36, 1.82, -99.10 (for -99.0909) and -50.00.
  EXPECT_EQ(answer(*text, columns("ece", "accuracy", {"teacher", "method"})),
            "teacher     method   n  Spearman %       95% interval       p  Kendall %        p  Pearson %        p       slope   "
            "        95% interval\n"
            "ResNet-56   KD      11      -91.82  [-100.00, -57.35]  0.0002     -78.18   0.0003     -92.17  5.5e-05     -0.0289   "
            "[-0.03807, -0.01973]\n"
            "ResNet-56   DIST    11        0.46    [-70.73, 74.41]  0.9947       0.00   1.0000      -0.72   0.9832  -0.0002152   "
            " [-0.02275, 0.02232]\n"
            "ResNet-110  KD      11      -76.36   [-96.26, -22.42]  0.0071     -56.36   0.0165     -74.77   0.0081    -0.02411  "
            "[-0.04026, -0.007967]\n"
            "ResNet-110  DIST    11        1.82    [-66.55, 83.18]  0.9589       7.34   0.7548      13.24   0.6981    0.004118   "
            " [-0.01914, 0.02737]\n"
            "WRN-28-1    KD      11      -99.09  [-100.00, -90.24]  0.0001     -96.36  5.5e-07     -89.48   0.0002    -0.02825   "
            "[-0.03888, -0.01762]\n"
            "WRN-28-1    DIST    11      -50.00    [-99.00, 28.91]  0.1156     -45.45   0.0602     -31.85   0.3397    -0.01102   "
            " [-0.03576, 0.01371]\n"
            "\n"
            "x is ece, y is accuracy. Spearman uses average ranks, with an interval by percentile bootstrap, 2000 resamples, "
            "seed 1. Kendall is tau-b.\n"
            "p, two-sided: of Spearman by permutation (all orders of up to 8 rows, else 9999 random ones), of Kendall exact for "
            "few rows without ties and else normal, of Pearson by t.\n"
            "slope: accuracy per unit of ece by least squares, with its t interval.\n");
}

TEST(CorrelateCsv, RepeatsToTheByteAndFollowsTheSeed) {
  const auto text = read_file(KDBENCH_TEST_DATA "/data/table6.csv");
  auto options = columns("ece", "accuracy", {"teacher", "method"});
  const auto first = table(*text, options);
  EXPECT_EQ(first, table(*text, options));
  options.random_seed = 2;
  EXPECT_NE(first, table(*text, options));
}

TEST(CorrelateCsv, TakesTheFirstTwoColumnsOfNumbersThatAreNoGroups) {
  const std::string text = "seed,name,a,b,c\n1,p,1,2,9\n1,q,2,4,8\n2,r,3,6,7\n2,s,4,8,1\n";
  EXPECT_NE(answer(text).find("x is seed, y is a."), std::string::npos);
  EXPECT_NE(answer(text, columns("", "", {"seed"})).find("x is a, y is b."), std::string::npos);
  EXPECT_NE(answer(text, columns("c", "", {"seed"})).find("x is c, y is a."), std::string::npos);
  EXPECT_NE(answer(text, columns("", "a")).find("x is seed, y is a."), std::string::npos);
}

TEST(CorrelateCsv, UsesAverageRanksWithTies) {
  EXPECT_NE(table("x,y\n0.71,0.70\n0.71,0.69\n0.65,0.69\n0.80,0.82\n").find(" 83.33 "), std::string::npos);
}

TEST(CorrelateCsv, SaysNotAvailableWhereThereIsNothingToCompute) {
  EXPECT_EQ(table("g,x,y\na,1,2\nb,1,5\nb,2,5\nb,3,5\n", columns("x", "y", {"g"})),
            "g  n  Spearman %  95% interval    p  Kendall %    p  Pearson %    p  slope  95% interval\n"
            "a  1         n/a           n/a  n/a        n/a  n/a        n/a  n/a    n/a           n/a\n"
            "b  3         n/a           n/a  n/a        n/a  n/a        n/a  n/a      0        [0, 0]\n");
}

TEST(CorrelateCsv, SaysHowManyResamplesHadAConstantColumn) {
  // A resample of 4 rows has a constant x where it lacks the 9 or is that alone: 0.75^4 + 0.25^4 = 0.32 of 2000.
  const auto found = answer("x,y\n0,1\n0,2\n0,3\n9,4\n");
  const std::string before = "Left out of the intervals of Spearman, because a resample had a constant column: ";
  const auto place = found.find(before);
  ASSERT_NE(place, std::string::npos) << found;
  EXPECT_NEAR(std::stod(found.substr(place + before.size())), 641, 80) << found;
  EXPECT_NE(found.find(" of 2000. Where more than half are, there is no interval.\n"), std::string::npos);
  EXPECT_EQ(answer("x,y\n1,1\n2,2\n3,3\n4,5\n5,4\n6,6\n7,7\n8,8\n9,9\n10,10\n11,11\n12,12\n").find("Left out"),
            std::string::npos);
}

TEST(CorrelateCsv, NamesTheGroupsThatResamplesWereLeftOutOf) {
  const auto found = answer("g,x,y\na,0,1\na,0,2\na,0,3\na,9,4\nb,1,1\nb,1,2\n", columns("x", "y", {"g"}));
  EXPECT_NE(found.find(" of 2000 (a). Where"), std::string::npos) << found;
}

TEST(CorrelateCsv, PrintsThePOfEachCoefficient) {
  // Spearman -1 of 4 rows: 2 of 4! orders, as Kendall's exact p; scipy 1.17's pearsonr has r -0.8980265 and p 0.1019735.
  const auto found = table("x,y\n1,9\n2,8\n3,7\n4,1\n");
  EXPECT_NE(found.find("  0.0833    -100.00  0.0833     -89.80  0.1020  "), std::string::npos) << found;
}

TEST(CorrelateCsv, WritesTheSameNumbersForPrograms) {
  auto options = columns("x", "y");
  options.format = Format::kJson;
  const auto row = Json::parse(answer("x,y\n1,9\n2,8\n3,7\n4,1\n", options))["tables"][0]["rows"][0];
  EXPECT_EQ(row[0]["value"], 4);
  EXPECT_EQ(row[1]["value"], -100);
  EXPECT_NEAR(row[3]["value"].get<double>(), 2.0 / 24, 1e-12);
  options.format = Format::kCsv;
  EXPECT_NE(
      answer("x,y\n1,9\n2,8\n3,7\n4,1\n", options).find("Correlations of t.csv,Correlations,,p of Kendall,,value,0.083333333"),
      std::string::npos);
}

TEST(CorrelateCsv, PrintsCoefficientsAsTheyAreWhenAsked) {
  auto options = columns("x", "y");
  options.percent = false;
  const auto found = table("x,y\n1,1\n2,2\n3,3\n4,5\n", options);
  EXPECT_EQ(found.find('%'), found.find("% interval"));
  EXPECT_NE(found.find(" 1.0000 "), std::string::npos);
}

TEST(CorrelateCsv, ReadsQuotesSemicolonsTabsAndWindowsLines) {
  const auto plain = table("g,x,y\na;b,1,2\na;b,2,3\na;b,3,1\n", columns("x", "y", {"g"}));
  EXPECT_EQ(table("\xEF\xBB\xBFg;x;y\r\n\"a;b\";1;2\r\n\r\n\"a;b\"; +2 ;3\r\n\"a;b\";3;1\r\n", columns("x", "y", {"g"})), plain);
  EXPECT_EQ(table("g\tx\ty\na;b\t1\t2\na;b\t2\t3\na;b\t3\t1", columns("x", "y", {"g"})), plain);
  EXPECT_NE(table("g,x,y\n\"say \"\"hi\"\"\",1,2\n", columns("x", "y", {"g"})).find("say \"hi\""), std::string::npos);
}

TEST(CorrelateCsv, ReportsEveryBadCellWithItsPlace) {
  EXPECT_EQ(answer("g,x,y\na,1,2\na,two,3\na,3,inf\na,4,\n"),
            "t.csv:3:3: expected a finite number in column 'x', found 'two'\n"
            "t.csv:4:5: expected a finite number in column 'y', found 'inf'\n"
            "t.csv:5:5: expected a finite number in column 'y', found ''\n");
}

TEST(CorrelateCsv, CountsColumnsInCharacters) {
  // The Greek letter is one character of two bytes.
  EXPECT_EQ(answer("g,x,y\n\xCF\x84,1,2\n\xCF\x84,?,2\n"), "t.csv:3:3: expected a finite number in column 'x', found '?'\n");
}

TEST(CorrelateCsv, ReportsRowsOfAnotherLength) {
  EXPECT_EQ(answer("x,y\n1,2\n1\n1,2,3\n"),
            "t.csv:3:1: expected 2 fields as in the header, found 1\n"
            "t.csv:4:1: expected 2 fields as in the header, found 3\n");
}

TEST(CorrelateCsv, StopsAfterTwentyMistakes) {
  std::string text = "x,y\n1,2\n";
  for (int i = 0; i < 25; ++i) text += "?,2\n";
  const auto found = answer(text, columns("x", "y"));
  EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 21);
  EXPECT_NE(found.find("t.csv:22:1: 5 more mistakes after this one"), std::string::npos);
}

TEST(CorrelateCsv, NamesTheNearestColumn) {
  EXPECT_EQ(answer("ece,accuracy\n1,2\n", columns("eec", "accuracy")), "t.csv:1:1: no column 'eec'; did you mean 'ece'?\n");
  EXPECT_EQ(answer("ece,accuracy\n1,2\n", columns("ece", "ece")),
            "t.csv:1:1: x and y are both 'ece'; expected two different columns\n");
}

TEST(CorrelateCsv, RefusesTablesThatAreNone) {
  EXPECT_EQ(answer(""), "t.csv: the file is empty; expected a line of column names and lines of values\n");
  EXPECT_EQ(answer("x,y\n"), "t.csv:1:1: expected lines of values after the header, found none\n");
  EXPECT_EQ(answer("x,x\n1,2\n"), "t.csv:1:3: two columns are called 'x'; rename one\n");
  EXPECT_EQ(answer("x,\n1,2\n"), "t.csv:1:3: this column has no name; expected one name a column\n");
  EXPECT_EQ(answer("x,y\n1,\"2\n"), "t.csv:2:3: this quote does not end; expected a second '\"'\n");
  EXPECT_EQ(answer("x,y\n1,\"2\"3\n").substr(0, 42), "t.csv:2:3: text follows the closing quote;");
  EXPECT_EQ(answer("x,name\n1,a\n"),
            "t.csv:1:1: expected two columns of numbers beside the group columns; name them with --x and --y\n");
}

}  // namespace
}  // namespace kdbench
