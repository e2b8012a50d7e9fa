// Choosing rows and classes, by numbers known by hand.
#include <plugins/datasets/subset/choose.h>
#include <plugins/datasets/subset/class_list.h>

#include <tests/plugins/dataset_checks.h>

#include <gtest/gtest.h>

namespace {

using kdbench::test::complaint;

using choose::RowNumbers;

TEST(ChooseShares, AreInProportionAndSumToTheTotal) {
  // 7 * 50 / 100 = 3.5, 7 * 30 / 100 = 2.1, 7 * 20 / 100 = 1.4: rounded down 3, 2, 1, and the one left goes to the first
  EXPECT_EQ(choose::shares({50, 30, 20}, 7), (std::vector<std::size_t>{4, 2, 1}));
  EXPECT_EQ(choose::shares({5, 5, 5, 5}, 6), (std::vector<std::size_t>{2, 2, 1, 1}));  // 1.5 each: earlier classes first
  EXPECT_EQ(choose::shares({5, 0, 5}, 10), (std::vector<std::size_t>{5, 0, 5}));
}

/// 40 rows of 4 classes in turn: 0 1 2 3 0 1 ...
std::vector<std::int64_t> forty() {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 40; ++i) labels.push_back(i % 4);
  return labels;
}

RowNumbers chosen(std::size_t total, std::uint64_t seed) {
  const auto labels = forty();
  return choose::stratified(choose::shuffled_by_class(labels.data(), labels.size(), 4, seed), total);
}

TEST(ChooseStratified, TakesAsManyOfEveryClass) {
  const auto rows = chosen(12, 5);
  ASSERT_EQ(rows.size(), 12u);
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
  std::vector<int> count(4);
  for (const auto row : rows) ++count[static_cast<std::size_t>(row % 4)];
  EXPECT_EQ(count, (std::vector<int>{3, 3, 3, 3}));
}

TEST(ChooseStratified, DependsOnTheSeedAndOnNothingElse) {
  EXPECT_EQ(chosen(12, 5), chosen(12, 5));
  EXPECT_NE(chosen(12, 5), chosen(12, 6));
  EXPECT_EQ(chosen(40, 5).size(), 40u);
}

TEST(ChooseStratified, PutsASmallerChoiceInsideALargerOne) {
  const auto small = chosen(8, 1), large = chosen(20, 1);
  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

TEST(ChooseByClass, LeavesOtherLabelsOut) {
  const std::vector<std::int64_t> labels{-1, 0, 1, 7, 0};
  auto rows = choose::shuffled_by_class(labels.data(), labels.size(), 2, 3);
  std::sort(rows[0].begin(), rows[0].end());
  EXPECT_EQ(rows[0], (RowNumbers{1, 4}));
  EXPECT_EQ(rows[1], (RowNumbers{2}));
}

TEST(KeptClasses, AreTheFirstOrTheListedInTheirOrder) {
  using Classes = std::vector<std::int64_t>;
  EXPECT_EQ(subset::kept_classes(0, "", 3), (Classes{0, 1, 2}));
  EXPECT_EQ(subset::kept_classes(2, "", 3), (Classes{0, 1}));
  EXPECT_EQ(subset::kept_classes(0, "7, 3,5", 10), (Classes{7, 3, 5}));
}

TEST(KeptClasses, RefuseWhatNamesNoTwoClasses) {
  const auto list = [](const std::string& text) { return complaint([&] { subset::kept_classes(0, text, 10); }); };
  const std::string head = "subset: 'class_list' must be different classes from 0 to 9 with commas between them, ";
  EXPECT_EQ(list("3,10"), head + "found '10' in \"3,10\"");
  EXPECT_EQ(list("3,"), head + "found '' in \"3,\"");
  EXPECT_EQ(list("3,x"), head + "found 'x' in \"3,x\"");
  EXPECT_EQ(list("3,3"), head + "found 3 twice in \"3,3\"");
  EXPECT_EQ(list("3"), head + "found only one in \"3\"");
  EXPECT_EQ(complaint([] { subset::kept_classes(11, "", 10); }), "subset: 'classes' must be 0 or from 2 to 10, found 11");
  EXPECT_EQ(complaint([] { subset::kept_classes(1, "", 10); }), "subset: 'classes' must be 0 or from 2 to 10, found 1");
  EXPECT_EQ(complaint([] { subset::kept_classes(2, "1,2", 10); }),
            "subset: 'classes' and 'class_list' both say which classes are kept; remove one");
}

}  // namespace

namespace kdbench::test {
namespace {

TEST(Subset, KeepsClassesUnderNewNumbers) {
  const auto subset = dataset("subset", {{"class_list", std::string("2,0")}}, twelve());
  EXPECT_EQ(subset->info().num_classes, 2);
  EXPECT_EQ(subset->info().num_train, 0);  // how many rows two of three classes have, only the data can tell
  const auto split = subset->load(SplitKind::kTrain, "");
  // Rows 0, 2, 3, 5, 6, 8, 9, 11 of classes 0, 2, 0, 2, ...; their first pixels are 4 times the row.
  EXPECT_TRUE(split.labels.equal(at::tensor({1, 0, 1, 0, 1, 0, 1, 0}, torch::kInt64)));
  EXPECT_TRUE(split.images.flatten(1).select(1, 0).equal(at::tensor({0, 8, 12, 20, 24, 32, 36, 44}, torch::kUInt8)));
  // P(2 | 2 or 0) = (1/8) / (5/8) = 0.2
  EXPECT_TRUE(split.posterior[0].allclose(at::tensor({0.2, 0.8}, torch::kFloat64)));
}

TEST(Subset, KeepsAsManyRowsOfEveryClass) {
  const ParamValues params{{"train", std::int64_t{6}}, {"test", std::int64_t{3}}};
  const auto subset = dataset("subset", params, twelve());
  EXPECT_EQ(subset->info().num_train, 6);
  EXPECT_EQ(subset->info().num_test, 3);
  const auto split = subset->load(SplitKind::kTrain, "");
  EXPECT_TRUE(split.labels.bincount().equal(at::tensor({2, 2, 2}, torch::kInt64)));
  EXPECT_TRUE(split.images.equal(dataset("subset", params, twelve())->load(SplitKind::kTrain, "").images));
  EXPECT_EQ(subset->load(SplitKind::kTest, "").labels.size(0), 3);
}

TEST(Subset, RefusesMoreRowsThanThereAre) {
  EXPECT_EQ(complaint([] {
              dataset("subset", {{"train", std::int64_t{13}}}, twelve());
            }),
            "subset: 'train' = 13, but the data set it is made of has 12 rows");
  const auto two = dataset("subset", {{"train", std::int64_t{9}}, {"classes", std::int64_t{2}}}, twelve());
  EXPECT_EQ(complaint([&] { two->load(SplitKind::kTrain, ""); }), "subset: 'train' = 9, but its 2 classes have 8 rows");
}

}  // namespace
}  // namespace kdbench::test
