// Which state of the teacher each rule asks for.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(CheckpointSelection, AsksForTheRule) {
  EXPECT_EQ(plan("checkpoint_selection"),
            (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher at min_val_ece, 9 epochs"}));
  for (const auto* rule : {"best_val", "min_val_nll", "max_val_information"}) {
    EXPECT_EQ(plan("checkpoint_selection", {{"rule", rule}})[1],
              fmt::format("student: small by method from teacher at {}, 9 epochs", rule));
  }
  EXPECT_EQ(plan("checkpoint_selection", {{"rule", "last"}}), plan("direct"));
  const auto& specs = built_plugins().strategies.at("checkpoint_selection").params;
  EXPECT_NE(check_param(specs[0], std::string("min_ece")).complaint, "");
}

}  // namespace
}  // namespace kdbench::test
