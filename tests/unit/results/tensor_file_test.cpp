// Safetensors files as bytes: what comes back, and that nothing that was damaged does.
#include <kdbench/base/files.h>
#include <kdbench/results/tensor_file.h>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

struct TensorFileTest : testing::Test {
  ~TensorFileTest() override { fs::remove(file); }
  void put(const std::string& bytes) const { std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes; }
  std::string complaint() const {
    const auto read = TensorFile::read(file);
    return read ? "" : read.error().front().message;
  }
  const fs::path file = fs::path(testing::TempDir()) / ("kdbench-tensors-" + std::to_string(::getpid()) + ".safetensors");
};

/// Two tensors and a text.
void write_example(const fs::path& file) {
  write_tensor_file(file, {{"a", {"U8", {3}, "abc"}}, {"b", {"I16", {1, 2}, "wxyz"}}}, {{"who", "me"}});
}

bool is_example(const TensorFile& read) {
  const auto& tensors = read.tensors();
  return tensors.size() == 2 && tensors.at("a").bytes == "abc" && tensors.at("a").shape == std::vector<std::int64_t>{3} &&
         tensors.at("b").bytes == "wxyz" && tensors.at("b").dtype == "I16" && read.texts().at("who") == "me";
}

TEST_F(TensorFileTest, ComesBackAsItWas) {
  write_example(file);
  const auto read = TensorFile::read(file);
  ASSERT_TRUE(read) << complaint();
  EXPECT_TRUE(is_example(*read));
  EXPECT_TRUE(read->has_checksum());
}

TEST_F(TensorFileTest, FindsEveryBitThatWasFlippedOrIsNotHarmedByIt) {
  write_example(file);
  const auto whole = read_file(file).value();
  int found = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    auto flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    put(flipped);
    const auto read = TensorFile::read(file);
    found += read ? 0 : 1;
    if (read) {
      EXPECT_TRUE(is_example(*read)) << "bit " << bit << " changed what was read";
    }
  }
  // Those that do no harm: the name of the checksum (11 letters), and the spaces after the header that still are spaces.
  EXPECT_GT(found, static_cast<int>(8 * (whole.size() - 20)));
}

TEST_F(TensorFileTest, SaysThatItWasDamaged) {
  write_example(file);
  auto bytes = read_file(file).value();
  bytes.back() = '!';
  put(bytes);
  const auto said = complaint();
  EXPECT_TRUE(said.starts_with("is no valid safetensors file: it was damaged since it was written: expected the checksum "))
      << said;
}

TEST_F(TensorFileTest, ReadsFilesOfOthersThatHaveNoChecksum) {
  const std::string header = R"({"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
  const auto length = static_cast<char>(header.size());
  put(std::string({length, 0, 0, 0, 0, 0, 0, 0}) + header + "hi");
  const auto read = TensorFile::read(file);
  ASSERT_TRUE(read) << complaint();
  EXPECT_EQ(read->tensors().at("x").bytes, "hi");
  EXPECT_FALSE(read->has_checksum());
}

TEST_F(TensorFileTest, RefusesOffsetsOutsideTheFile) {
  const std::string header = R"({"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})";
  const auto length = static_cast<char>(header.size());
  put(std::string({length, 0, 0, 0, 0, 0, 0, 0}) + header + "hi");
  EXPECT_EQ(complaint(), "is no valid safetensors file: the bytes of tensor 'x' do not match its shape or the file's size");
}

/// A file of that header and no bytes behind it.
std::string file_of(const std::string& header) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header;
}

TEST_F(TensorFileTest, RefusesAHeaderThatWouldExhaustTheStack) {
  put(file_of(R"({"__metadata__":{"file_sha256":"x"},"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"));
  EXPECT_EQ(complaint(), "is no valid safetensors file: its header is no JSON object");
}

TEST_F(TensorFileTest, RefusesSizesThatAreNoIntegers) {
  for (const auto* wrong : {"[1e300]", "[-1]", "[0.5]", "[true]", "7", "{}"}) {
    put(file_of(fmt::format(R"({{"a":{{"dtype":"U8","shape":{},"data_offsets":[0,0]}}}})", wrong)));
    EXPECT_EQ(complaint(), "is no valid safetensors file: the entry of tensor 'a': expected integers of at least 0") << wrong;
  }
}

}  // namespace
}  // namespace kdbench
