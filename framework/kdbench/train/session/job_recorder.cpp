#include <kdbench/base/machine.h>
#include <kdbench/train/device/allocator.h>
#include <kdbench/train/device/cuda.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/session/completion.h>
#include <kdbench/train/session/job_failure.h>
#include <kdbench/train/session/job_recorder.h>

#include <sys/resource.h>

namespace kdbench::inline train {
namespace {

rusage usage_of_process() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

}  // namespace

Timings JobRecorder::timings(const StudentSeconds& seconds) const {
  Timings out;
  out.load_s = load_s_;
  out.train_s = seconds.train;
  out.evaluate_s = seconds.evaluate;
  out.save_s = seconds.save;
  out.teacher_s = teacher_share_();
  return out;
}

Memory JobRecorder::memory() const {
  const auto allocator = allocator_stats();
  Memory out;
  out.peak_rss_bytes = usage_of_process().ru_maxrss * 1024;
  out.allocator_peak_bytes = static_cast<std::int64_t>(allocator.peak_in_use);
  out.allocator_reserved_bytes = static_cast<std::int64_t>(allocator.reserved);
  if (const auto bytes = peak_device_bytes(shared_.device); bytes > 0) out.gpu_peak_bytes = static_cast<std::int64_t>(bytes);
  return out;
}

RunFacts JobRecorder::facts() const {
  const auto& data = shared_.data;
  RunFacts out;
  out.num_train = data.train().size();
  out.num_val = data.validation().size();
  if (data.test().size() > 0) out.num_test = data.test().size();
  out.data_sha256 = data.data_sha256();
  out.split_sha256 = data.split_sha256();
  out.group_size = static_cast<std::int64_t>(shared_.jobs.size());
  out.faults = usage_of_process().ru_minflt;
  out.bayes_accuracy = bayes_accuracy(data.test());
  return out;
}

RunRecord JobRecorder::record_of(const Job& job, const StudentSeconds& seconds) const {
  RunRecord record;
  record.job = job.id;
  record.label = job.label;
  record.spec = job.spec;
  record.environment = shared_.options.environment;
  record.environment.device = shared_.options.device;
  record.timings = timings(seconds);
  record.memory = memory();
  record.extra = facts();
  if (shared_.teacher) record.teacher = shared_.teacher->record_for(job.spec, *job.spec.teacher);
  for (std::size_t i = 0; i < shared_.more_teachers.size(); ++i) {
    if (auto told = shared_.more_teachers[i]->record_for(job.spec, job.spec.more_teachers.at(i)))
      record.more_teachers.push_back(std::move(*told));
  }
  record.origin = shared_.origin_of(job.spec);
  record.finished_at = utc_now();
  return record;
}

void JobRecorder::epoch_done(const Trainee& trainee) const {
  EpochEvent event;
  event.job = trainee.job().id;
  event.epoch = static_cast<std::int64_t>(trainee.history().size());
  event.epochs = trainee.recipe().epochs;
  event.samples_per_s = trainee.samples_per_second();
  event.val_accuracy = trainee.validation_accuracy();
  send_(event);
}

void JobRecorder::interrupted(const Trainee& trainee) const {
  JobEvent event;
  event.job = trainee.job().id;
  event.status = Status::kInterrupted;
  event.reason = "its worker was told to stop";
  send_(event);
}

void JobRecorder::finished(Trainee& trainee) const {
  auto record = record_of(trainee.job(), trainee.seconds());
  if (shared_.teacher) shared_.teacher->check_unchanged();
  trainee.finish(record);
  const Stopwatch watch;
  tell_training_rows_(trainee, record);
  record.timings.evaluate_s = trainee.seconds().evaluate + watch.seconds();
  record.status = Status::kDone;
  if (is_completion(trainee.folder())) {
    if (shared_.options.anew.contains(record.job))
      replace_artifacts(shared_.store, trainee.folder(), record.job);
    else
      complete_artifacts(shared_.store, trainee.folder(), record);
  }
  put(record);
  end_training(shared_.store.artifacts(record.job));
}

void JobRecorder::failed(const Job& job, const std::vector<EpochRecord>& history, const StudentSeconds& seconds,
                         const std::exception_ptr& why) const {
  auto failure = failure_of(why, job.spec);
  if (failure.status == Status::kInterrupted)
    return send_(JobEvent{.job = job.id, .status = failure.status, .reason = failure.reason});
  auto record = record_of(job, seconds);
  record.status = failure.status;
  record.reason = std::move(failure.reason);
  record.epochs = history;
  put(record);
}

void JobRecorder::put(const RunRecord& record) const {
  shared_.store.put(record);
  JobEvent event;
  event.job = record.job;
  event.status = record.status;
  event.reason = record.reason;
  send_(event);
}

}  // namespace kdbench::inline train
