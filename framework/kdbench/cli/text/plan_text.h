/// The text of a plan: what will run, what is shared, what is done. Pure.
#pragma once
#include <kdbench/plan/plan.h>

#include <string>
#include <vector>

namespace kdbench::inline cli {

/// States of a job that a run has work with: never trained, or trained by another build and to be trained again.
inline constexpr const char *kToDoState = "to do", *kAgainState = "again";
/// Done by another build, or with a network of another build; stays so until a run is told to change it.
inline constexpr const char* kOutdatedState = "outdated";

/// How a job stands: "done", "failed", "diverged", "blocked" (needs one that
/// failed), or one of the three above.
using JobStates = std::vector<std::string>;  ///< parallel to Plan::jobs

struct PlanTextOptions {
  bool all_jobs = false;  ///< list every job; otherwise only when there are few
  std::size_t max_listed_jobs = 60;
  std::size_t max_rows = 40;            ///< of the other tables, unless all_jobs
  std::size_t threads = 1;              ///< that train the students of a group, >= 1
  double memory_bytes = 0;              ///< that a group may need; larger ones are cut; 0: any
  std::vector<std::string> notes = {};  ///< lines below the totals
};

/// Returns title, totals, a table of studies, the shared jobs with how many use each, the groups
/// with their memory, and the jobs.
std::string plan_text(const Plan& plan, const JobStates& states, const PlanTextOptions& options = {});

/// Returns the plan's document with a member "state" in every job, and "groups": for each group of several jobs its name and the
/// parts of what is to do of it, {jobs (how many), threads, bytes, seconds (of one core)}, in the order in which they are
/// trained; and "notes", those of the options.
Json plan_json(const Plan& plan, const JobStates& states, const PlanTextOptions& options = {});

}  // namespace kdbench::inline cli
