/// The states of a network that are best by some rule on the validation rows.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/train/network/safetensors.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace kdbench::inline train {

/// How good a state was by its rule, and when.
struct BestMark {
  double value = 0;  ///< higher is better
  std::int64_t epoch = 0;

  static constexpr auto fields() {
    return std::tuple(field("value", &BestMark::value, "by the rule; higher is better"),
                      field("epoch", &BestMark::epoch, "after which, from 1"));
  }
};

struct BestState {
  BestMark mark;
  TensorDict weights;
};

/// By name of the rule: best_val (accuracy), min_val_ece, min_val_nll, max_val_information. Of equal values the earliest stays.
class BestStates {
 public:
  /// Keeps the present state under every rule by which `row`, of a validated epoch, is the best so far.
  /// @param copy makes a copy of the state; called at most once
  void offer(const EpochRecord& row, const std::function<TensorDict()>& copy);

  const std::map<std::string, BestState>& by_rule() const { return by_rule_; }
  void restore(std::map<std::string, BestState> by_rule) { by_rule_ = std::move(by_rule); }

 private:
  std::map<std::string, BestState> by_rule_;
};

}  // namespace kdbench::inline train
