#include <kdbench/run/process/events.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(ParseEvent, TakesObjectsWithAnEventAndNothingElse) {
  EXPECT_TRUE(parse_event(R"({"event":"note","text":"x"})"));
  for (const auto* text : {"", "no json", "[1]", "5", "{}", R"({"event":3})", R"({"event":"resu)", "\xff\xfe"}) {
    EXPECT_FALSE(parse_event(text)) << text;
  }
}

TEST(EventFields, AnswerForAbsentAndWronglyTypedMembers) {
  const Json event = {{"a", "x"}, {"b", 2.5}, {"c", nullptr}};
  EXPECT_EQ(text_field(event, "a"), "x");
  EXPECT_EQ(text_field(event, "b"), "");
  EXPECT_EQ(text_field(event, "z"), "");
  EXPECT_EQ(number_field(event, "b", -1), 2.5);
  EXPECT_EQ(number_field(event, "a", -1), -1);
  EXPECT_EQ(number_field(event, "c", -1), -1);
}

TEST(EventFields, ReadDiagnosticsWithTheirPlace) {
  const Json event = {{"diagnostics", {{{"file", "a.toml"}, {"line", 3}, {"col", 1}, {"message", "no"}}, 5}}};
  EXPECT_EQ(diagnostics_field(event), (Diagnostics{{"a.toml", {3, 1}, "no"}}));
}

}  // namespace
}  // namespace kdbench
