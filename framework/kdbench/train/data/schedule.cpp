#include <kdbench/train/data/schedule.h>

#include <cmath>
#include <numbers>

namespace kdbench::inline train {

TrainSettings train_settings(const Json& t) {
  TrainSettings s;
  s.epochs = t.at("epochs");
  s.batch_size = t.at("batch_size");
  s.lr = t.at("lr");
  s.momentum = t.at("momentum");
  s.weight_decay = t.at("weight_decay");
  s.nesterov = t.at("nesterov");
  s.schedule = t.at("schedule");
  s.milestones = t.at("milestones").get<std::vector<double>>();
  s.gamma = t.at("gamma");
  s.warmup_epochs = t.at("warmup_epochs");
  s.min_lr = t.at("min_lr");
  s.crop_padding = t.at("crop_padding");
  s.flip = t.at("flip");
  s.label_smoothing = t.at("label_smoothing");
  s.threads = t.at("threads");
  s.bf16 = t.at("precision") == "bf16";
  s.evaluate_every = t.at("evaluate_every");
  return s;
}

double learning_rate(const TrainSettings& s, std::int64_t step, std::int64_t steps_per_epoch) {
  const auto per_epoch = static_cast<double>(steps_per_epoch);
  const double at = static_cast<double>(step), warmup = s.warmup_epochs * per_epoch;
  if (at < warmup) return s.lr * (at + 1) / warmup;
  if (s.schedule == "step") {
    double lr = s.lr;
    for (const double m : s.milestones) {
      const double epoch = m < 1 ? m * static_cast<double>(s.epochs) : m;
      if (at >= std::round(epoch * per_epoch)) lr *= s.gamma;
    }
    return lr;
  }
  if (s.schedule == "cosine") {
    const double total = static_cast<double>(s.epochs) * per_epoch - warmup;
    const double progress = total > 0 ? (at - warmup) / total : 1;
    return s.min_lr + 0.5 * (s.lr - s.min_lr) * (1 + std::cos(std::numbers::pi * progress));
  }
  return s.lr;
}

}  // namespace kdbench::inline train
