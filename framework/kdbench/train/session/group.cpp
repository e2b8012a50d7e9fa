#include <kdbench/train/data/device_feed.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/objective/loss_guard.h>
#include <kdbench/train/session/group.h>

#include <ATen/Functions.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>

namespace kdbench::inline train {

Group::Group(std::vector<TraineeSet> sets, const TrainData& data, torch::Tensor table, Tape* tape, GroupEvents events)
    : data_(data), table_(std::move(table)), tape_(tape), events_(std::move(events)) {
  for (auto& set : sets) {
    const auto& needs = set.lead().needs();
    const bool from_table = table_.defined() && !needs.teacher_features && !needs.teacher_embedding;
    const auto at = set.lead().step();
    members_.push_back({std::move(set), false, false, from_table, {}, at});
  }
}

void Group::run(std::size_t threads, const std::atomic<bool>& stop) {
  run_threads(threads, [&](std::size_t thread) { work(thread, stop); });
  if (unreported_) std::rethrow_exception(unreported_);
}

bool Group::waits_for_tape(const Member& member) const {
  return !member.from_table && tape_ && member.set.lead().distils(member.set.lead().epoch());
}

/// Keeps the segments from the one the slowest student is in to the next, so that the teacher can work ahead by one.
void Group::renew_tape() {
  if (!tape_) return;
  auto first = std::numeric_limits<std::int64_t>::max();
  std::int64_t epochs = 0;
  for (const auto& m : members_) {
    epochs = m.set.lead().recipe().epochs;
    const auto epoch = m.at / m.set.lead().per_epoch();
    if (m.out || m.from_table || epoch >= epochs || !m.set.lead().distils(epoch)) continue;
    first = std::min(first, tape_->segment_of(m.at));
  }
  if (first != std::numeric_limits<std::int64_t>::max()) tape_->keep(first, first + 1, epochs);
}

Group::Member* Group::pick_member() {
  Member* best = nullptr;
  for (auto& m : members_) {
    if (m.running || m.out) continue;
    if (waits_for_tape(m) && !tape_->ready(tape_->segment_of(m.set.lead().step()))) continue;
    if (!best || m.at < best->at) best = &m;
  }
  return best;
}

void Group::work(std::size_t thread, const std::atomic<bool>& stop) {
  const DeviceStream teacher_stream(data_.train().labels.device());
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    if (std::all_of(members_.begin(), members_.end(), [](const auto& m) { return m.out; })) return;
    if (stop || tape_failure_) {
      auto* idle = [&]() -> Member* {
        for (auto& m : members_) {
          if (!m.running && !m.out) return &m;
        }
        return nullptr;
      }();
      if (!idle) return;
      idle->running = true;
      lock.unlock();
      run_member(*idle, stop);
      lock.lock();
      continue;
    }
    renew_tape();
    if (auto* member = pick_member()) {
      member->running = true;
      lock.unlock();
      run_member(*member, stop);
      lock.lock();
    } else if (const auto task = tape_ ? tape_->next_task() : std::nullopt) {
      lock.unlock();
      run_tape_task(*task, thread, teacher_stream);
      lock.lock();
    } else {
      changed_.wait(lock);
    }
  }
}

void Group::run_tape_task(const Tape::Task& task, std::size_t thread, const DeviceStream& stream) {
  const Stopwatch watch;
  const DeviceStream::Scope scope(stream);
  ModelOutput output;
  DeviceEvent computed;
  std::exception_ptr failure;
  try {
    output = tape_->compute(task, thread);
    computed = DeviceEvent::after_work_on(data_.train().labels.device());
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard<std::mutex> guard(mutex_);
  if (failure)
    tape_failure_ = failure;
  else
    tape_->complete(task, std::move(output), std::move(computed));
  teacher_s_ += watch.seconds();
  changed_.notify_all();
}

std::exception_ptr Group::tape_failure() {
  const std::lock_guard<std::mutex> guard(mutex_);
  return tape_failure_;
}

/// Even a failure that cannot be recorded (a full disk) must not keep the other threads waiting.
void Group::report_failure(Trainee& trainee, const std::exception_ptr& why) {
  try {
    events_.failed(trainee, why);
  } catch (...) {
    const std::lock_guard<std::mutex> guard(mutex_);
    unreported_ = std::current_exception();
  }
}

/// Says so, unless another loss may be the cause.
void Group::fail(const TraineeSet& set, const std::exception_ptr& why) {
  bool may_be_anothers = trespassed_;
  try {
    std::rethrow_exception(why);
  } catch (const Trespass& trespass) {
    trespassed_ = true;
    may_be_anothers = trespass.harmed_others() && members_.size() > 1;
    if (may_be_anothers) harmed_ = true;
  } catch (const std::system_error& error) {
    // A descriptor that was closed under the hands of whoever wrote a file.
    may_be_anothers |= error.code() == std::errc::bad_file_descriptor && members_.size() > 1;
  } catch (...) {
    // Whatever else it is, report_failure() tells.
  }
  if (may_be_anothers) return forget(set);
  for (const auto& network : set.networks()) {
    if (network->is_recorded()) report_failure(*network, why);
  }
}

void Group::forget(const TraineeSet& set) {
  for (const auto& network : set.networks()) network->forget();
}

/// What is not recorded lies in the folder of one that is, so it goes first.
void Group::finish(const TraineeSet& set) const {
  for (const auto& network : set.networks()) {
    if (!network->is_recorded()) std::filesystem::remove_all(network->folder());
  }
  for (const auto& network : set.networks()) {
    if (network->is_recorded()) events_.finished(*network);
  }
}

void Group::run_member(Member& member, const std::atomic<bool>& stop) {
  const auto& set = member.set;
  auto& trainee = set.lead();
  const DeviceStream::Scope scope(trainee.stream());
  bool out = true;
  try {
    if (const auto failure = tape_failure(); failure && waits_for_tape(member)) std::rethrow_exception(failure);
    if (!stop && !harmed_) train_segment(member, stop);
    out = trainee.finished() || stop || harmed_;
    if (harmed_)
      forget(set);
    else if (trainee.finished())
      finish(set);
    else if (stop)
      leave(set);
  } catch (...) {
    out = true;
    fail(set, std::current_exception());
  }
  const std::lock_guard<std::mutex> guard(mutex_);
  member.out = out;
  member.running = false;
  member.at = trainee.step();
  changed_.notify_all();
}

void Group::leave(const TraineeSet& set) const {
  for (const auto& network : set.networks()) network->save();
  for (const auto& network : set.networks()) {
    if (network->is_recorded()) events_.interrupted(*network);
  }
}

/// Calibrated once for all students with this calibrator.
torch::Tensor Group::table_of(const FittedCalibrator* calibrator) {
  const std::lock_guard<std::mutex> guard(tables_mutex_);
  auto& table = tables_[calibrator];
  if (!table.defined()) table = calibrator ? calibrator->apply_in_order(table_) : table_;
  return table;
}

ModelOutput Group::teacher_output(const Member& member, const Segment* segment, const Batch& batch) const {
  const auto& trainee = member.set.lead();
  ModelOutput output;
  if (!trainee.distils(trainee.epoch())) return output;
  if (!segment) {
    if (member.table.defined()) output.logits = member.table.index_select(0, batch.indices);
    return output;
  }
  const auto i = static_cast<std::size_t>(trainee.step() % trainee.per_epoch() - segment->first_step);
  segment->computed[i].hold_stream();
  read_here(segment->outputs[i]);
  output = segment->outputs[i];
  if (const auto* calibrator = trainee.calibrator()) output.logits = calibrator->apply(output.logits, batch.indices);
  return output;
}

/// One step on the batch that follows. `order` is empty where the data cuts batches on the device.
void Group::train_on(const Member& member, const Segment* segment, const std::vector<std::int64_t>& order) const {
  const auto& trainee = member.set.lead();
  const auto epoch = trainee.epoch();
  const auto& recipe = trainee.recipe();
  const auto range = batch_range(trainee.step() % trainee.per_epoch(), recipe.batch_size, data_.train().size());
  auto* feed = data_.feed();
  const auto batch = feed ? feed->batch(epoch, range.begin, range.size, recipe)
                          : data_.batch(order.data() + range.begin, range.size, epoch, recipe);
  member.set.train_step(batch, teacher_output(member, segment, batch));
}

void Group::train_segment(Member& member, const std::atomic<bool>& stop) {
  const auto& set = member.set;
  auto& trainee = set.lead();
  if (trainee.finished()) return;
  const auto epoch = trainee.epoch();
  const Segment* segment = nullptr;
  auto end = (epoch + 1) * trainee.per_epoch();
  if (waits_for_tape(member)) {
    const std::lock_guard<std::mutex> guard(mutex_);
    const auto index = tape_->segment_of(trainee.step());
    segment = tape_->ready(index);  // stays while this member is in it
    end = tape_->end_of(index);
  }
  if (member.from_table && !member.table.defined()) member.table = table_of(trainee.calibrator());
  const auto order = data_.feed() ? std::vector<std::int64_t>{} : data_.order(epoch);
  while (trainee.step() < end && !stop && !harmed_) train_on(member, segment, order);
  if (!harmed_ && trainee.step() == (epoch + 1) * trainee.per_epoch()) {
    for (const auto& network : set.networks()) network->end_epoch();
    for (const auto& network : set.networks()) {
      if (network->is_recorded()) events_.epoch_done(*network);
    }
  }
}

}  // namespace kdbench::inline train
