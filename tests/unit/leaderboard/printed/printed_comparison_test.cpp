/// Results beside printed numbers: what is matched with what, and what is said where nothing can be.
#include "unit/leaderboard/fixtures.h"

#include <kdbench/leaderboard/printed/printed_comparison.h>

#include <gtest/gtest.h>

#include <set>
#include <tuple>

namespace kdbench {
namespace {

using test::cell;
using test::golden;
using test::table;
using test::text;

PluginName network(const std::string& text) { return from_document<PluginName>(text); }
DataName named(const std::string& text) { return from_document<DataName>(text); }

/// What the paper calls the losses of these tests.
Leaderboard compare(const Leaderboard& results, const std::vector<PrintedNumber>& numbers, const std::string& table,
                    const std::string& source) {
  const PrintedNames names{{{"", "one-hot"}, {"soft_target", "posterior"}, {"kl", "KD"}, {"dist", "DIST"}},
                           {{"wrn", "{plugin}{depth}{width}"}},
                           {{"direct", ""}}};
  return compare_with_printed(results, numbers, names, table, source);
}

PrintedNumber printed(const std::string& along, const std::string& method, const std::string& metric, double value) {
  PrintedNumber n;
  n.table = "table6";
  n.along = along;
  n.dataset = "CIFAR-100";
  n.teacher = "ResNet-56";
  n.student = "ResNet-14";
  n.method = method;
  n.of = metric == "ece" ? "teacher" : "student";
  n.metric = metric;
  n.value = value;
  return n;
}

/// Three columns of the paper's Table 6: the ECE is printed once for both methods.
std::vector<PrintedNumber> three_taus() {
  std::vector<PrintedNumber> out;
  const double taus[] = {1.5, 4, 8}, ece[] = {0.0179, 0.4503, 0.6165}, kd[] = {0.6828, 0.6746, 0.6680},
               dist[] = {0.6819, 0.6841, 0.6697};
  for (int i = 0; i < 3; ++i) {
    out.push_back(printed("tau", "", "ece", ece[i]));
    out.push_back(printed("tau", "KD", "accuracy", kd[i]));
    out.push_back(printed("tau", "DIST", "accuracy", dist[i]));
    for (auto n = out.end() - 3; n != out.end(); ++n) n->tau = taus[i];
  }
  out.push_back(printed("tau", "KD", "spearman", -0.9182));
  return out;
}

/// One point with a run for each accuracy, seeds from 0 on.
Point point(const std::string& loss, double value, double ece, const std::vector<double>& accuracies) {
  Point p;
  p.study = "temperature";
  p.dataset = "fashion";
  p.teacher = "teacher";
  p.student = "student";
  p.strategy = "direct";
  p.method = loss;
  p.convention = "tau on both, tau^2 on, alpha=1";
  p.axis = "tau";
  p.value = value;
  p.tau = value;
  p.chain = {"teacher"};
  p.checkpoint = CheckpointRef();
  p.loss = loss;
  p.data = named("fashion_mnist downsample=2, 10000 training rows");
  p.student_model = network("resnet depth=14 width=1");
  p.chain_models = {network("resnet depth=56 width=1")};
  p.epochs = 2;
  p.teacher_epochs = 6;
  for (std::size_t i = 0; i < accuracies.size(); ++i)
    p.runs.push_back({.seed = static_cast<std::int64_t>(i), .accuracy = accuracies[i], .teacher_ece = ece});
  p.expected = static_cast<std::int64_t>(accuracies.size());
  return p;
}

Leaderboard small_sweep() {
  Leaderboard board;
  board.title = "A small sweep";
  board.points = {point("kl", 1, 0.05, {0.80, 0.81}),   point("kl", 4, 0.10, {0.78, 0.78}),
                  point("kl", 8, 0.30, {0.74, 0.75}),   point("dist", 1, 0.05, {0.79, 0.80}),
                  point("dist", 4, 0.10, {0.80, 0.79}), point("dist", 8, 0.30, {0.79, 0.80})};
  return board;
}

TEST(CompareWithPrinted, IsTheGoldenText) {
  const auto now = render(compare(small_sweep(), three_taus(), "table6", "the paper"), Format::kText);
  EXPECT_EQ(now, golden("beside.txt", now));
}

TEST(CompareWithPrinted, ComparesSignsAndNoNumbersWhereTheSettingDiffers) {
  const auto board = compare(small_sweep(), three_taus(), "table6", "the paper");
  const auto& signs = table(board, "signs");
  const auto& kd = signs.rows.at(0).cells;  // Spearman(ECE, acc) is below 0, of KD
  EXPECT_EQ(kd[1].text, "KD");
  EXPECT_EQ(kd[3].text, "1 of 1");
  EXPECT_EQ(kd[4].text, "1 of 1");
  EXPECT_EQ(kd[5].text, "n/a");  // two seeds give a correlation no interval
  EXPECT_EQ(kd[6].text, "yes");
  for (const auto& t : board.tables) EXPECT_EQ(t.title.find("Number by number"), std::string::npos);
  EXPECT_NE(board.notes.at(0).find("only signs and ranks"), std::string::npos);
}

TEST(CompareWithPrinted, PrefersThePrintedCorrelationToTheComputedOne) {
  const auto board = compare(small_sweep(), three_taus(), "table6", "the paper");
  const auto& sweeps = table(board, "What each says");
  EXPECT_EQ(sweeps.rows[0].cells[4].text, "-91.82");  // of the three columns alone it is -100
  EXPECT_EQ(sweeps.rows[1].cells[4].text, "-50.00");  // DIST: ranks 2, 3, 1
  EXPECT_EQ(sweeps.rows[0].cells[8].text, "1.5 over 8");
  EXPECT_EQ(sweeps.rows[0].cells[9].text, "+1.48");  // 68.28 - 66.80
}

TEST(CompareWithPrinted, TellsOfTrainingRowsAndFloorsWhereResultsHaveThem) {
  auto results = small_sweep();
  for (auto& p : results.points) {
    p.data = named("cifar100, 50000 training rows");
    p.all_rows = true;
    for (auto& run : p.runs) {
      run.teacher_training_ece = 0.1 / p.value;    // falls along tau, where the ECE of the test rows rises
      run.teacher_training_gap = -0.05 / p.value;  // under-confident
      run.teacher_ece_floor = p.loss == "kl" ? 0.01 : 0.25;
    }
  }
  const auto board = compare(results, three_taus(), "table6", "the paper");
  const auto& sweeps = table(board, "What each says");
  EXPECT_EQ(sweeps.columns.back().title, "Spearman(training ECE, acc)");
  EXPECT_EQ(sweeps.rows[0].cells.back().text, "n/a");  // the paper prints no such ECE
  EXPECT_EQ(sweeps.rows[2].cells.back().text, "100.00");
  EXPECT_EQ(sweeps.rows[2].cells[8].text, "1 over 8");
  EXPECT_EQ(sweeps.rows[3].cells[8].text, "1 over 8 ≈");  // of ECEs 5 % and 30 % with a floor of 25 %
  const auto& numbers = table(board, "Number by number");
  EXPECT_EQ(numbers.columns.back().title, "confidence - accuracy on training rows, ours");
  EXPECT_EQ(numbers.rows[0].cells[10].text, "2.50");      // 10 % / 4
  EXPECT_EQ(numbers.rows[0].cells.back().text, "-1.25");  // -5 % / 4
}

TEST(CompareWithPrinted, ComparesNumbersWhereDataSetAndNetworksAreTheSame) {
  auto results = small_sweep();
  for (auto& p : results.points) {
    p.data = named("cifar100, 50000 training rows");
    p.all_rows = true;
  }
  const auto board = compare(results, three_taus(), "table6", "the paper");
  const auto& numbers = table(board, "Number by number");
  ASSERT_EQ(numbers.rows.size(), 4u);  // tau 4 and 8 of two methods; we have no 1.5, the paper here no 1
  const auto& row = numbers.rows[0].cells;
  EXPECT_EQ(row[2].text, "4");
  EXPECT_EQ(row[4].text, "67.46");
  EXPECT_EQ(row[5].text, "78.00 [78.00, 78.00]");
  EXPECT_EQ(row[6].text, "+10.54");
  EXPECT_EQ(row[7].text, "no");
  EXPECT_EQ(row[8].text, "45.03");
  EXPECT_EQ(row[9].text, "10.00");
}

TEST(CompareWithPrinted, NamesTheStrategyThatMadeANumber) {
  auto results = small_sweep();
  for (auto p : small_sweep().points) {
    p.strategy = "smoothed";
    results.points.push_back(p);
  }
  for (auto& p : results.points) {
    p.data = named("cifar100, 50000 training rows");
    p.all_rows = true;
  }
  const auto board = compare(results, three_taus(), "table6", "the paper");
  const auto& numbers = table(board, "Number by number");
  std::multiset<std::string> who;
  for (const auto& row : numbers.rows) who.insert(row.cells[3].text);
  const std::string kl = "kl (tau on both, tau^2 on, alpha=1)";
  EXPECT_EQ(who.count(kl), 2u);  // tau 4 and 8
  EXPECT_EQ(who.count(kl + ", strategy smoothed"), 2u);
}

TEST(CompareWithPrinted, KeepsTwoWaysToOnePositionUnlessTheyComeToTheSame) {
  const auto levels = [](double scaled) {
    Leaderboard results;
    for (const auto& [strategy, epochs, accuracy] :
         {std::tuple("direct", 8, 0.72), std::tuple("short", 4, 0.71), std::tuple("scaled", 8, scaled)}) {
      auto p = point("kl", 0, 0.05, {accuracy, accuracy});
      p.axis = "";
      p.strategy = strategy;
      p.teacher_epochs = epochs;
      results.points.push_back(p);
    }
    auto number = printed("teacher_epochs", "KD", "accuracy", 0.69);
    number.teacher_epochs = "100";
    const auto board = compare(results, {number}, "table6", "the paper");
    return table(board, "What each says").rows.back().cells[3].text;
  };
  EXPECT_EQ(levels(0.72), "2");  // the strategy changed nothing
  EXPECT_EQ(levels(0.75), "3");
}

TEST(CompareWithPrinted, TakesAnotherNetworkOfTheSameFamilyForAnother) {
  auto results = small_sweep();
  for (auto& p : results.points) {
    p.data = named("cifar100, 50000 training rows");
    p.all_rows = true;
    p.student_model = network("resnet depth=14 width=4");
  }
  const auto board = compare(results, three_taus(), "table6", "the paper");
  for (const auto& t : board.tables) EXPECT_EQ(t.title.find("Number by number"), std::string::npos);
}

TEST(CompareWithPrinted, ReadsTemperaturesFromAGridOfACompareStudy) {
  auto results = small_sweep();
  for (auto& p : results.points) {
    p.axis = "";
    p.method += "[tau=" + std::to_string(int(*p.tau)) + "]";
    p.convention = "tau=" + std::to_string(int(*p.tau)) + " on both, tau^2 on, alpha=1";
  }
  const auto board = compare(results, three_taus(), "table6", "the paper");
  const auto& sweeps = table(board, "What each says");
  ASSERT_EQ(sweeps.rows.size(), 4u);
  EXPECT_EQ(sweeps.rows[2].cells[2].text, "fashion: teacher -> student; kl (tau^2 on, alpha=1)");
  EXPECT_EQ(sweeps.rows[2].cells[3].text, "3");
}

TEST(CompareWithPrinted, OrdersAssistantsBySizeAndFindsTheBestCalibrated) {
  std::vector<PrintedNumber> numbers;
  const char* names[] = {"ResNet56", "ResNet20"};
  const double sizes[] = {860000, 280000}, ece[] = {0.0924, 0.0992}, accuracy[] = {0.69, 0.6812};
  for (int i = 0; i < 2; ++i) {
    numbers.push_back(printed("assistant", "KD", "accuracy", accuracy[i]));
    numbers.push_back(printed("assistant", "KD", "ece", ece[i]));
    numbers.push_back(printed("assistant", "KD", "parameters", sizes[i]));
    numbers.back().of = "assistant";
    for (auto n = numbers.end() - 3; n != numbers.end(); ++n) n->assistant = names[i];
  }
  Leaderboard results;
  for (int i = 0; i < 2; ++i) {
    auto p = point("kl", 0, ece[i], {0.7, 0.71});
    p.axis = "";
    p.tau = 1.8;
    p.strategy = i == 0 ? "by_56" : "by_20";
    p.chain = {"teacher", i == 0 ? "mid" : "small"};
    p.chain_models = {network("resnet depth=110 width=1"),
                      network(i == 0 ? "resnet depth=56 width=1" : "resnet depth=20 width=1")};
    p.teacher_params = sizes[i];
    results.points.push_back(p);
  }
  const auto board = compare(results, numbers, "table6", "the paper");
  const auto& sweeps = table(board, "What each says");
  EXPECT_EQ(sweeps.rows[0].cells[8].text, "ResNet56 over ResNet20");
  EXPECT_EQ(sweeps.rows[0].cells[9].text, "+0.88");
  EXPECT_EQ(sweeps.rows[1].cells[8].text, "mid over small");
  EXPECT_EQ(text(table(board, "What differs"), "assistant", "ours"), "small, mid");
}

TEST(CompareWithPrinted, TellsFewTrainedTeachersFromFullyTrainedOnes) {
  Leaderboard results;
  for (int i = 0; i < 2; ++i) {
    auto p = point("kl", 0, i == 0 ? 0.04 : 0.06, {0.72 - 0.01 * i, 0.73 - 0.01 * i});
    p.axis = "";
    p.tau = 1.6;
    p.strategy = i == 0 ? "short" : "direct";
    p.teacher_epochs = i == 0 ? 4 : 8;
    results.points.push_back(p);
  }
  std::vector<PrintedNumber> numbers;
  for (const auto& [epochs, ece, accuracy] : {std::tuple("100", 0.0748, 0.6862), std::tuple("200", 0.0789, 0.6801)}) {
    numbers.push_back(printed("teacher_epochs", "KD", "accuracy", accuracy));
    numbers.push_back(printed("teacher_epochs", "KD", "ece", ece));
    for (auto n = numbers.end() - 2; n != numbers.end(); ++n) {
      n->teacher_epochs = epochs;
      n->tau = 1.6;
    }
  }
  const auto board = compare(results, numbers, "table6", "the paper");
  const auto& signs = table(board, "signs");
  ASSERT_EQ(signs.rows.size(), 1u);  // two values have no rank correlation
  EXPECT_EQ(signs.rows[0].cells[0].text, "the best calibrated teaches better than the worst");
  EXPECT_EQ(signs.rows[0].cells[6].text, "yes");
  EXPECT_EQ(table(board, "What each says").rows[1].cells[8].text, "4 over 8");
}

TEST(CompareWithPrinted, ComparesThePosteriorWithLabelsByMethod) {
  std::vector<PrintedNumber> numbers;
  for (int seed = 0; seed < 2; ++seed) {
    for (const auto& [method, accuracy] : {std::pair("one-hot", 0.88), std::pair("posterior", 0.90)}) {
      auto n = printed("method", method, "accuracy", accuracy);
      n.teacher = n.student = "";
      n.seed = seed;
      numbers.push_back(n);
    }
  }
  Leaderboard results;
  for (const auto& [loss, accuracy] : {std::pair("", 0.89), std::pair("soft_target", 0.895)}) {
    auto p = point(loss, 0, 0, {accuracy, accuracy + 0.01});
    p.axis = p.teacher = "";
    p.chain = {};
    p.chain_models = {};
    for (auto& r : p.runs) r.teacher_ece.reset();
    results.points.push_back(p);
  }
  const auto board = compare(results, numbers, "table6", "the paper");
  const auto& sweeps = table(board, "What each says");
  EXPECT_EQ(sweeps.rows[0].cells[9].text, "+2.00");  // printed runs are not paired
  EXPECT_EQ(sweeps.rows[1].cells[8].text, "posterior over one-hot");
  EXPECT_EQ(sweeps.rows[1].cells[9].text, "+0.50 [+0.50, +0.50]");
  EXPECT_EQ(table(board, "signs").rows[0].cells[6].text, "yes");
}

TEST(CompareWithPrinted, LeavesOutWhatDoesNotVaryAndKeepsItsNumbers) {
  Leaderboard results;
  results.points = {point("kl", 4, 0.45, {0.67, 0.68})};
  results.points[0].data = named("cifar100, 50000 training rows");
  results.points[0].all_rows = true;
  const auto board = compare(results, three_taus(), "table6", "the paper");
  EXPECT_EQ(table(board, "What each says").rows.size(), 2u);  // the printed ones
  EXPECT_EQ(table(board, "Number by number").rows.size(), 1u);
}

TEST(CompareWithPrinted, KeepsMethodsThatDifferInMoreThanTauApart) {
  auto results = small_sweep();
  for (auto& p : results.points) {
    p.axis = "";
    p.method += p.loss == "dist" ? "[beta=2,tau=4]" : "";
    p.convention = "tau=4 on both, tau^2 on, alpha=1";
  }
  const auto board = compare(results, three_taus(), "table6", "the paper");
  EXPECT_EQ(table(board, "What each says").rows.at(3).cells[2].text,
            "fashion: teacher -> student; dist[beta=2] (tau^2 on, alpha=1)");
}

TEST(CompareWithPrinted, SaysWhenThereIsNothingOfOurs) {
  Leaderboard empty;
  const auto board = compare(empty, three_taus(), "table6", "the paper");
  EXPECT_EQ(table(board, "signs").rows[0].cells[6].text, "n/a");
  EXPECT_EQ(board.notes.back(), "No run that is done varies tau: nothing of ours to set beside it.");
}

TEST(PrintedNames, CallNetworksAsTablesDo) {
  const PrintedNames names{{{"kl", "KD"}}, {{"wrn", "WRN-{depth}-{width}"}}, {{"direct", ""}}};
  EXPECT_EQ(names.network(network("wrn depth=28 width=3")), "WRN-28-3");
  EXPECT_EQ(names.network(network("resnet depth=56 width=1")), "resnet56");
  EXPECT_EQ(names.network(network("resnet depth=8 width=4")), "resnet8x4");
  EXPECT_EQ(names.network(network("mlp hidden=64")), "mlp");
  EXPECT_EQ(names.loss("kl"), "KD");
  EXPECT_EQ(names.loss("ats"), "ats");
  EXPECT_EQ(names.strategy("direct"), "");
  EXPECT_EQ(names.strategy("takd"), "takd");
}

}  // namespace
}  // namespace kdbench
