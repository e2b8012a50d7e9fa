#include <kdbench/train/device/capture_policy.h>

namespace kdbench::inline train {
namespace {

constexpr std::int64_t kWarmUp = 2;  // full steps before the one that is watched

}  // namespace

CapturePolicy::Action CapturePolicy::next(std::int64_t rows, std::int64_t phase) {
  if (!reason_.empty() || rows != batch_rows_) return Action::kOneByOne;
  if (phase != phase_) full_steps_ = 0;
  phase_ = phase;
  const auto before = full_steps_++;
  if (before < kWarmUp) return Action::kOneByOne;
  if (before == kWarmUp) return Action::kWatch;
  return before == kWarmUp + 1 ? Action::kCapture : Action::kReplay;
}

}  // namespace kdbench::inline train
