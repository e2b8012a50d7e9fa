// Records of both CIFARs that are right, and every way in which files were seen to be wrong.
#include <plugins/datasets/cifar10/cifar_reader.h>

#include <tests/plugins/dataset_checks.h>

#include <gtest/gtest.h>
#include <unistd.h>

namespace cifar {
namespace {

using kdbench::test::complaint;
using kdbench::test::says;

const fs::path kData = KDBENCH_TEST_DATA "/data";

Rows rows_of(const fs::path& file, const Layout& layout) {
  Rows rows;
  read(kData / file, layout, rows);
  return rows;
}

TEST(CifarReader, TakesTheFineLabelAndThePixelsBehindIt) {
  const auto rows = rows_of("cifar100/two_records_good.bin", kCifar100);
  EXPECT_EQ(rows.labels, (std::vector<std::uint8_t>{42, 98}));
  ASSERT_EQ(rows.pixels.size(), 2 * kPixels);
  EXPECT_EQ(rows.pixels[0], 0);        // R(0, 0)
  EXPECT_EQ(rows.pixels[1], 1);        // R(0, 1)
  EXPECT_EQ(rows.pixels[31], 31);      // R(0, 31)
  EXPECT_EQ(rows.pixels[32], 40);      // R(1, 0)
  EXPECT_EQ(rows.pixels[1024], 80);    // G(0, 0)
  EXPECT_EQ(rows.pixels[2048], 120);   // B(0, 0)
  EXPECT_EQ(rows.pixels[kPixels], 0);  // R(0, 0) of the second row
}

TEST(CifarReader, TakesTheOneLabelOfCifar10) {
  const auto rows = rows_of("cifar10/two_records_good.bin", kCifar10);
  ASSERT_EQ(rows.labels.size(), 2u);
  EXPECT_EQ(rows.labels[0], 7);
  EXPECT_EQ(rows.pixels[5], 5);
}

TEST(CifarReader, TellsTheTwoLayoutsApartByTheSizeOfTheFile) {
  EXPECT_TRUE(
      says(complaint([] { rows_of("cifar10/two_records_good.bin", kCifar100); }),
           "expected a multiple of 3074 bytes (CIFAR-100 records), found 6146, which are CIFAR-10 records; choose that plugin"));
  EXPECT_TRUE(
      says(complaint([] { rows_of("cifar100/two_records_good.bin", kCifar10); }),
           "expected a multiple of 3073 bytes (CIFAR-10 records), found 6148, which are CIFAR-100 records; choose that plugin"));
}

TEST(CifarReader, NamesTheSizeOfAFileThatIsCutShortOrTooLong) {
  for (const auto& [file, size] :
       {std::pair{"truncated_by_one_byte", "6147"}, std::pair{"one_byte_extra", "6149"}, std::pair{"empty", "0"}}) {
    const auto name = std::string("cifar100/") + file + ".bin";
    const auto text = complaint([&] { rows_of(name, kCifar100); });
    EXPECT_EQ(text, (kData / name).string() + ": expected a multiple of 3074 bytes (CIFAR-100 records), found " + size +
                        "; the file is cut short or has extra bytes, fetch it again");
  }
}

TEST(CifarReader, NamesALabelOutOfRangeWithItsPlace) {
  const auto text = complaint([] { rows_of("cifar10/label_10_out_of_range.bin", kCifar10); });
  EXPECT_TRUE(says(text, "label_10_out_of_range.bin: expected a label from 0 to 9, found 10 at byte ")) << text;
}

TEST(CifarReader, ListsEveryMissingFileOfASplit) {
  const auto folder = fs::path(testing::TempDir()) / ("kdbench-cifar-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  fs::copy_file(kData / "cifar10/two_records_good.bin", folder / "one.bin");
  EXPECT_EQ(complaint([&] {
              read_split(folder, {"one.bin", "two.bin", "three.bin"}, kCifar10, 6, "cifar10");
            }),
            "cannot find two.bin, three.bin in " + folder.string() +
                "; run `kdbench data fetch cifar10`, or set 'folder' or the suite's data folder");
  EXPECT_EQ(read_split(folder, {"one.bin", "one.bin"}, kCifar10, 4, "cifar10").labels.size(), 4u);
  // Whole records, and yet too few of them.
  EXPECT_EQ(complaint([&] { read_split(folder, {"one.bin"}, kCifar10, 10000, "cifar10"); }),
            folder.string() + ": expected 10000 rows in one.bin, found 2; a file is cut short, fetch it again");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace cifar

namespace kdbench::test {
namespace {

TEST(Cifar10, ReadsFiveFilesInOrderAndNamesTheOneThatIsMissing) {
  const OwnFolder folder("cifar10-files");
  // 10,000 records of 3073 zeros: class 0, black. The first label of batch n is n.
  for (const int n : {1, 2, 3, 5}) folder.write("data_batch_" + std::to_string(n) + ".bin", {static_cast<char>(n)}, 30'730'000);
  const auto cifar10 = dataset("cifar10", {{"folder", folder.path.string()}});
  EXPECT_TRUE(says(complaint([&] { cifar10->load(SplitKind::kTrain, ""); }), "cannot find data_batch_4.bin in "));
  folder.write("data_batch_4.bin", "\4", 30'730'000);
  const auto train = cifar10->load(SplitKind::kTrain, "");
  EXPECT_EQ(train.images.sizes(), at::IntArrayRef({50000, 3, 32, 32}));
  EXPECT_TRUE(train.labels.slice(0, 0, 50000, 10000).equal(at::tensor({1, 2, 3, 4, 5}, torch::kInt64)));
}

}  // namespace
}  // namespace kdbench::test
