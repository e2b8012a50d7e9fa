/// A plan with how its jobs stand: what boards and figures read, each record asked for once.
#pragma once
#include <kdbench/leaderboard/model/board_options.h>
#include <kdbench/leaderboard/model/origin_notes.h>
#include <kdbench/leaderboard/model/series.h>
#include <kdbench/plan/plan.h>
#include <kdbench/results/record.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kdbench::inline leaderboard {

using RecordOf = std::function<std::optional<RunRecord>(const std::string& job)>;

namespace boards {

class PlanResults {
 public:
  /// @param plan must outlive this
  /// @param record_of is asked once for every job that is placed, or that taught one
  PlanResults(const Plan& plan, const RecordOf& record_of, const BoardOptions& options);

  const Plan& plan() const { return *plan_; }
  const BoardOptions& options() const { return options_; }
  /// The plan's title; of a plan without one its suite's name.
  const std::string& title() const { return plan_->title.empty() ? plan_->suite : plan_->title; }
  /// Names of the studies in the plan's order; those that only placements name after them.
  std::vector<std::string> studies() const;
  std::vector<const Placement*> placements(const std::string& study) const;
  /// What a study asks of its boards; nothing of a study that the plan does not list.
  const StudyOptions& study_options(const std::string& study) const;
  /// The label of a job; null where the plan does not train it.
  const JobLabel* label_of(const std::string& job) const;

  /// How a placed job stands.
  const Outcome& outcome(const std::string& job) const { return outcomes_.at(job); }
  /// How a job stands that no placement need name; null if nothing is known of it.
  const Outcome* find_outcome(const std::string& job) const;
  /// The record of a job that taught or is placed as a teacher; null if there is none.
  const RunRecord* teacher_record(const std::string& job) const;
  /// The checkpoint of that record that the plan selects; null if there is none.
  const CheckpointRecord* teacher_checkpoint(const std::string& job) const;

  /// Adds a placed run. Where two different jobs claim one place, the smaller id stands and conflicts() says so.
  void add(Series& series, const Placement& placement);
  /// The same for a network that taught where `placement` stands.
  void add_teacher(Series& series, const Placement& placement, const std::string& job);
  /// Places claimed by two jobs.
  const std::set<std::string>& conflicts() const { return conflicts_; }
  /// What is to be said of the builds that the results come from.
  std::vector<std::string> origin_notes() const { return origins_.notes(options_.loaded); }

 private:
  /// Returns whether another job claims the seed already.
  bool claim(Series& series, std::int64_t seed, const std::string& job);
  void read(const RecordOf& record_of, const std::string& job, bool teaches);

  const Plan* plan_;
  BoardOptions options_;
  std::unordered_map<std::string_view, const JobLabel*> labels_;
  std::unordered_map<std::string, Outcome> outcomes_;
  std::unordered_map<std::string, RunRecord> teachers_;
  std::set<std::string> conflicts_;
  OriginNotes origins_;
};

}  // namespace boards
}  // namespace kdbench::inline leaderboard
