#include <kdbench/run/process/line_buffer.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using Lines = std::vector<std::string>;

TEST(LineBuffer, JoinsPiecesIntoLines) {
  LineBuffer buffer(100);
  EXPECT_EQ(buffer.append("ab"), Lines{});
  EXPECT_EQ(buffer.append("c\nd\n\ne"), (Lines{"abc", "d", ""}));
  EXPECT_EQ(buffer.append("\n"), Lines{"e"});
  EXPECT_FALSE(buffer.overflowed());
}

TEST(LineBuffer, DropsALineLongerThanTheCapAndGoesOn) {
  LineBuffer buffer(4);
  EXPECT_EQ(buffer.append("abc"), Lines{});
  EXPECT_EQ(buffer.append("de"), Lines{});  // 5 bytes > 4
  EXPECT_EQ(buffer.append("fg\nok\n"), Lines{"ok"});
  EXPECT_TRUE(buffer.overflowed());
}

}  // namespace
}  // namespace kdbench
