#include <kdbench/train/student/best_states.h>

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

namespace kdbench {
namespace {

EpochRecord validated(std::int64_t epoch, double accuracy, double ece, double nll, double told) {
  EpochRecord row;
  row.epoch = epoch;
  row.val = EpochValidation{accuracy, nll, ece, told, std::nullopt};
  row.val_information = told;
  return row;
}

TEST(BestStates, KeepsTheEarliestOfTheBestByEveryRuleAndCopiesOnce) {
  BestStates best;
  int copies = 0;
  const auto copy = [&] { return TensorDict{{"w", at::full({}, ++copies)}}; };
  best.offer(validated(1, 0.5, 0.3, 2.0, 0.1), copy);
  best.offer(validated(2, 0.5, 0.2, 2.5, 0.1), copy);  // only its ECE is better
  best.offer(validated(3, 0.4, 0.4, 3.0, 0.0), copy);  // nothing is
  EXPECT_EQ(copies, 2);
  const auto& kept = best.by_rule();
  ASSERT_EQ(kept.size(), 4U);
  for (const char* rule : {"best_val", "min_val_nll", "max_val_information"}) EXPECT_EQ(kept.at(rule).mark.epoch, 1) << rule;
  EXPECT_EQ(kept.at("min_val_ece").mark.epoch, 2);
  EXPECT_EQ(kept.at("min_val_ece").mark.value, -0.2);
  EXPECT_EQ(kept.at("min_val_ece").weights.at("w").item<int>(), 2);
}

}  // namespace
}  // namespace kdbench
