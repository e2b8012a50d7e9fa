// Files of data sets that another reader took for something else: labels, record sizes, byte order, folders, channels.
#include <plugins/datasets/cifar10/cifar_reader.h>
#include <plugins/datasets/idx/idx_reader.h>

#include <tests/plugins/dataset_checks.h>

namespace kdbench::test::public_faults {
namespace {

namespace fs = std::filesystem;
const fs::path kData = KDBENCH_TEST_DATA "/data";

cifar::Rows cifar_rows(const std::string& file, const cifar::Layout& layout) {
  cifar::Rows rows;
  cifar::read(kData / file, layout, rows);
  return rows;
}

std::string cifar_complaint(const std::string& file, const cifar::Layout& layout) {
  return complaint([&] { cifar_rows(file, layout); });
}

TEST(KB_12, TheFineLabelOfCifar100IsTheClassAndThePixelsBeginBehindIt) {
  const auto rows = cifar_rows("cifar100/two_records_good.bin", cifar::kCifar100);
  EXPECT_EQ(rows.labels, (std::vector<std::uint8_t>{42, 98}));  // coarse: 3 and 11
  // R(0, 0), R(0, 1), R(0, 31), R(1, 0), then the planes of G and B
  const std::vector<std::pair<std::size_t, int>> pixels{{0, 0}, {1, 1}, {31, 31}, {32, 40}, {1024, 80}, {2048, 120}};
  for (const auto& [at, value] : pixels) EXPECT_EQ(rows.pixels[at], value) << at;
  EXPECT_EQ(dataset("cifar100", {})->info().num_classes, 100);
}

TEST(KB_12, TheFilesOfEitherCifarAreNotThoseOfTheOther) {
  EXPECT_TRUE(says(cifar_complaint("cifar10/two_records_good.bin", cifar::kCifar100), "found 6146, which are CIFAR-10 records"));
  EXPECT_TRUE(says(cifar_complaint("cifar100/two_records_good.bin", cifar::kCifar10), "found 6148, which are CIFAR-100 records"));
}

TEST(KB_13, ABinaryFileThatIsCutShortTooLongOrEmptyIsRefusedWithBothSizes) {
  for (const auto& [file, size] :
       {std::pair{"truncated_by_one_byte", "6147"}, std::pair{"one_byte_extra", "6149"}, std::pair{"empty", "0"}}) {
    const auto said = cifar_complaint(std::string("cifar100/") + file + ".bin", cifar::kCifar100);
    EXPECT_TRUE(says(said, std::string(file) + ".bin: expected a multiple of 3074 bytes (CIFAR-100 records), found " + size))
        << said;
  }
  const auto said = cifar_complaint("cifar10/label_10_out_of_range.bin", cifar::kCifar10);
  EXPECT_TRUE(says(said, "label_10_out_of_range.bin: expected a label from 0 to 9, found 10 at byte ")) << said;
}

TEST(KB_13, AFolderThatLacksOneOfFiveBatchesIsNotASmallerDataSet) {
  const OwnFolder folder("kb13");
  for (const int n : {1, 2, 3, 5}) folder.write("data_batch_" + std::to_string(n) + ".bin", "", 10000 * 3073);
  EXPECT_TRUE(says(complaint([&] {
                     dataset("cifar10", {{"folder", folder.path.string()}})->load(SplitKind::kTrain, "");
                   }),
                   "cannot find data_batch_4.bin in "));
}

TEST(KB_14, IdxFilesAreReadPlainOrGzippedWhateverTheirName) {
  for (const char* folder : {"good", "good_gz", "gz_content_without_gz_name"}) {
    SCOPED_TRACE(folder);
    const auto images = idx::read_images(idx::find(kData / "idx" / folder / "images-idx3-ubyte", ""));
    ASSERT_EQ(images.count, 4u);
    EXPECT_EQ(images.height * images.width, 28u * 28);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(images.pixels[k * 28 * 28], 10 * k);
    EXPECT_EQ(idx::read_labels(idx::find(kData / "idx" / folder / "labels-idx1-ubyte", ""), 10),
              (std::vector<std::uint8_t>{5, 0, 4, 9}));
  }
}

TEST(KB_14, SwappedFilesAndALittleEndianHeaderAreNamed) {
  const auto images = [](const std::string& folder) {
    return complaint([&] { idx::read_images(kData / "idx" / folder / "images-idx3-ubyte"); });
  };
  EXPECT_TRUE(says(images("swapped_files"), "expected the magic number 2051 (images), found 2049 (labels)"));
  EXPECT_TRUE(says(images("little_endian_header"), "found 50855936, which is 2051 in little-endian order"));
  EXPECT_TRUE(says(complaint([] { idx::read_labels(kData / "idx/swapped_files/labels-idx1-ubyte", 10); }),
                   "expected the magic number 2049 (labels), found 2051"));
  // The archives of other places have a dot for the dash.
  const OwnFolder folder("kb14");
  fs::copy_file(kData / "idx/good/labels-idx1-ubyte", folder.path / "labels.idx1-ubyte");
  EXPECT_EQ(idx::find(folder.path / "labels-idx1-ubyte", ""), folder.path / "labels.idx1-ubyte");
}

ParamValues whole_tree(const std::string& folder) {
  return {{"folder", folder}, {"classes", std::int64_t{3}}, {"per_class", std::int64_t{0}}, {"val_per_class", std::int64_t{0}}};
}

TEST(KB_15, AColourOfTinyImageNetHasOneClassNumberInTrainAndInTheFlatFolderOfVal) {
  const DataFolder data("tiny_flat_val");
  const auto tiny = dataset("tiny_imagenet", whole_tree("tiny_flat_val"));
  // Lines of wnids.txt: n02124075, green, is 0; n07734744, blue, 1; n01443537, red, 2. Channels are red, green, blue.
  const auto class_of_channel = at::tensor({2, 0, 1}, torch::kInt64);
  for (const auto kind : {SplitKind::kTrain, SplitKind::kTest}) {
    const auto split = tiny->load(kind, data.path);
    const auto brightest = split.images.to(torch::kFloat32).mean({2, 3}).argmax(1);
    EXPECT_TRUE(split.labels.equal(class_of_channel.index_select(0, brightest)));
    EXPECT_EQ(split.labels.size(0), kind == SplitKind::kTrain ? 6 : 3);  // boxes are no images, and test/ is never read
  }
  fs::remove(data.path / "tiny_flat_val/val/val_annotations.txt");
  EXPECT_TRUE(says(complaint([&] { tiny->load(SplitKind::kTest, data.path); }), "val_annotations.txt"));
}

TEST(KB_16, AGreyImageAmongColourOnesHasThreeEqualPlanes) {
  const DataFolder data("tiny_with_gray");
  const auto tiny = dataset("tiny_imagenet", whole_tree("tiny_with_gray"), {.note = [](const auto&) {}});
  const auto train = tiny->load(SplitKind::kTrain, data.path), val = tiny->load(SplitKind::kTest, data.path);
  EXPECT_EQ(train.images.sizes(), at::IntArrayRef({4, 3, 64, 64}));
  EXPECT_EQ(val.images.sizes(), at::IntArrayRef({1, 3, 64, 64}));
  for (const auto& grey : {train.images[1], val.images[0]}) {
    EXPECT_TRUE(grey[0].equal(grey[1]) && grey[0].equal(grey[2]));
  }
  EXPECT_EQ(tiny->info().mean.size(), 3u);
}

}  // namespace
}  // namespace kdbench::test::public_faults
