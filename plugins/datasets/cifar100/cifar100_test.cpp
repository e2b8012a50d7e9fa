// CIFAR-100 through its library: which byte is the class, which file is which split, and the files of its neighbour.
#include <tests/plugins/dataset_checks.h>

namespace kdbench::test {
namespace {

constexpr std::uintmax_t kRecord = 2 + 3 * 32 * 32, kTestRows = 10000, kTrainRows = 50000;

std::shared_ptr<Dataset> cifar100(const OwnFolder& folder) { return dataset("cifar100", {{"folder", folder.path.string()}}); }

TEST(Cifar100, PromisesAHundredClassesOfColourImages) {
  const auto info = dataset("cifar100", {})->info();
  EXPECT_EQ(info.num_classes, 100);
  EXPECT_EQ(info.image.channels * info.image.height * info.image.width, 3 * 32 * 32);
  EXPECT_EQ(info.num_train, 50000);
  EXPECT_EQ(info.num_test, 10000);
  EXPECT_FALSE(info.has_posterior);
}

TEST(Cifar100, TakesTheFineLabelOfTheFileOfItsSplit) {
  const OwnFolder folder("cifar100-splits");
  // One record of coarse label 4, fine label 98 and first pixel 7; the others are zeros: class 0, black.
  folder.write("test.bin", {4, 98, 7}, kTestRows * kRecord);
  folder.write("train.bin", {19, 99, 9}, kTrainRows * kRecord);
  const auto test = cifar100(folder)->load(SplitKind::kTest, "");
  EXPECT_EQ(test.images.sizes(), at::IntArrayRef({10000, 3, 32, 32}));
  EXPECT_EQ(test.labels[0].item<std::int64_t>(), 98);
  EXPECT_EQ(test.labels.sum().item<std::int64_t>(), 98);
  EXPECT_EQ(test.images[0][0][0][0].item<std::int64_t>(), 7);
  const auto train = cifar100(folder)->load(SplitKind::kTrain, "");
  EXPECT_EQ(train.images.size(0), 50000);
  EXPECT_EQ(train.labels[0].item<std::int64_t>(), 99);
}

TEST(Cifar100, RefusesACoarseLabelThatThereIsNot) {
  const OwnFolder folder("cifar100-labels");
  folder.write("test.bin", {20, 98}, kTestRows * kRecord);
  EXPECT_TRUE(says(complaint([&] { cifar100(folder)->load(SplitKind::kTest, ""); }),
                   "test.bin: expected a coarse label from 0 to 19, found 20 at byte 0 (record 0)"));
}

TEST(Cifar100, RefusesTheFilesOfItsNeighbourAndThoseOfTheOtherSplit) {
  const OwnFolder folder("cifar100-wrong");
  folder.write("train.bin", "", 30'730'000);  // 10,000 records of 3073 bytes
  EXPECT_TRUE(says(complaint([&] { cifar100(folder)->load(SplitKind::kTrain, ""); }), "which are CIFAR-10 records"));
  folder.write("train.bin", "", kTestRows * kRecord);
  EXPECT_EQ(complaint([&] { cifar100(folder)->load(SplitKind::kTrain, ""); }),
            folder.path.string() + ": expected 50000 rows in train.bin, found 10000; a file is cut short, fetch it again");
}

TEST(Cifar100, SaysHowToGetAFileThatIsMissing) {
  const OwnFolder folder("cifar100-missing");
  EXPECT_EQ(complaint([&] { cifar100(folder)->load(SplitKind::kTest, ""); }),
            "cannot find test.bin in " + folder.path.string() +
                "; run `kdbench data fetch cifar100`, or set 'folder' or the suite's data folder");
}

}  // namespace
}  // namespace kdbench::test
