// The data set from files made here: what a line becomes, and lines that are wrong.
#include <kdbench/sdk/testing.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace {

using kdbench::SplitKind;
using kdbench::test::complaint;
using kdbench::test::numbers_of;
using kdbench::test::plugins;

/// A folder of this process's own with a file train.csv, gone when the test is.
struct Points {
  explicit Points(const std::string& text)
      : folder(std::filesystem::path(testing::TempDir()) / ("my_dataset-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "train.csv") << text;
  }
  ~Points() { std::filesystem::remove_all(folder); }
  Points(const Points&) = delete;
  Points& operator=(const Points&) = delete;

  kdbench::Split load(SplitKind kind = SplitKind::kTrain) const {
    return plugins().dataset("my_dataset", {{"dir", std::string(".")}})->load(kind, folder);
  }
  std::string complaint_of(SplitKind kind = SplitKind::kTrain) const {
    return complaint([&] { load(kind); });
  }
  const std::filesystem::path folder;
};

TEST(MyDataset, PromisesWhatItsParametersSay) {
  const auto info = plugins().dataset("my_dataset", {{"numbers", std::int64_t{5}}})->info();
  EXPECT_EQ(info.num_classes, 3);
  EXPECT_EQ(info.image.channels, 5);
  EXPECT_EQ(info.image.height * info.image.width, 1);
}

TEST(MyDataset, ReadsALabelAndTheNumbersOfEachLine) {
  const auto split = Points("2,0.5,-1\n0,3,4.25\n").load();
  EXPECT_EQ(split.images.sizes(), at::IntArrayRef({2, 2, 1, 1}));
  EXPECT_EQ(numbers_of(split.images), (std::vector<double>{0.5, -1, 3, 4.25}));
  EXPECT_EQ(numbers_of(split.labels), (std::vector<double>{2, 0}));
}

TEST(MyDataset, SaysWhichLineIsWrongAndHow) {
  EXPECT_TRUE(Points("1,2,3\n1,2\n")
                  .complaint_of()
                  .ends_with("train.csv:2: expected a label and 2 numbers, found 2 cells; 'numbers' says how many a point has"));
  EXPECT_TRUE(Points("1,x,3\n").complaint_of().ends_with("train.csv:1: expected numbers with commas between, found '1,x,3'"));
  EXPECT_TRUE(Points("3,1,1\n").complaint_of().ends_with("train.csv:1: expected a label from 0 to 2, found '3,1,1'"));
  EXPECT_TRUE(Points("").complaint_of().ends_with("train.csv: expected a line for each point, found none"));
}

TEST(MyDataset, SaysWhichFileIsMissing) {
  EXPECT_TRUE(Points("0,1,1\n")
                  .complaint_of(SplitKind::kTest)
                  .ends_with("test.csv: cannot be read; set 'dir' to the folder of train.csv and test.csv"));
}

}  // namespace
