#include <kdbench/base/check.h>
#include <kdbench/train/data/device_feed.h>
#include <kdbench/train/teacher/tape.h>

#include <algorithm>
#include <array>

namespace kdbench::inline train {
namespace {

double bytes_of(const ModelOutput& output) {
  std::map<const void*, std::size_t> storages;  // a map may be handed out under two names
  for_each_tensor(output, [&](const char*, const std::string&, const torch::Tensor& tensor) {
    storages[tensor.storage().unsafeGetStorageImpl()] = tensor.storage().nbytes();
  });
  double total = 0;
  for (const auto& [storage, bytes] : storages) total += static_cast<double>(bytes);
  return total;
}

}  // namespace

BatchRange batch_range(std::int64_t step_in_epoch, std::int64_t batch_size, std::int64_t num_rows) {
  const auto begin = step_in_epoch * batch_size;
  return {begin, std::min(batch_size, num_rows - begin)};
}

std::int64_t segment_length(const TrainData& data, const Teacher& teacher, TeacherWants wants, const Recipe& recipe,
                            std::int64_t per_epoch, double budget_bytes) {
  constexpr std::array<std::int64_t, 2> kRows{0, 1};
  const auto batch = data.batch(kRows.data(), 2, 0, recipe);
  const double a_batch = bytes_of(teacher.forward(0, batch.images, wants)) / 2 * static_cast<double>(recipe.batch_size);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(budget_bytes / a_batch), 1, per_epoch);
}

Tape::Tape(const TrainData& data, const Teacher& teacher, TeacherWants wants, const Recipe& recipe, std::int64_t segment_steps,
           TrainingRows* rows)
    : data_(data),
      teacher_(teacher),
      wants_(wants),
      recipe_(recipe),
      per_epoch_(data.steps_per_epoch(recipe.batch_size)),
      segment_steps_(segment_steps),
      segments_per_epoch_((per_epoch_ + segment_steps - 1) / segment_steps),
      rows_(rows) {}

std::int64_t Tape::segment_of(std::int64_t step) const {
  return step / per_epoch_ * segments_per_epoch_ + step % per_epoch_ / segment_steps_;
}

std::int64_t Tape::begin_of(std::int64_t segment) const {
  return segment / segments_per_epoch_ * per_epoch_ + segment % segments_per_epoch_ * segment_steps_;
}

std::int64_t Tape::end_of(std::int64_t segment) const {
  const auto epoch = segment / segments_per_epoch_, part = segment % segments_per_epoch_;
  return epoch * per_epoch_ + std::min(per_epoch_, (part + 1) * segment_steps_);
}

void Tape::keep(std::int64_t first, std::int64_t last, std::int64_t num_epochs) {
  segments_.erase(segments_.begin(), segments_.lower_bound(first));
  last = std::min(last, num_epochs * segments_per_epoch_ - 1);
  for (auto index = first; index <= last; ++index) {
    if (segments_.contains(index)) continue;
    Segment s;
    s.index = index;
    s.epoch = index / segments_per_epoch_;
    s.first_step = index % segments_per_epoch_ * segment_steps_;
    s.num_steps = std::min(per_epoch_ - s.first_step, segment_steps_);
    s.outputs.resize(static_cast<std::size_t>(s.num_steps));
    s.computed.resize(s.outputs.size());
    segments_.emplace(index, std::move(s));
  }
}

const Segment* Tape::ready(std::int64_t segment) const {
  const auto it = segments_.find(segment);
  return it != segments_.end() && it->second.ready() ? &it->second : nullptr;
}

std::optional<Tape::Task> Tape::next_task() {
  for (auto& [index, s] : segments_) {
    if (s.next < s.num_steps) return Task{index, s.next++, s.epoch};
  }
  return std::nullopt;
}

ModelOutput Tape::compute(const Task& task, std::size_t thread) const {
  return compute_step(task.epoch, task.segment % segments_per_epoch_ * segment_steps_ + task.batch, thread);
}

ModelOutput Tape::compute_step(std::int64_t epoch, std::int64_t step, std::size_t thread) const {
  const auto range = batch_range(step, recipe_.batch_size, data_.train().size());
  ModelOutput output;
  if (auto* feed = data_.feed()) {
    output = teacher_.forward(thread, feed->batch(epoch, range.begin, range.size, recipe_).images, wants_);
  } else {
    const auto order = data_.order(epoch);
    const auto batch = data_.batch(order.data() + range.begin, range.size, epoch, recipe_);
    output = teacher_.forward(thread, batch.images, wants_);
  }
  if (rows_) rows_->take(epoch, step, output.logits);
  return output;
}

void Tape::complete(const Task& task, ModelOutput output, DeviceEvent computed) {
  const auto it = segments_.find(task.segment);
  if (it == segments_.end()) return;  // every student that wanted it has left
  it->second.outputs[static_cast<std::size_t>(task.batch)] = std::move(output);
  it->second.computed[static_cast<std::size_t>(task.batch)] = std::move(computed);
  ++it->second.done;
}

}  // namespace kdbench::inline train
