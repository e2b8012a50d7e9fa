// The fingerprint of files and folders of data: what they hold decides it, and what their links lead to.
#include <kdbench/base/hash.h>
#include <kdbench/plan/resolve/fingerprint.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kdbench {
namespace {

TEST(ContentFingerprint, FollowsWhatAFileOrFolderHoldsAndNotWhereItLies) {
  const auto folder = std::filesystem::temp_directory_path() / ("kdbench-fingerprint-" + std::to_string(::getpid()));
  for (const char* name : {"a", "b"}) {
    std::filesystem::create_directories(folder / name);
    std::ofstream(folder / name / "images") << "one";
  }
  const auto first = content_fingerprint(folder / "a");
  EXPECT_EQ(first, content_fingerprint(folder / "b"));
  EXPECT_NE(first, content_fingerprint(folder / "a" / "images"));
  std::ofstream(folder / "b" / "images") << "two";
  EXPECT_NE(first, content_fingerprint(folder / "b"));
  EXPECT_EQ(content_fingerprint(folder / "missing"), "");
  std::filesystem::create_directories(folder / "a" / ".kdbench-cache");
  std::ofstream(folder / "a" / ".kdbench-cache" / "decoded") << "what a data set keeps there is no data";
  EXPECT_EQ(first, content_fingerprint(folder / "a"));
  std::filesystem::remove_all(folder);
}

/// A folder of data with two classes, and links to be made beside it.
struct LinkedData : testing::Test {
  LinkedData() : folder(std::filesystem::temp_directory_path() / ("kdbench-links-" + std::to_string(::getpid()))) {
    for (const char* name : {"real/cat/1", "real/cat/2", "real/dog/1"}) write(name, name);
  }
  ~LinkedData() override { std::filesystem::remove_all(folder); }
  void write(const std::filesystem::path& name, const std::string& text) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
  }
  void link(const std::filesystem::path& to, const std::filesystem::path& name) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::filesystem::create_symlink(to, folder / name);
  }
  std::string print(const std::string& name) const { return content_fingerprint(folder / name); }
  const std::filesystem::path folder;
};

TEST_F(LinkedData, HasTheFingerprintItAlwaysHadWhereThereAreNoLinks) {
  EXPECT_EQ(print("real"), sha256_hex("cat/1 10\nreal/cat/1cat/2 10\nreal/cat/2dog/1 10\nreal/dog/1").substr(0, 32));
  EXPECT_EQ(print("real/cat/1"), sha256_hex(" 10\nreal/cat/1").substr(0, 32));
}

TEST_F(LinkedData, CountsAsACopyOfWhatItsLinksShow) {
  link("../real/cat", "folders/cat");
  link("../real/dog", "folders/dog");
  EXPECT_EQ(print("folders"), print("real"));
  for (const char* name : {"cat/1", "cat/2", "dog/1"}) link(folder / "real" / name, std::filesystem::path("files") / name);
  EXPECT_EQ(print("files"), print("real"));
  link("real", "whole");
  EXPECT_EQ(print("whole"), print("real"));
}

TEST_F(LinkedData, ChangesWithWhatIsBehindALinkAndWithItsName) {
  link("../real/cat", "folders/cat");
  link("../real/dog", "folders/dog");
  const auto before = print("folders");
  write("real/cat/2", "other");
  const auto overwritten = print("folders");
  EXPECT_NE(overwritten, before);
  std::filesystem::rename(folder / "real/cat", folder / "real/bird");
  std::filesystem::rename(folder / "real/dog", folder / "real/cat");
  std::filesystem::rename(folder / "real/bird", folder / "real/dog");
  const auto swapped = print("folders");
  EXPECT_NE(swapped, overwritten);
  std::filesystem::rename(folder / "folders/cat", folder / "folders/cow");
  EXPECT_NE(print("folders"), swapped);
}

TEST_F(LinkedData, PassesOverLinksThatLeadBackOrNowhere) {
  const auto before = print("real");
  link("..", "real/cat/back");
  link("../..", "real/cat/above");
  link("/", "real/cat/root");
  link("nowhere", "real/cat/broken");
  EXPECT_EQ(print("real"), before);
}

}  // namespace
}  // namespace kdbench
