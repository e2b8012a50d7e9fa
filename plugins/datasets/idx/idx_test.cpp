// IDX files that are right, and every way in which they were seen to be wrong.
#include <plugins/datasets/idx/idx_reader.h>

#include <tests/plugins/complaint.h>

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <string>

namespace {

using kdbench::test::complaint;
using kdbench::test::says;

namespace fs = std::filesystem;
const fs::path kData = KDBENCH_TEST_DATA "/data/idx";

void expect_four_images(const fs::path& folder) {
  const auto images = idx::read_images(idx::find(kData / folder / "images-idx3-ubyte", ""));
  ASSERT_EQ(images.count, 4u);
  EXPECT_EQ(images.height, 28u);
  EXPECT_EQ(images.width, 28u);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(images.pixels[k * 784], 10 * k);
  const auto labels = idx::read_labels(idx::find(kData / folder / "labels-idx1-ubyte", ""), 10);
  EXPECT_EQ(labels, (std::vector<std::uint8_t>{5, 0, 4, 9}));
}

TEST(IdxReader, ReadsPlainAndGzipByContent) {
  expect_four_images("good");
  expect_four_images("good_gz");
  expect_four_images("gz_content_without_gz_name");
}

TEST(IdxReader, NamesSwappedFiles) {
  const auto text = complaint([] { idx::read_images(kData / "swapped_files/images-idx3-ubyte"); });
  EXPECT_TRUE(says(text, "expected the magic number 2051 (images), found 2049 (labels): are the image and label files swapped?"))
      << text;
  const auto other = complaint([] { idx::read_labels(kData / "swapped_files/labels-idx1-ubyte", 10); });
  EXPECT_TRUE(says(other, "expected the magic number 2049 (labels), found 2051")) << other;
}

TEST(IdxReader, NamesALittleEndianHeader) {
  const auto text = complaint([] { idx::read_images(kData / "little_endian_header/images-idx3-ubyte"); });
  EXPECT_TRUE(says(text, "found 50855936, which is 2051 in little-endian order")) << text;
}

TEST(IdxReader, NamesTheSizesOfAFileThatWasCutShort) {
  const auto path = fs::path(testing::TempDir()) / ("cut-idx1-ubyte-" + std::to_string(::getpid()));
  std::ofstream(path, std::ios::binary) << std::string("\0\0\x08\x01\0\0\0\x04\x05\x00", 10);
  const auto text = complaint([&] { idx::read_labels(path, 10); });
  EXPECT_TRUE(says(text, "expected 4 bytes after the header, found 2; the file is cut short")) << text;
  std::ofstream(path, std::ios::binary) << std::string("\0\0", 2);
  EXPECT_TRUE(says(complaint([&] { idx::read_labels(path, 10); }), "expected a header of 8 bytes, found 2"));
  fs::remove(path);
}

TEST(IdxReader, RefusesGzipDataThatWasCutShort) {
  const auto path = fs::path(testing::TempDir()) / ("cut-idx3-ubyte-" + std::to_string(::getpid()) + ".gz");
  std::ifstream whole(kData / "good_gz/images-idx3-ubyte.gz", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(whole), {}};
  std::ofstream(path, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  EXPECT_NE(complaint([&] { idx::read_images(path); }), "accepted");
  fs::remove(path);
}

TEST(IdxReader, ReadsNoFurtherThanItsHeaderPromises) {
  const auto path = fs::path(testing::TempDir()) / ("large-idx1-ubyte-" + std::to_string(::getpid()) + ".gz");
  const auto out = gzopen(path.c_str(), "wb");
  const std::string begin("\0\0\x08\x01\0\0\0\x04", 8), zeros(5'000'000, '\0');
  gzwrite(out, begin.data(), 8);
  gzwrite(out, zeros.data(), 5'000'000);
  gzclose(out);
  const auto text = complaint([&] { idx::read_labels(path, 10); });
  EXPECT_TRUE(says(text, "expected 4 bytes after the header, found more; the file is cut short or has extra bytes")) << text;
  EXPECT_LT(idx::read_all(path, idx::kLabels).size(), 2'000'000u);
  fs::remove(path);
}

TEST(IdxReader, RefusesAFileWithoutRows) {
  const auto path = fs::path(testing::TempDir()) / ("none-idx3-ubyte-" + std::to_string(::getpid()));
  std::ofstream(path, std::ios::binary) << std::string("\0\0\x08\x03\xff\xff\xff\xff\0\0\0\0\0\0\0\x01", 16);
  const auto text = complaint([&] { idx::read_images(path); });
  EXPECT_TRUE(says(text, "expected rows after the header, which promises none")) << text;
  fs::remove(path);
}

TEST(IdxReader, RefusesALabelOutsideTheClasses) {
  const auto text = complaint([] { idx::read_labels(kData / "good/labels-idx1-ubyte", 5); });
  EXPECT_TRUE(says(text, "expected labels from 0 to 4, found 5 at row 0")) << text;
}

TEST(IdxReader, ListsTheNamesItTried) {
  const auto text = complaint([] { idx::find("/no/such/train-images-idx3-ubyte", "install the package x"); });
  EXPECT_TRUE(says(
      text, "tried train-images-idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte, train-images.idx3-ubyte.gz"))
      << text;
  EXPECT_TRUE(text.ends_with("install the package x")) << text;
}

TEST(IdxReader, HalvesByRoundedMeans) {
  // (0 + 1 + 2 + 3 + 2) / 4 = 2 and (10 + 20 + 30 + 41 + 2) / 4 = 25
  const idx::Images in{1, 2, 4, {0, 1, 10, 20, 2, 3, 30, 41}};
  EXPECT_EQ(idx::halve(in).pixels, (std::vector<std::uint8_t>{2, 25}));
}

}  // namespace
