// The paper's names as they come with the program.
#include <kdbench/cli/tables/printed_names_csv.h>

#include <kdbench/base/files.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(PaperNames, AreThoseOfTheFile) {
  const auto file = read_file(KDBENCH_SOURCE_DIR "/suites/paper/names.csv");
  ASSERT_TRUE(file);
  EXPECT_EQ(*file, kPaperNames);
  const auto names = parse_printed_names(*file, "names.csv");
  ASSERT_TRUE(names) << to_text(names.error());
  EXPECT_EQ(names->loss(""), "one-hot");
  EXPECT_EQ(names->loss("kl"), "KD");
  EXPECT_EQ(names->network({"wrn", {{"depth", "28"}, {"width", "3"}}}), "wrn283");
}

TEST(PrintedNamesCsv, NamesEveryMistakeAtItsPlace) {
  EXPECT_EQ(to_text(parse_printed_names("plugin,printed\nkl,KD\n", "n.csv").error()),
            "n.csv:1:1: expected the columns kind,plugin,printed, found plugin,printed\n");
  const auto wrong = parse_printed_names("kind,plugin,printed\nlos,kl,KD\n", "n.csv").error();
  ASSERT_EQ(wrong.size(), 1u);
  EXPECT_EQ(wrong[0].at.line, 2);
  EXPECT_TRUE(wrong[0].message.starts_with("'kind' is 'los'")) << wrong[0].message;
}

}  // namespace
}  // namespace kdbench
