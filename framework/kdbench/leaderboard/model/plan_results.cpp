/// Reads the records of a plan once, and reduces each to what boards print.
#include <kdbench/leaderboard/model/plan_results.h>

#include <kdbench/leaderboard/model/natural_order.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline leaderboard::boards {
namespace {

/// Jobs whose networks taught, or are placed as teachers.
std::set<std::string> teaching_jobs(const Plan& plan) {
  std::set<std::string> out;
  for (const auto& placement : plan.placements) {
    if (!placement.teacher_job.empty()) out.insert(placement.teacher_job);
    if (placement.role == Role::kTeacher) out.insert(placement.job);
  }
  return out;
}

std::string claim_text(const Placement& p, const std::string& method, const std::string& student) {
  return fmt::format("study '{}', {}, {}, seed {}", p.study, method, pair_text(p.teacher, student), p.seed);
}

}  // namespace

PlanResults::PlanResults(const Plan& plan, const RecordOf& record_of, const BoardOptions& options)
    : plan_(&plan), options_(options) {
  for (const auto& job : plan.jobs) labels_.emplace(job.id, &job.label);
  const auto teaching = teaching_jobs(plan);
  for (const auto& placement : plan.placements) read(record_of, placement.job, teaching.contains(placement.job));
  for (const auto& job : teaching) read(record_of, job, true);
}

void PlanResults::read(const RecordOf& record_of, const std::string& job, bool teaches) {
  if (outcomes_.contains(job)) return;
  auto record = job.empty() ? std::nullopt : record_of(job);
  outcomes_.emplace(job, read_outcome(record, options_.running.contains(job), plan_->select));
  if (record) origins_.add(*record);
  if (record && teaches) teachers_.emplace(job, std::move(*record));
}

std::vector<std::string> PlanResults::studies() const {
  auto studies = plan_->studies;
  const std::set<std::string> known(studies.begin(), studies.end());
  std::set<std::string> others;
  for (const auto& placement : plan_->placements) {
    if (!known.contains(placement.study)) others.insert(placement.study);
  }
  studies.insert(studies.end(), others.begin(), others.end());
  return studies;
}

std::vector<const Placement*> PlanResults::placements(const std::string& study) const {
  std::vector<const Placement*> out;
  for (const auto& placement : plan_->placements) {
    if (placement.study == study) out.push_back(&placement);
  }
  return out;
}

const StudyOptions& PlanResults::study_options(const std::string& study) const {
  static const StudyOptions kNone;
  const auto it = plan_->study_options.find(study);
  return it == plan_->study_options.end() ? kNone : it->second;
}

const JobLabel* PlanResults::label_of(const std::string& job) const {
  const auto it = labels_.find(job);
  return it == labels_.end() ? nullptr : it->second;
}

const Outcome* PlanResults::find_outcome(const std::string& job) const {
  const auto it = outcomes_.find(job);
  return it == outcomes_.end() ? nullptr : &it->second;
}

const RunRecord* PlanResults::teacher_record(const std::string& job) const {
  const auto it = teachers_.find(job);
  return it == teachers_.end() ? nullptr : &it->second;
}

const CheckpointRecord* PlanResults::teacher_checkpoint(const std::string& job) const {
  const auto* record = teacher_record(job);
  return record == nullptr ? nullptr : record->checkpoint(plan_->select);
}

bool PlanResults::claim(Series& series, std::int64_t seed, const std::string& job) {
  auto [it, added] = series.jobs.emplace(seed, job);
  const bool claimed = !added && it->second != job;
  if (claimed) it->second = std::min(it->second, job);
  series.runs[seed] = &outcome(it->second);
  return claimed;
}

void PlanResults::add(Series& series, const Placement& p) {
  if (claim(series, p.seed, p.job)) conflicts_.insert(claim_text(p, p.method, p.student));
}

void PlanResults::add_teacher(Series& series, const Placement& p, const std::string& job) {
  if (claim(series, p.seed, job)) conflicts_.insert(claim_text(p, "teacher", ""));
}

}  // namespace kdbench::inline leaderboard::boards
