// Fashion-MNIST from files made here: the two splits, halved images, and files that are another data set's.
#include <tests/plugins/dataset_checks.h>

namespace kdbench::test {
namespace {

constexpr std::uintmax_t kPixels = 28 * 28;

/// "2051, count, height, width" in four bytes each, most significant first, and the first pixels.
std::string images_of(std::uint32_t count, const std::string& pixels, std::uint32_t height = 28) {
  std::string bytes;
  for (const std::uint32_t number : {2051u, count, height, 28u}) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 255);
  }
  return bytes + pixels;
}

/// A folder of the test split, 10,000 black images of class 0 but for what is named.
struct Files : OwnFolder {
  Files(const std::string& name, const std::string& pixels, const std::string& labels) : OwnFolder("fashion-" + name) {
    write("t10k-images-idx3-ubyte", images_of(10000, pixels), 16 + 10000 * kPixels);
    write("t10k-labels-idx1-ubyte", std::string("\0\0\x08\x01\0\0\x27\x10", 8) + labels, 8 + 10000);  // 10000 = 0x2710
  }
  Split load(const ParamValues& params = {}, SplitKind kind = SplitKind::kTest) const {
    ParamValues all = params;
    all["dir"] = path.string();
    return dataset("fashion_mnist", all)->load(kind, "");
  }
};

TEST(FashionMnist, PromisesGreyImagesOfTheSideThatIsAskedFor) {
  const auto whole = dataset("fashion_mnist", {})->info(),
             half = dataset("fashion_mnist", {{"downsample", std::int64_t{2}}})->info();
  EXPECT_EQ(whole.num_classes, 10);
  EXPECT_EQ(whole.num_train, 60000);
  EXPECT_EQ(whole.num_test, 10000);
  EXPECT_EQ(whole.image.channels, 1);
  EXPECT_EQ(whole.image.height, 28);
  EXPECT_EQ(half.image.height, 14);
  EXPECT_EQ(half.image.width, 14);
  EXPECT_EQ(half.mean, whole.mean);
  EXPECT_LT(half.stddev[0], whole.stddev[0]);  // means of four pixels vary less than pixels
}

TEST(FashionMnist, ReadsTheTestSplitAndHalvesIt) {
  const Files files("halved", std::string("\x64\x28", 2), std::string("\x09\x03", 2));
  const auto whole = files.load();
  EXPECT_EQ(whole.images.sizes(), at::IntArrayRef({10000, 1, 28, 28}));
  EXPECT_TRUE(whole.labels.slice(0, 0, 3).equal(at::tensor({9, 3, 0}, torch::kInt64)));
  EXPECT_EQ(whole.images[0][0][0][1].item<std::int64_t>(), 40);
  const auto half = files.load({{"downsample", std::int64_t{2}}});
  EXPECT_EQ(half.images.sizes(), at::IntArrayRef({10000, 1, 14, 14}));
  EXPECT_EQ(half.images[0][0][0][0].item<std::int64_t>(), 35);  // (100 + 40 + 0 + 0) / 4
  EXPECT_TRUE(half.labels.equal(whole.labels));
}

TEST(FashionMnist, SaysWhichPackageBringsTheFiles) {
  const Files files("train", "", "");
  const auto text = complaint([&] { files.load({}, SplitKind::kTrain); });
  EXPECT_TRUE(says(text, "tried train-images-idx3-ubyte, ")) << text;
  EXPECT_TRUE(text.ends_with("install the package dataset-fashion-mnist or set 'dir'")) << text;
}

TEST(FashionMnist, RefusesAnotherDataSetInTheSameFormat) {
  const Files files("other", "", "");
  files.write("t10k-images-idx3-ubyte", images_of(4, ""), 16 + 4 * kPixels);
  const auto file = (files.path / "t10k-images-idx3-ubyte").string();
  EXPECT_EQ(
      complaint([&] { files.load(); }),
      file + ": expected 10000 images of 28 x 28, found 4 of 28 x 28; this is another data set, use the plugin 'idx' for it");
  files.write("t10k-images-idx3-ubyte", images_of(10000, "", 27), 16 + 10000 * 27 * 28);
  EXPECT_TRUE(says(complaint([&] { files.load(); }), "found 10000 of 27 x 28; this is another data set"));
}

TEST(FashionMnist, RefusesALabelBeyondItsTenClasses) {
  const Files files("labels", "", "\x0a");
  EXPECT_TRUE(says(complaint([&] { files.load(); }), "expected labels from 0 to 9, found 10 at row 0"));
}

}  // namespace
}  // namespace kdbench::test
