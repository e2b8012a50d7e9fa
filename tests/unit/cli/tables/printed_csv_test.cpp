// The paper's printed numbers as they come with the program, and tables of numbers that people write.
#include <kdbench/cli/tables/printed_csv.h>

#include <kdbench/base/files.h>
#include <kdbench/leaderboard/printed/sweeps.h>
#include <kdbench/stats/describe/summary.h>

#include <gtest/gtest.h>

#include <map>

namespace kdbench {
namespace {

std::vector<PrintedNumber> paper() {
  const auto numbers = parse_printed_numbers(std::string(kPaperNumbers), "numbers.csv");
  EXPECT_TRUE(numbers) << (numbers ? "" : to_text(numbers.error()));
  return *numbers;
}

TEST(PaperNumbers, AreThoseOfTheFile) {
  const auto file = read_file(KDBENCH_SOURCE_DIR "/suites/paper/numbers.csv");
  ASSERT_TRUE(file);
  EXPECT_EQ(*file, kPaperNumbers);
}

TEST(PaperNumbers, AreWholeTables) {
  std::map<std::string, int> count;
  for (const auto& n : paper()) ++count[n.table];
  // Table 1: 4 columns of 5 runs, average and variance; 2: 8 rows of size, ECE and accuracy; 3: 4 of 2; 4: 8 of 2; 5: 2 teachers,
  // few and fully trained, of 3; 6: 3 teachers of 11 x 3 and 2; 7: 12 of 2; 8: 2 x 2 of 7; 9: 2 of 2
  const std::map<std::string, int> expected = {{"table1", 28},  {"table2", 24}, {"table3", 8},  {"table4", 16}, {"table5", 12},
                                               {"table6", 105}, {"table7", 24}, {"table8", 28}, {"table9", 4}};
  EXPECT_EQ(count, expected);
}

TEST(PaperNumbers, AgreeWithTheMeansAndVariancesThatArePrinted) {
  std::map<std::pair<std::string, std::string>, std::vector<double>> runs;
  for (const auto& n : paper()) {
    if (n.table == "table1" && n.metric == "accuracy") runs[{n.dataset, n.method}].push_back(n.value);
  }
  for (const auto& n : paper()) {
    if (n.table != "table1") continue;
    const auto& values = runs.at({n.dataset, n.method});
    if (n.metric == "mean_accuracy") {
      EXPECT_NEAR(stats::mean(values), n.value, 0.5e-4) << n.dataset << n.method;
    } else if (n.metric == "variance") {
      EXPECT_NEAR(stats::population_variance(values) * 1e4, n.value, 0.5e-2) << n.dataset << n.method;
    }
  }
}

TEST(PaperNumbers, AgreeWithTheCorrelationsThatArePrinted) {
  auto sweeps = boards::printed_sweeps(paper(), "table6");
  ASSERT_EQ(sweeps.size(), 6u);
  for (auto& sweep : sweeps) {
    const double printed = *sweep.spearman;
    sweep.spearman.reset();
    EXPECT_NEAR(*boards::statistics_of(sweep, {}).spearman.value, printed, 1e-4) << sweep.teacher << sweep.role;
  }
}

TEST(PaperNumbers, MakeSweepsOfEveryTable) {
  const std::map<std::string, std::size_t> expected = {{"table1", 2}, {"table2", 3}, {"table3", 2}, {"table4", 4}, {"table5", 2},
                                                       {"table6", 6}, {"table7", 2}, {"table8", 6}, {"table9", 4}};
  for (const auto& [table, count] : expected) {
    const auto sweeps = boards::printed_sweeps(paper(), table);
    EXPECT_EQ(sweeps.size(), count) << table;
    for (const auto& sweep : sweeps) {
      for (const auto& level : sweep.levels) EXPECT_EQ(level.ece.size(), table == "table1" ? 0 : level.accuracy.size()) << table;
    }
  }
}

const std::string kHeader =
    "table,row,along,dataset,teacher,assistant,student,method,strategy,checkpoint,teacher_epochs,tau,seed,of,metric,value\n";

TEST(PrintedCsv, ReadsANumber) {
  const auto numbers = parse_printed_numbers(kHeader + "t,1,tau,D,T,,S,KD,direct,,,1.5,3,student,accuracy,0.5\n", "x.csv");
  ASSERT_TRUE(numbers);
  EXPECT_EQ((*numbers)[0].teacher, "T");
  EXPECT_EQ((*numbers)[0].tau, 1.5);
  EXPECT_EQ((*numbers)[0].seed, 3);
  EXPECT_EQ((*numbers)[0].value, 0.5);
}

TEST(PrintedCsv, NamesEveryMistakeAtItsPlace) {
  const auto numbers = parse_printed_numbers(kHeader + "t,1,tua,D,T,,S,KD,direct,,,x,,student,acuracy,\n", "x.csv");
  ASSERT_FALSE(numbers);
  EXPECT_EQ(to_text(numbers.error()),
            "x.csv:2:5: 'along' is 'tua'; did you mean 'tau'?\n"
            "x.csv:2:28: 'tau' must be a number, found 'x'\n"
            "x.csv:2:39: 'metric' is 'acuracy'; did you mean 'accuracy'?\n"
            "x.csv:2:47: 'value' is empty; expected a number\n");
}

TEST(PrintedCsv, NamesColumnsThatAreMissingOrUnknown) {
  const auto numbers = parse_printed_numbers("tabel,value\nt,1\n", "x.csv");
  ASSERT_FALSE(numbers);
  const auto text = to_text(numbers.error());
  EXPECT_NE(text.find("x.csv:1:1: no column 'tabel'; did you mean 'table'?\n"), std::string::npos) << text;
  EXPECT_NE(text.find("there is no column 'metric'; expected table,row,"), std::string::npos) << text;
}

}  // namespace
}  // namespace kdbench
