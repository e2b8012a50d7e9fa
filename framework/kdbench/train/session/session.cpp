#include <kdbench/train/device/cuda.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/session/group.h>
#include <kdbench/train/session/job_recorder.h>
#include <kdbench/train/session/session.h>
#include <kdbench/train/session/shared_parts.h>
#include <kdbench/train/session/teacher_supply.h>
#include <kdbench/train/session/trainee_factory.h>

#include <exception>
#include <map>
#include <string>

namespace kdbench::inline train {
namespace {

/// The jobs of each set, in the order of the first of each; a job that learns by itself is one.
std::vector<std::vector<Job>> sets_of(const std::vector<Job>& jobs) {
  std::vector<std::vector<Job>> out;
  std::map<std::string, std::size_t> index;
  for (const auto& job : jobs) {
    const auto [it, is_new] = index.emplace(job.spec.lockstep ? set_identity(job.spec) : job.id, out.size());
    if (is_new) out.emplace_back();
    out[it->second].push_back(job);
  }
  return out;
}

/// One for each set of jobs that can be made; the others have failed.
std::vector<TraineeSet> make_trainees(const SharedParts& shared, const JobRecorder& recorder, const SendEvent& send) {
  const TraineeFactory factory(shared, send);
  std::vector<TraineeSet> out;
  for (const auto& jobs : sets_of(shared.jobs)) {
    try {
      out.push_back(factory.make(jobs));
    } catch (...) {
      for (const auto& job : jobs) recorder.failed(job, {}, {}, std::current_exception());
    }
  }
  return out;
}

GroupEvents events_for(const JobRecorder& recorder) {
  return {[&](Trainee& t) { recorder.epoch_done(t); }, [&](Trainee& t) { recorder.finished(t); },
          [&](Trainee& t) { recorder.interrupted(t); },
          [&](Trainee& t, const std::exception_ptr& why) { recorder.failed(t.job(), t.history(), t.seconds(), why); }};
}

}  // namespace

void train_jobs(const std::vector<Job>& jobs, const Store& store, const Factories& factories, const SessionOptions& options,
                const SendEvent& send, const std::atomic<bool>& stop) {
  if (jobs.empty()) return;
  const Stopwatch watch;
  const SharedParts shared(jobs, store, factories, options);
  JobRecorder recorder(shared, send);
  auto trainees = make_trainees(shared, recorder, send);
  recorder.set_load_seconds(watch.seconds());
  if (trainees.empty()) return;
  const auto students = static_cast<double>(trainees.size());
  const auto supply = teacher_supply(shared, trainees, stop);
  Group group(std::move(trainees), shared.data, supply.table, supply.tape.get(), events_for(recorder));
  recorder.set_teacher_seconds([&] { return (supply.ahead_seconds + group.teacher_seconds()) / students; });
  recorder.set_training_rows([&](const Trainee& student, RunRecord& record) { supply.tell_training_rows(student, record); });
  wait_for_device(shared.device);  // what was made so far is read on other streams from here on
  group.run(shared.threads, stop);
}

}  // namespace kdbench::inline train
