#include <kdbench/suite/text/toml_scan.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(ScanToml, LeavesGoodTextAlone) {
  for (const auto* text : {"", "\xEF\xBB\xBF[a]\n", "# é\n[a] # é\n", "x = \"é\"", "x = 'é\\'\ny = 1", "x = \"\\\"é\"",
                           "x = \"\"\"\né\n\"\"\"\"\n[a]", "x = '''\né'''", "[\"é\"]\n", "[ a ]\n", "[[a]]",
                           "x = [\n[1],\n [\n[2]]]\n[a]", "x = {a = [\n]}", "[]", "[[]]"}) {
    EXPECT_FALSE(scan_toml(text)) << text;
  }
}

TEST(ScanToml, FindsWhatStandsOutsideQuotes) {
  const auto place = [](const char* text) {
    const auto fault = scan_toml(text);
    return fault ? fault->at : Position{};
  };
  EXPECT_EQ(place("[models.étude]"), (Position{1, 9}));
  EXPECT_EQ(place("x = \"é\" é"), (Position{1, 9}));  // columns count characters
  EXPECT_EQ(place("x = 1\n é = 2"), (Position{2, 2}));
  EXPECT_EQ(place("x = \"open\né = 1"), (Position{2, 1}));
  EXPECT_EQ(place("x = 1\xA0"), (Position{1, 6}));
}

TEST(ScanToml, FindsAHeaderWithoutAName) {
  for (const auto* text : {"[=]", "[.a]", "[\n]", "[[=]]", "[[ #", "x = [1]\n[?]", "[a]\n\t[ ="})
    EXPECT_TRUE(scan_toml(text)) << text;
}

TEST(ScanToml, FindsWhatIsNestedDeeperThanTheStackMayBe) {
  std::string key = "a";
  for (int part = 1; part < 50'000; ++part) key += ".a";
  for (const auto& text : {key + " = 1", "[" + key + "]", "x = {" + key + " = 1}", "x = " + std::string(50'000, '['),
                           "x = " + std::string(50'000, '{')}) {
    const auto fault = scan_toml(text);
    ASSERT_TRUE(fault) << text.substr(0, 9);
    EXPECT_EQ(fault->message, "not TOML that is read here: more than 32 levels; a suite has four");
  }
  EXPECT_FALSE(scan_toml("x = [1.5, 2.5, 3.5]\ny = 1.5\na.b.c = 1"));
}

}  // namespace
}  // namespace kdbench
