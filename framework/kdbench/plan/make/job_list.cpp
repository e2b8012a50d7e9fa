#include <kdbench/base/check.h>
#include <kdbench/plan/cost/estimate.h>
#include <kdbench/plan/make/job_list.h>
#include <kdbench/plan/make/spec_parts.h>

#include <algorithm>

namespace kdbench::inline plan {

std::string JobList::add(const Setting& s, Spec spec, const std::string& name, const std::string& model, bool feature_loss) {
  auto id = job_identity(spec);
  if (!index_.emplace(id, jobs_.size()).second) return id;
  model_of_[id] = model;
  Job job;
  job.id = id;
  job.label = {name, spec.seed};
  job.checkpoint_every = resolved_.models.at(model).use->recipe.checkpoint_every;
  job.needs = needs_of(spec);
  // A group gives every student one thread; a job that asks for more is trained apart, because threads decide rounding.
  if ((spec.teacher || spec.lockstep) && spec.train->threads == 1) job.group = group_of(spec);
  if (spec.teacher) keep_what_teaches(*spec.teacher);
  for (const auto& teacher : spec.more_teachers) keep_what_teaches(teacher);
  job.spec = std::move(spec);
  estimate(job, s, feature_loss);
  jobs_.push_back(std::move(job));
  return id;
}

void JobList::keep_what_teaches(const TeacherSpec& teacher) {
  if (!teacher.checkpoint.is_epoch()) return;
  const auto it = index_.find(teacher.job);
  KDBENCH_CHECK(it != index_.end(), "a job learns from one that does not stand before it in the plan");
  auto& epochs = jobs_[it->second].keep_epochs;
  const auto epoch = teacher.checkpoint.epoch;
  const auto place = std::lower_bound(epochs.begin(), epochs.end(), epoch);
  if (place == epochs.end() || *place != epoch) epochs.insert(place, epoch);
}

const ModelFacts* JobList::facts(const std::string& job, const Setting& s) {
  const auto it = model_of_.find(job);
  return it == model_of_.end() ? nullptr : resolved_.facts(it->second, s.study->dataset.value);
}

void JobList::estimate(Job& job, const Setting& s, bool feature_loss) {
  const auto* teaches = job.spec.teacher ? facts(job.spec.teacher->job, s) : nullptr;
  const auto* frozen = job.spec.added_to ? facts(*job.spec.added_to, s) : nullptr;
  const auto cost =
      estimate_job(*facts(job.id, s), teaches, job.spec, s.dataset->num_train(), s.dataset->info, feature_loss, frozen);
  job.estimated_s = cost.seconds;
  job.shared_s = cost.shared_seconds;
  job.estimated_bytes = cost.bytes;
  job.shared_bytes = cost.shared_bytes;
  job.thread_bytes = cost.thread_bytes;
  job.state_bytes = cost.state_bytes;
}

}  // namespace kdbench::inline plan
