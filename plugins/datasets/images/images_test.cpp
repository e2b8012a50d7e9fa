// Pixels known by hand, files that are broken, and the cache.
#include <plugins/datasets/images/cache.h>
#include <plugins/datasets/images/load.h>

#include <kdbench/sdk/error.h>

#include <tests/plugins/complaint.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace images {
namespace {

using kdbench::test::complaint;
using kdbench::test::says;

const fs::path kData = KDBENCH_TEST_DATA "/data";
const fs::path kGreyJpeg = kData / "tiny_with_gray/train/n01443537/images/n01443537_1.JPEG";
const fs::path kRedJpeg = kData / "tiny_flat_val/train/n01443537/images/n01443537_0.JPEG";

Pixels decoded(const fs::path& file, std::size_t channels = 3) {
  return decode(read_file(file), channels, file.filename().string());
}

TEST(DecodeJpeg, GivesRedItsPlane) {
  const auto image = decoded(kRedJpeg);
  EXPECT_EQ(image.height, 64u);
  EXPECT_EQ(image.width, 64u);
  ASSERT_EQ(image.values.size(), 64u * 64 * 3);
  EXPECT_GT(image.values[0], image.values[1] + 50);
  EXPECT_GT(image.values[0], image.values[2] + 50);
}

TEST(DecodeJpeg, MakesThreeEqualPlanesOfGrey) {
  const auto rgb = decoded(kGreyJpeg), grey = decoded(kGreyJpeg, 1);
  ASSERT_EQ(rgb.values.size(), 3 * grey.values.size());
  for (std::size_t i = 0; i < grey.values.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(rgb.values[3 * i + c], grey.values[i]);
  }
}

TEST(DecodeJpeg, RefusesAFileThatEndsEarly) {
  auto bytes = read_file(kRedJpeg);
  bytes.resize(bytes.size() - 12);
  EXPECT_TRUE(says(complaint([&] { decode(bytes, 3, "red.jpg"); }), "red.jpg: broken JPEG data ("))
      << complaint([&] { decode(bytes, 3, "x"); });
  bytes.resize(100);
  EXPECT_TRUE(says(complaint([&] { decode(bytes, 3, "red.jpg"); }), "red.jpg: broken JPEG"))
      << complaint([&] { decode(bytes, 3, "x"); });
}

TEST(DecodePng, GivesTheBytesOfTheFile) {
  const auto image = decoded(kData / "images/rgb.png");
  EXPECT_EQ(image.values, (Bytes{255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30}));
  // Sixteen bits keep their upper eight; a palette is looked up, its alpha dropped; the gamma a file notes is not applied.
  EXPECT_EQ(decoded(kData / "images/grey16.png").values, (Bytes{0x12, 0x12, 0x12, 0xAB, 0xAB, 0xAB}));
  EXPECT_EQ(decoded(kData / "images/palette_with_alpha.png").values, (Bytes{200, 100, 50, 1, 2, 3}));
  EXPECT_EQ(decoded(kData / "images/gamma.png", 1).values, (Bytes{100, 200}));
}

TEST(DecodePng, MakesGreyByLuma) {
  // (255 * 19595 + 32768) / 65536 = 76.7; (255 * 38470 + 32768) / 65536 = 150.2; (255 * 7471 + 32768) / 65536 = 29.6;
  // (10 * 19595 + 20 * 38470 + 30 * 7471 + 32768) / 65536 = 18.7: each rounded down, after the half was added
  EXPECT_EQ(decoded(kData / "images/rgb.png", 1).values, (Bytes{76, 150, 29, 18}));
}

TEST(KB_59, AJpegWhoseDataAreDamagedIsRefusedWhateverTheDecoderCallsIt) {
  EXPECT_NO_THROW(decoded(kData / "images/good.jpg"));
  const auto warned = complaint([] { decoded(kData / "images/warning_only.jpg"); });
  EXPECT_TRUE(says(warned, "warning_only.jpg: broken JPEG data (")) << warned;
  const auto fatal = complaint([] { decoded(kData / "images/fatal_after_warning.jpg"); });
  EXPECT_TRUE(says(fatal, "fatal_after_warning.jpg: broken JPEG ")) << fatal;
}

TEST(DecodePng, RefusesAFileThatWasCutShort) {
  EXPECT_TRUE(says(complaint([] { decoded(kData / "images/cut.png"); }), "cut.png: broken PNG data (cut short)"))
      << complaint([] { decoded(kData / "images/cut.png"); });
}

TEST(Decode, RefusesWhatIsNoImage) {
  EXPECT_EQ(complaint([] { decode({}, 3, "x.png"); }), "x.png: an empty file; fetch it again, or remove it");
  EXPECT_EQ(complaint([] {
              decode({'G', 'I', 'F', '8'}, 3, "x.jpg");
            }),
            "x.jpg: neither JPEG nor PNG; fetch it again, or remove it");
}

TEST(Fit, RefusesAnotherSizeUnlessAskedToScale) {
  const Pixels image{1, 1, 2, {7, 9}};
  EXPECT_EQ(complaint([&] {
              fit(image, {1, 2, 2, false}, "a.png");
            }),
            "a.png: expected an image of 2 x 2 pixels (height x width), found 1 x 2");
  EXPECT_EQ(fit(image, {1, 1, 2, false}, "a.png").values, image.values);
}

TEST(Fit, CutsTheCentre) {
  // Two rows of four: both rows fit, of the columns the middle two stay.
  EXPECT_EQ(fit({1, 2, 4, {1, 2, 3, 4, 5, 6, 7, 8}}, {1, 2, 2, true}, "a").values, (Bytes{2, 3, 6, 7}));
}

TEST(Fit, ScalesByTriangles) {
  // A target pixel two source pixels wide, around 1: sources at 0.5 and 1.5 weigh 3/4 each, at 2.5 1/4; over their sum 7/4:
  // (3 * 0 + 3 * 70 + 1 * 140) / 7 = 50, and from the other end (3 * 210 + 3 * 140 + 1 * 70) / 7 = 160.
  EXPECT_EQ(fit({1, 4, 4, {0, 70, 140, 210, 0, 70, 140, 210, 0, 70, 140, 210, 0, 70, 140, 210}}, {1, 2, 2, true}, "a").values,
            (Bytes{50, 160, 50, 160}));
  // Enlarged: between the centres of two pixels their values are mixed in the ratio of the distances; beyond them they stay.
  EXPECT_EQ(fit({1, 1, 2, {0, 100}}, {1, 2, 4, true}, "a").values, (Bytes{0, 25, 75, 100, 0, 25, 75, 100}));
}

TEST(Fit, TakesOfATallImageTheRowsThatItKeeps) {
  Pixels tall{1, 4'000'000, 1, Bytes(4'000'000, 7)};  // all of them, 64 times wider and in double precision, would be 2 GB
  EXPECT_EQ(fit(std::move(tall), {1, 64, 64, true}, "a").values, Bytes(64 * 64, 7));
}

TEST(Fit, LeavesEvenColourAsItIs) {
  const Pixels even{3, 5, 7, Bytes(3 * 5 * 7, 200)};
  EXPECT_EQ(fit(even, {3, 3, 2, true}, "a").values, Bytes(3 * 3 * 2, 200));
}

TEST(ToPlanes, SeparatesTheChannels) {
  Bytes out(6);
  to_planes({3, 1, 2, {1, 2, 3, 4, 5, 6}}, out.data());
  EXPECT_EQ(out, (Bytes{1, 4, 2, 5, 3, 6}));
}

/// A folder with a data set of three grey images in it, and a home with a cache of its own.
struct LoadImages : testing::Test {
  LoadImages() {
    fs::create_directories(folder);
    for (const char* name : {"b.png", "a.png", "c.JPEG"}) {
      fs::copy_file(std::string(name) == "c.JPEG" ? kGreyJpeg : kData / "images/gamma.png", folder / name);
    }
    std::ofstream(folder / "notes.txt") << "no image";
    ::setenv("XDG_CACHE_HOME", (root / "home").c_str(), 1);
  }
  ~LoadImages() override {
    std::error_code ignored;
    fs::remove_all(root, ignored);
    ::unsetenv("XDG_CACHE_HOME");
  }
  Request request(unsigned cores = 1) const { return {"toy train", folder, image_files(folder), {1, 2, 2, true}, cores}; }
  std::string load_into(Bytes& out, unsigned cores = 1) const {
    out.assign(size_of(request()), 0);
    return load(request(cores), out.data());
  }
  fs::path kept() const {
    for (const auto& entry : fs::directory_iterator(root / ".kdbench-cache")) {
      if (entry.path().extension() == ".images") return entry.path();
    }
    return {};
  }

  const fs::path root = fs::path(testing::TempDir()) / ("kdbench-images-" + std::to_string(::getpid()));
  const fs::path folder = root / "toy";
};

TEST_F(LoadImages, ListsImagesSortedAndNothingElse) {
  const auto files = image_files(folder);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].path.filename(), "a.png");
  EXPECT_EQ(files[2].path.filename(), "c.JPEG");
  EXPECT_EQ(files[0].bytes, fs::file_size(kData / "images/gamma.png"));
}

TEST_F(LoadImages, DecodesOnceAndReadsTheCacheThen) {
  Bytes first, second;
  const auto fresh = load_into(first);
  EXPECT_TRUE(says(fresh, "toy train: 3 images decoded at ")) << fresh;
  EXPECT_TRUE(says(fresh, " images/s on 1 core; kept in " + kept().string())) << fresh;
  const auto again = load_into(second);
  EXPECT_TRUE(says(again, "toy train: 3 images from " + kept().string() + ", decoded before at ")) << again;
  EXPECT_EQ(first, second);
}

TEST_F(LoadImages, GivesTheSameBytesOnAnyNumberOfCores) {
  Bytes one, three;
  load_into(one, 1);
  fs::remove_all(root / ".kdbench-cache");
  load_into(three, 3);
  EXPECT_EQ(one, three);
}

TEST_F(LoadImages, DecodesAgainWhenTheKeptFileIsDamaged) {
  Bytes whole, out;
  load_into(whole);
  const auto file = kept();
  {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(-1, std::ios::end);
    stream.put(static_cast<char>(whole.back() ^ 1));
  }
  EXPECT_TRUE(says(load_into(out), "decoded again, because the kept file was damaged"));
  EXPECT_EQ(out, whole);
  fs::resize_file(file, fs::file_size(file) - 1);
  EXPECT_TRUE(says(load_into(out), "decoded again, because the kept file was damaged"));
  EXPECT_EQ(out, whole);
}

TEST_F(LoadImages, DecodesAgainWhenAFileHasChanged) {
  Bytes out;
  load_into(out);
  const auto file = folder / "a.png";
  fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(1));
  EXPECT_TRUE(says(load_into(out), "images decoded at "));
}

TEST_F(LoadImages, KeepsElsewhereWhatCannotBeKeptBesideTheData) {
  std::ofstream(root / ".kdbench-cache") << "a file in the way";
  Bytes out;
  EXPECT_TRUE(says(load_into(out), "kept in " + (root / "home/kdbench/images").string()));
}

TEST_F(LoadImages, KeepsNothingOfASplitWithABrokenFile) {
  std::ofstream(folder / "b.png") << "broken";
  std::ofstream(folder / "c.JPEG") << "broken too";
  Bytes out;
  EXPECT_EQ(complaint([&] { load_into(out, 2); }),
            (folder / "b.png").string() + ": neither JPEG nor PNG; fetch it again, or remove it");
  EXPECT_EQ(kept(), fs::path());
}

}  // namespace
}  // namespace images
