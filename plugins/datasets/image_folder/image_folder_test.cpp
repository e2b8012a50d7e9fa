// Folders a class: what is listed, what is refused, and numbers for channels.
#include <plugins/datasets/image_folder/channel_list.h>
#include <plugins/datasets/image_folder/folders.h>

#include <tests/plugins/dataset_checks.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace folders {
namespace {

using kdbench::test::complaint;
using kdbench::test::says;

/// A tree of two classes and empty files; listing opens none.
struct ImageTree : testing::Test {
  ImageTree() {
    for (const char* name :
         {"train/cat/b.jpg", "train/cat/a.PNG", "train/ant/x.jpeg", "test/cat/c.jpg", "test/ant/d.jpg", "train/cat/Thumbs.db"})
      add(name);
  }
  ~ImageTree() override { fs::remove_all(root); }
  void add(const fs::path& name) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name).flush();
  }
  const fs::path root = fs::path(testing::TempDir()) / ("kdbench-tree-" + std::to_string(::getpid()));
};

TEST_F(ImageTree, NumbersClassesByNameAndListsTheirImages) {
  const auto names = classes(root, "", 2);
  EXPECT_EQ(names, (Names{"ant", "cat"}));
  const auto listing = list(root / "train", names);
  EXPECT_EQ(listing.labels, (std::vector<std::int64_t>{0, 1, 1}));
  EXPECT_EQ(listing.files[1].path.filename(), "a.PNG");
  add("train/ant/z.jpg");  // in turn, so that the first rows are of all classes
  EXPECT_EQ(list(root / "train", names).labels, (std::vector<std::int64_t>{0, 1, 0, 1}));
}

TEST_F(ImageTree, TakesValWhereThereIsNoTestAndAsksWhereThereAreBoth) {
  EXPECT_EQ(test_folder(root, ""), root / "test");
  add("val/cat/e.jpg");
  EXPECT_TRUE(says(complaint([&] { test_folder(root, ""); }), "holds both test and val; set 'test'"));
  EXPECT_EQ(test_folder(root, "val"), root / "val");
  fs::remove_all(root / "test");
  EXPECT_EQ(test_folder(root, ""), root / "val");
  fs::remove_all(root / "val");
  EXPECT_TRUE(says(complaint([&] { test_folder(root, ""); }), "expected a folder test or val beside train, found neither"));
}

TEST_F(ImageTree, RefusesAClassOfOneSplitOnly) {
  add("test/bee/f.jpg");
  EXPECT_EQ(complaint([&] { classes(root, "", 2); }), "classes in " + (root / "test").string() + " that are not in " +
                                                          (root / "train").string() +
                                                          ": bee; both splits must have a folder for every class");
  fs::remove_all(root / "test/bee");
  add("train/bee/f.jpg");
  EXPECT_TRUE(says(complaint([&] { classes(root, "", 2); }), "that are not in " + (root / "test").string() + ": bee"));
}

TEST_F(ImageTree, RefusesAnotherNumberOfClassesAndNamesBoth) {
  EXPECT_EQ(complaint([&] { classes(root, "", 10); }),
            (root / "train").string() + ": expected 'classes' = 10 folders, found 2 (ant, cat); set classes = 2");
}

TEST_F(ImageTree, RefusesAClassWithoutImages) {
  fs::remove(root / "train/ant/x.jpeg");
  EXPECT_TRUE(says(complaint([&] {
                     list(root / "train", {"ant", "cat"});
                   }),
                   "no .jpg, .jpeg or .png files; expected the images of class 'ant' in it"));
}

TEST_F(ImageTree, PointsToTheOtherPluginForAFlatFolderOfImages) {
  fs::remove_all(root / "test");
  add("val/images/val_0.JPEG");
  EXPECT_TRUE(says(complaint([&] { classes(root, "", 2); }), "use the plugin 'tiny_imagenet'"));
}

TEST(ChannelNumbers, ServeEveryChannelOrOneEach) {
  using channels::numbers;
  EXPECT_EQ(numbers("0.5", 3, 0, 1, "mean"), (std::vector<double>{0.5, 0.5, 0.5}));
  EXPECT_EQ(numbers(" 0.25,0.5 , 1", 3, 0, 1, "mean"), (std::vector<double>{0.25, 0.5, 1}));
  for (const auto* text : {"", "a", "0.5,", "0.5 0.5 0.5", "0.5,0.5", "1.5", "0,5,0,5,0,5", "nan"}) {
    EXPECT_TRUE(
        says(complaint([&] { numbers(text, 3, 0, 1, "mean"); }), "'mean' must be one number, or 3 with commas between them"))
        << text;
  }
}

}  // namespace
}  // namespace folders

namespace kdbench::test {
namespace {

namespace fs = std::filesystem;

TEST(ImageFolder, ReadsATreeAndChecksItsSize) {
  const DataFolder data("images");  // two PNG files of 2 x 1 pixels, one of 2 x 2
  const auto put = [&](const std::string& from, const fs::path& to) {
    fs::create_directories((data.path / "tree" / to).parent_path());
    fs::copy_file(data.path / "images" / from, data.path / "tree" / to);
  };
  for (const char* split : {"train", "test"}) {
    put("gamma.png", fs::path(split) / "b/x.png");
    put("palette_with_alpha.png", fs::path(split) / "a/y.png");
  }
  ParamValues params{
      {"folder", std::string("tree")}, {"classes", std::int64_t{2}}, {"size", std::int64_t{1}}, {"width", std::int64_t{2}}};
  const auto split = dataset("image_folder", params)->load(SplitKind::kTrain, data.path);
  EXPECT_TRUE(split.labels.equal(at::tensor({0, 1}, torch::kInt64)));
  EXPECT_TRUE(split.images[0].flatten().equal(at::tensor({200, 1, 100, 2, 50, 3}, torch::kUInt8)));
  EXPECT_TRUE(split.images[1].flatten().equal(at::tensor({100, 200, 100, 200, 100, 200}, torch::kUInt8)));
  put("rgb.png", "train/b/z.png");
  EXPECT_EQ(complaint([&] { dataset("image_folder", params)->load(SplitKind::kTrain, data.path); }),
            (data.path / "tree/train/b/z.png").string() + ": expected an image of 1 x 2 pixels (height x width), found 2 x 2");
  params["train_rows"] = std::int64_t{2};
  EXPECT_EQ(complaint([&] { dataset("image_folder", params)->load(SplitKind::kTrain, data.path); }),
            (data.path / "tree/train").string() + ": expected 'train_rows' = 2 images, found 3");
}

}  // namespace
}  // namespace kdbench::test
