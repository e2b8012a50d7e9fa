// Folders a class: what is listed, what is refused, and numbers for channels.
#include <plugins/datasets/image_folder/channel_list.h>
#include <plugins/datasets/image_folder/folders.h>

#include <tests/plugins/complaint.h>

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
