#include <kdbench/train/data/schedule.h>

#include <cmath>
#include <numbers>

namespace kdbench::inline train {

double learning_rate(const Recipe& recipe, std::int64_t step, std::int64_t steps_per_epoch) {
  const auto per_epoch = static_cast<double>(steps_per_epoch);
  const double at = static_cast<double>(step), warmup = recipe.warmup_epochs * per_epoch;
  if (at < warmup) return recipe.lr * (at + 1) / warmup;
  if (recipe.schedule == "step") {
    double lr = recipe.lr;
    for (const double m : recipe.milestones) {
      const double epoch = m < 1 ? m * static_cast<double>(recipe.epochs) : m;
      if (at >= std::round(epoch * per_epoch)) lr *= recipe.gamma;
    }
    return lr;
  }
  if (recipe.schedule == "cosine") {
    const double total = static_cast<double>(recipe.epochs) * per_epoch - warmup;
    const double progress = total > 0 ? (at - warmup) / total : 1;
    return recipe.min_lr + 0.5 * (recipe.lr - recipe.min_lr) * (1 + std::cos(std::numbers::pi * progress));
  }
  return recipe.lr;
}

}  // namespace kdbench::inline train
