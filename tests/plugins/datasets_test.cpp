// The data sets that read files and those that are made of others, through their built libraries.
#include "built_plugins.h"
#include "complaint.h"

#include <kdbench/registry/check_params.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kdbench {
namespace {

namespace fs = std::filesystem;
using test::built_plugins;
using test::complaint;

std::shared_ptr<Dataset> dataset(const std::string& name, const ParamValues& params, const DatasetContext& context = {}) {
  const auto& entry = built_plugins().datasets.at(name);
  return entry.create(resolve_params(entry.params, params), context);
}

/// A copy of a tree of test data, so that what is cached beside it goes with it.
struct DataFolder {
  explicit DataFolder(const std::string& tree) {
    fs::create_directories(path);
    fs::copy(KDBENCH_TEST_DATA "/data/" + tree, path / tree, fs::copy_options::recursive);
  }
  ~DataFolder() { fs::remove_all(path); }
  const fs::path path = fs::path(testing::TempDir()) / ("kdbench-data-" + std::to_string(::getpid()));
};

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

TEST(Cifar, ReadsAllRowsAndRefusesAFolderWithABatchMissing) {
  const auto folder = fs::path(testing::TempDir()) / ("kdbench-cifar-files-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const auto write = [&](const std::string& name, std::uintmax_t bytes) {
    std::ofstream(folder / name).flush();
    fs::resize_file(folder / name, bytes);  // zeros that take no room: class 0, black
  };
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_5.bin"})
    write(name, 30'730'000);
  const auto cifar10 = dataset("cifar10", {{"folder", folder.string()}});
  EXPECT_NE(complaint([&] { cifar10->load(SplitKind::kTrain, ""); }).find("cannot find data_batch_4.bin in "), std::string::npos);
  write("data_batch_4.bin", 30'730'000);
  EXPECT_EQ(cifar10->load(SplitKind::kTrain, "").images.sizes(), at::IntArrayRef({50000, 3, 32, 32}));
  write("train.bin", 30'730'000);
  EXPECT_NE(complaint([&] {
              dataset("cifar100", {{"folder", folder.string()}})->load(SplitKind::kTrain, "");
            }).find("which are CIFAR-10 records"),
            std::string::npos);
  fs::remove_all(folder);
  EXPECT_EQ(dataset("cifar100", {})->info().num_classes, 100);
}

/// Twelve images of 2 x 2 that all differ, of three classes in turn.
class Twelve final : public Dataset {
 public:
  explicit Twelve(ImageShape image = {1, 2, 2}) : image_(image) {}
  DatasetInfo info() const override {
    DatasetInfo info;
    info.num_classes = 3;
    info.image = image_;
    info.num_train = info.num_test = 12;
    info.has_posterior = true;
    return info;
  }
  Split load(SplitKind, const fs::path&) const override {
    // P(0), P(1), P(2) = 1/2, 3/8, 1/8 for every image
    return {at::arange(48, torch::kInt64).to(torch::kUInt8).view({12, 1, 2, 2}), at::arange(12, torch::kInt64).remainder(3),
            at::tensor({0.5, 0.375, 0.125}, torch::kFloat64).expand({12, 3})};
  }

 private:
  ImageShape image_;
};

DatasetContext twelve() { return {.of = std::make_shared<Twelve>(), .note = {}}; }

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

TEST(Rotated, GivesEveryImageOneAngle) {
  const auto rotated = dataset("rotated", {}, twelve());
  EXPECT_EQ(rotated->info().num_classes, 12);
  EXPECT_EQ(rotated->info().num_train, 12);
  EXPECT_FALSE(rotated->info().has_posterior);
  const auto split = rotated->load(SplitKind::kTrain, "");
  EXPECT_TRUE(
      split.labels.bincount({}, 12).equal(at::tensor(std::vector<std::int64_t>(12, 1), torch::kInt64)));  // 4 rows, 4 angles
  const auto plain = Twelve().load(SplitKind::kTrain, "");
  for (std::int64_t i = 0; i < 12; ++i) {
    const auto label = split.labels[i].item<std::int64_t>();
    EXPECT_EQ(label / 4, i % 3);
    EXPECT_TRUE(split.images[i].equal(plain.images[i].rot90(label % 4, {1, 2})));
  }
}

TEST(Rotated, GivesEveryImageEveryAngleIfAsked) {
  const auto rotated = dataset("rotated", {{"copies", std::string("all")}, {"angles", std::int64_t{2}}}, twelve());
  EXPECT_EQ(rotated->info().num_classes, 6);
  EXPECT_EQ(rotated->info().num_train, 24);
  const auto split = rotated->load(SplitKind::kTrain, "");
  EXPECT_TRUE(split.labels.slice(0, 0, 6).equal(at::tensor({0, 1, 2, 3, 4, 5}, torch::kInt64)));
  // Image 1 is 4 5 / 6 7; turned anticlockwise it is 5 7 / 4 6.
  EXPECT_TRUE(split.images[2].flatten().equal(at::tensor({4, 5, 6, 7}, torch::kUInt8)));
  EXPECT_TRUE(split.images[3].flatten().equal(at::tensor({5, 7, 4, 6}, torch::kUInt8)));
}

TEST(Rotated, NeedsSquareImages) {
  for (const auto& image : {ImageShape{1, 2, 3}, ImageShape{8, 1, 1}}) {
    EXPECT_NE(complaint([&] {
                dataset("rotated", {}, {.of = std::make_shared<Twelve>(image), .note = {}});
              }).find("it needs square images of at least 2 x 2 pixels"),
              std::string::npos);
  }
}

TEST(Wrappers, SayThatTheyAreMadeOfAnother) {
  for (const char* name : {"subset", "rotated"}) {
    EXPECT_TRUE(built_plugins().datasets.at(name).about.takes_of);
    EXPECT_EQ(complaint([&] { dataset(name, {}); }), std::string(name) + ": it is made of another data set; name one by 'of'");
  }
  EXPECT_FALSE(built_plugins().datasets.at("cifar10").about.takes_of);
}

TEST(Wrappers, CanBeMadeOfEachOther) {
  const DatasetContext small{.of = dataset("subset", {{"classes", std::int64_t{2}}}, twelve()), .note = {}};
  const auto rotated = dataset("rotated", {}, small);
  EXPECT_EQ(rotated->info().num_classes, 8);
  EXPECT_EQ(rotated->load(SplitKind::kTrain, "").labels.size(0), 8);
}

}  // namespace
}  // namespace kdbench
