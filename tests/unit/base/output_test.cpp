// What is shown and written of text that others made: no control character, no formula, no file that somebody left.
#include <kdbench/base/csv.h>
#include <kdbench/base/files.h>
#include <kdbench/base/json.h>
#include <kdbench/base/text.h>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

TEST(Printable, ShowsControlCharactersInsteadOfSendingThem) {
  EXPECT_EQ(printable("plain\ttext\n"), "plain\ttext\n");
  EXPECT_EQ(printable("\x1b[31mred\x07"), "\\x1b[31mred\\x07");
  EXPECT_EQ(printable("over\rwritten\x7f"), "over\\x0dwritten\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");  // U+009B, the control sequence introducer in one character
  EXPECT_EQ(printable("étude 蒸留 𝛕"), "étude 蒸留 𝛕");
}

TEST(Printable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("a\xff"
                      "b"),
            "a\\xffb");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // an overlong '/'
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // half of a surrogate pair
  EXPECT_EQ(printable("cut \xe8\x92"), "cut \\xe8\\x92");            // two of three bytes
  EXPECT_EQ(printable("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");  // beyond U+10FFFF
}

TEST(CsvLine, BeginsNoFormulaAndLeavesNumbersAlone) {
  std::string out;
  append_csv_line(out, {"=HYPERLINK(1)", "-0.13", "+2", "-", "@sum", "-x", "a=b", "1e-5", "-inf"});
  EXPECT_EQ(out, "'=HYPERLINK(1),-0.13,+2,-,'@sum,'-x,a=b,1e-5,-inf\r\n");
}

TEST(ParseJson, RefusesWhatCannotBeHeldOrFollowed) {
  EXPECT_EQ(parse_json("{\"a\":1e999}", "f").error().front().message.substr(0, 29), "JSON that cannot be read: [js");
  EXPECT_TRUE(parse_json(std::string(100, '[') + std::string(100, ']'), "f"));
  EXPECT_EQ(parse_json(std::string(101, '[') + std::string(101, ']'), "f").error().front().message,
            "JSON nested deeper than 100 levels at byte 101; nothing here is");
  EXPECT_TRUE(parse_json("\"" + std::string(1000, '[') + "\\\"[\"", "f"));  // in a text they nest nothing
}

TEST(ReadFile, WaitsForNoWriterAndFollowsNoLinkWhereItMustNot) {
  const auto folder = fs::temp_directory_path() / ("kdbench read file " + std::to_string(::getpid()));
  fs::create_directories(folder);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(folder / "pipe").error().front().message, "not a regular file");
  write_file_atomically(folder / "file", "text");
  fs::create_symlink(folder / "file", folder / "link");
  EXPECT_EQ(read_file(folder / "link").value(), "text");
  EXPECT_EQ(read_file(folder / "link", Links::kRefused).error().front().message, "a symbolic link, which is not followed here");
  EXPECT_TRUE(is_link(folder / "link"));
  EXPECT_FALSE(is_link(folder / "file"));
  fs::remove_all(folder);
}

TEST(WriteFile, GoesPastATemporaryFileThatSomebodyLeft) {
  const auto folder = fs::temp_directory_path() / ("kdbench left over " + std::to_string(::getpid()));
  fs::create_directories(folder);
  // What a container's process 1 left there before names were drawn.
  write_file_atomically(folder / ".tmp.plan.json.1.0", "");
  write_file_atomically(folder / "plan.json", "whole");
  EXPECT_EQ(read_file(folder / "plan.json").value(), "whole");
  struct stat facts {};
  ASSERT_EQ(::stat((folder / "plan.json").c_str(), &facts), 0);
  const auto mask = ::umask(0);
  ::umask(mask);
  EXPECT_EQ(facts.st_mode & 0777, 0666 & ~mask);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace kdbench
