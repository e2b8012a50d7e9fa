// The chain of assistants, as the suite's sizes give it or as it is written, and chains that are none.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(Takd, HandsDownThroughEveryModelBetween) {
  EXPECT_EQ(plan("takd"), (Lines{"teacher: large by labels, 20 epochs", "assistant1: middle by method from teacher, 9 epochs",
                                 "assistant2: modest by method from assistant1, 9 epochs",
                                 "student: small by method from assistant2, 9 epochs"}));
}

TEST(Takd, TakesTheChainAsItIsWritten) {
  EXPECT_EQ(plan("takd", {{"assistants", "middle"}}),
            (Lines{"teacher: large by labels, 20 epochs", "assistant1: middle by method from teacher, 9 epochs",
                   "student: small by method from assistant1, 9 epochs"}));
  EXPECT_EQ(
      plan("takd", {{"assistants", " tiny ,middle"}, {"assistant_epochs", std::int64_t{4}}}),
      (Lines{"teacher: large by labels, 20 epochs", "assistant1: tiny by method from teacher, 4 epochs",
             "assistant2: middle by method from assistant1, 4 epochs", "student: small by method from assistant2, 9 epochs"}));
}

TEST(Takd, RefusesChainsThatAreNone) {
  EXPECT_EQ(refused("takd", {{"assistants", "midle"}}),
            "takd: assistant 'midle' is no [models.NAME] of the suite; did you mean 'middle'?");
  EXPECT_EQ(refused("takd", {{"assistants", "resnet20"}}),
            "takd: assistant 'resnet20' is no [models.NAME] of the suite; expected one of large, middle, modest, small, tiny");
  EXPECT_EQ(refused("takd", {{"assistants", "middle,,modest"}}),
            "takd: 'assistants' has an empty name in \"middle,,modest\"; write \"large, small\"");
  EXPECT_EQ(refused("takd", {{"assistants", "middle, "}}),
            "takd: 'assistants' has an empty name in \"middle, \"; write \"large, small\"");
  EXPECT_EQ(refused("takd", {{"assistants", "middle, modest, middle"}}), "takd: 'assistants' names 'middle' twice; remove one");
  EXPECT_EQ(refused("takd", {{"assistants", "middle, small"}}),
            "takd: assistant 'small' is an end of the pair ('large', 'small') already; 'assistants' names the models between");
  auto two = kPair;
  two.models = {{"large", 1000}, {"twin", 100}, {"small", 100}, {"tiny", 50}};
  EXPECT_EQ(refused("takd", {}, two),
            "takd: the suite has no model between teacher 'large' (1000 parameters) and student 'small' (100 parameters); add a "
            "[models.NAME] of a size between, or name the chain in 'assistants'");
}

}  // namespace
}  // namespace kdbench::test
