#include <kdbench/train/student/best_states.h>

namespace kdbench::inline train {

void BestStates::offer(const EpochRecord& row, const std::function<TensorDict()>& copy) {
  const std::map<std::string, double> values{{"best_val", row.val->accuracy},
                                             {"min_val_ece", -row.val->ece},
                                             {"min_val_nll", -row.val->nll},
                                             {"max_val_information", *row.val_information}};
  TensorDict state;  // of this epoch, copied once for all rules
  for (const auto& [rule, value] : values) {
    const auto it = by_rule_.find(rule);
    if (it != by_rule_.end() && !(value > it->second.mark.value)) continue;
    if (state.empty()) state = copy();
    by_rule_[rule] = {{value, row.epoch}, state};
  }
}

}  // namespace kdbench::inline train
