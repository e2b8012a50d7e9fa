#include <kdbench/cli/text/columns.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(Aligned, PadsColumnsAndLeavesNoSpaceAtTheEnd) {
  EXPECT_EQ(aligned({{"name", "jobs"}, {"a", "10"}, {"bcdef", ""}}, "  ", {1}), "  name   jobs\n  a        10\n  bcdef\n");
}

TEST(Aligned, CountsLettersAndNotBytes) { EXPECT_EQ(aligned({{"\xCF\x84", "x"}, {"ab", "y"}}), "\xCF\x84   x\nab  y\n"); }

TEST(Counted, KnowsOneFromMany) {
  EXPECT_EQ(counted(1, "job"), "1 job");
  EXPECT_EQ(counted(0, "job"), "0 jobs");
}

TEST(BytesText, ChangesUnitAtATenthOfAGigabyte) {
  EXPECT_EQ(bytes_text(99e6), "99 MB");
  EXPECT_EQ(bytes_text(1.26e9), "1.3 GB");
}

}  // namespace
}  // namespace kdbench
