/// In which epochs of a stage a loss has its say, and which of its keys, and which axis, say nothing to it.
#pragma once
#include <kdbench/plan/make/setting.h>
#include <kdbench/sdk/error.h>

#include <cstdint>
#include <string>

namespace kdbench::inline plan {

/// A key of [losses.NAME] that cannot be what it is; what() says why.
class LossKeyError : public Error {
 public:
  LossKeyError(const LossUse& use, const std::string& key, const std::string& why);

  /// Of the key in the suite; of the table where the key is left to its default.
  Position at() const { return at_; }

 private:
  Position at_;
};

/// Epochs [begin, end) of a stage, counted from 0.
struct LossWindow {
  std::int64_t begin = 0, end = 0;

  /// True if these are all epochs of the stage.
  bool is_whole(const Stage& stage) const { return begin == 0 && end >= stage.epochs; }
};

/// The epochs in which both the suite (`from_epoch`, `to_epoch`) and the strategy let the terms be on.
LossWindow loss_window(const Knobs& knobs, const Stage& stage);

/// Refuses keys that have no effect on a loss or its parts, or ask for what the stage cannot give.
/// @param needs of the method on the stage's pair; @param recipe of the stage
/// @throws LossKeyError naming the first of them
void check_loss_keys(const Method& method, const MethodNeeds& needs, const Stage& stage, const Recipe& recipe);

/// @throws kdbench::Error if a study moves temperatures along `axis` and no part of the method reads one that it moves
void check_axis(const Method& method, const MethodNeeds& needs, const std::string& axis);

}  // namespace kdbench::inline plan
