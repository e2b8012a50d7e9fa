#include <kdbench/suite/tables/names.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(IsName, TakesLettersOfAnyScript) {
  for (const auto* name : {"kl", "resnet8x4", "a.b-c_D", "étude-蒸留-Σ", "4", "𝛕"}) EXPECT_TRUE(is_name(name)) << name;
}

TEST(IsName, RefusesWhatWouldBreakAPathOrCannotBeSeen) {
  for (const auto* name : {"", ".", "..", ".hidden", "-x", "a/b", "a\\b", "a b", "a:b", "a\tb", "a\"b", "a\u00A0b", "a\u200Bb",
                           "a\u202Eb", "\uFEFFa", "a[1]", "a=b", "a,b"}) {
    EXPECT_FALSE(is_name(name)) << name;
  }
}

TEST(IsName, TakesSingleSpacesBetweenWordsIfAsked) {
  EXPECT_TRUE(is_name("étude 蒸留 Σ", true));
  for (const auto* name : {" a", "a ", "a  b", " "}) EXPECT_FALSE(is_name(name, true)) << name;
}

}  // namespace
}  // namespace kdbench
