// The published folders: class numbers of both splits, and what is refused.
#include <plugins/datasets/tiny_imagenet/layout.h>

#include <tests/plugins/dataset_checks.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace tiny {
namespace {

using kdbench::test::complaint;
using kdbench::test::says;

const fs::path kFlat = KDBENCH_TEST_DATA "/data/tiny_flat_val";

/// A copy of the small tree that a test may break.
struct TinyLayout : testing::Test {
  TinyLayout() { fs::copy(kFlat, root, fs::copy_options::recursive); }
  ~TinyLayout() override { fs::remove_all(root); }
  const fs::path root = fs::path(testing::TempDir()) / ("kdbench-tiny-" + std::to_string(::getpid()));
};

TEST_F(TinyLayout, NumbersClassesByTheLinesOfTheList) {
  EXPECT_EQ(classes(root, 3), (Names{"n02124075", "n07734744", "n01443537"}));
  fs::remove(root / "wnids.txt");
  EXPECT_EQ(classes(root, 3), (Names{"n01443537", "n02124075", "n07734744"}));
}

TEST_F(TinyLayout, GivesBothSplitsTheSameNumbers) {
  const auto names = classes(root, 3);
  const auto train = list_train(root, names, 2), val = list_val(root, names, 1);
  EXPECT_EQ(train.labels, (std::vector<std::int64_t>{0, 0, 1, 1, 2, 2}));
  for (std::size_t i = 0; i < train.files.size(); ++i) {
    EXPECT_TRUE(says(train.files[i].path.string(), names[static_cast<std::size_t>(train.labels[i])]));
    EXPECT_EQ(train.files[i].path.extension(), ".JPEG");  // boxes are passed over
  }
  // val_0 n07734744, val_1 n01443537, val_2 n02124075
  EXPECT_EQ(val.labels, (std::vector<std::int64_t>{1, 2, 0}));
  EXPECT_EQ(val.files[0].path.filename(), "val_0.JPEG");
  fs::remove(root / "wnids.txt");
  const auto sorted = classes(root, 3);
  EXPECT_EQ(list_val(root, sorted, 1).labels, (std::vector<std::int64_t>{2, 0, 1}));
  EXPECT_TRUE(says(list_train(root, sorted, 2).files[0].path.string(), "n01443537"));
}

TEST_F(TinyLayout, NeedsTheLabelsOfVal) {
  fs::remove(root / "val/val_annotations.txt");
  EXPECT_TRUE(
      says(complaint([&] { list_val(root, classes(root, 3), 1); }), "val_annotations.txt, which holds the labels of val"));
}

TEST_F(TinyLayout, RefusesClassesThatTheListAndTheFoldersDoNotShare) {
  fs::remove_all(root / "train/n07734744");
  EXPECT_TRUE(says(complaint([&] { classes(root, 3); }), "that are not in " + (root / "train").string() + ": n07734744"));
  fs::create_directories(root / "train/n07734744");
  fs::create_directories(root / "train/n99999999");
  EXPECT_TRUE(says(complaint([&] { classes(root, 3); }), "that are not in " + (root / "wnids.txt").string() + ": n99999999"));
}

TEST_F(TinyLayout, RefusesAnotherNumberOfClassesAndNamesBoth) {
  EXPECT_EQ(complaint([&] { classes(root, 200); }),
            root.string() + ": expected 'classes' = 200, found 3 (n02124075, n07734744, n01443537); set classes = 3");
}

TEST_F(TinyLayout, RefusesATreeThatWasUnpackedInPart) {
  const auto names = classes(root, 3);
  EXPECT_TRUE(says(complaint([&] { list_train(root, names, 500); }),
                   "expected 500 images, found 2; unpack the archive again, or set 'per_class'"));
  EXPECT_TRUE(says(complaint([&] { list_val(root, names, 50); }), "expected 150 images, found 3"));
  EXPECT_EQ(list_val(root, names, 0).files.size(), 3u);
  fs::remove(root / "val/images/val_1.JPEG");
  EXPECT_TRUE(
      says(complaint([&] { list_val(root, names, 1); }), "cannot find the file " + (root / "val/images/val_1.JPEG").string()));
}

TEST_F(TinyLayout, RefusesAnImageWithoutALabelAndALabelOfNoClass) {
  const auto names = classes(root, 3);
  fs::copy_file(root / "val/images/val_1.JPEG", root / "val/images/val_9.JPEG");
  EXPECT_TRUE(says(complaint([&] { list_val(root, names, 0); }), "holds 4 images, but "));
  std::ofstream(root / "val/val_annotations.txt", std::ios::app) << "val_9.JPEG\tn00000000\t0\t0\t1\t1\n";
  EXPECT_TRUE(
      says(complaint([&] { list_val(root, names, 0); }), "val_annotations.txt:4: 'n00000000' is none of the 3 classes of train"));
}

TEST_F(TinyLayout, RefusesAnImageThatIsNamedOutsideItsFolder) {
  const auto names = classes(root, 3);
  std::ofstream(root / "val/val_annotations.txt", std::ios::app) << "../../train/x.JPEG\t" << names[0] << "\t0\t0\t1\t1\n";
  const auto text = complaint([&] { list_val(root, names, 0); });
  EXPECT_TRUE(says(text, "val_annotations.txt:4: expected the name of a file in ")) << text;
}

}  // namespace
}  // namespace tiny

namespace kdbench::test {
namespace {

ParamValues tiny_params(const std::string& folder) {
  return {{"folder", folder}, {"classes", std::int64_t{3}}, {"per_class", std::int64_t{0}}, {"val_per_class", std::int64_t{0}}};
}

TEST(TinyImageNet, GivesAColourTheSameNumberInBothSplits) {
  const DataFolder data("tiny_flat_val");
  const auto tiny = dataset("tiny_imagenet", tiny_params("tiny_flat_val"));
  // By wnids.txt: n02124075, green, is 0; n07734744, blue, is 1; n01443537, red, is 2.
  const std::vector<std::int64_t> channel_of{1, 2, 0};
  for (const auto kind : {SplitKind::kTrain, SplitKind::kTest}) {
    const auto split = tiny->load(kind, data.path);
    const auto brightest = split.images.to(torch::kFloat32).mean({2, 3}).argmax(1);
    for (std::int64_t i = 0; i < split.labels.size(0); ++i) {
      EXPECT_EQ(brightest[i].item<std::int64_t>(), channel_of[static_cast<std::size_t>(split.labels[i].item<std::int64_t>())]);
    }
  }
  EXPECT_EQ(tiny->load(SplitKind::kTest, data.path).images.size(0), 3);  // test/ is never read
}

TEST(TinyImageNet, MakesThreeEqualPlanesOfGreyImages) {
  const DataFolder data("tiny_with_gray");
  std::vector<std::string> notes;
  const auto tiny =
      dataset("tiny_imagenet", tiny_params("tiny_with_gray"), {.note = [&](const auto& line) { notes.push_back(line); }});
  const auto train = tiny->load(SplitKind::kTrain, data.path), test = tiny->load(SplitKind::kTest, data.path);
  EXPECT_EQ(train.images.sizes(), at::IntArrayRef({4, 3, 64, 64}));
  EXPECT_EQ(test.images.sizes(), at::IntArrayRef({1, 3, 64, 64}));
  EXPECT_EQ(train.images.scalar_type(), torch::kUInt8);
  const auto grey = train.images[1];  // n01443537_1, the second of its class, which is the first
  EXPECT_TRUE(grey[0].equal(grey[1]) && grey[0].equal(grey[2]));
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].find("tiny_imagenet train: 4 images decoded at "), 0u) << notes[0];
}

TEST(TinyImageNet, ScalesToASmallerSide) {
  const DataFolder data("tiny_flat_val");
  auto params = tiny_params("tiny_flat_val");
  params["size"] = std::int64_t{16};
  const auto tiny = dataset("tiny_imagenet", params);
  EXPECT_EQ(tiny->info().image.height, 16);
  EXPECT_EQ(tiny->load(SplitKind::kTrain, data.path).images.sizes(), at::IntArrayRef({6, 3, 16, 16}));
}

}  // namespace
}  // namespace kdbench::test
