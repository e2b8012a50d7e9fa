/// What boards read from a plan and its records: placements as plain structs, one outcome a job, series over seeds.
#pragma once
#include <kdbench/leaderboard/leaderboard.h>
#include <kdbench/leaderboard/model/run_setting.h>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// The parts of a placement that boards need (see plan/plan.h for what they mean).
struct Place {
  std::string study, kind, dataset, method, convention, teacher, student, strategy, axis, role, job, teacher_job,
      teacher_checkpoint;
  std::vector<std::string> chain;
  std::int64_t seed = 0;
  double value = 0;
};

/// How one job stands, reduced to what boards print of a student.
struct Outcome {
  std::string state = "missing";  ///< a record's status, "running", or "missing"
  std::string reason;
  std::optional<double> accuracy, bayes_accuracy;     ///< fractions
  std::optional<double> taught_accuracy, taught_ece;  ///< of its teacher's checkpoint, at the temperature of its loss; fractions
  std::optional<double> taught_at;                    ///< that temperature: teacher_temperature * tau_teacher
  std::optional<double> tau;                          ///< tau_teacher
  Facts facts;
  std::string taught_by, taught_checkpoint;  ///< its teacher's job, and which state of that one taught: "last", "epoch 30"
  bool done() const { return state == "done"; }
};

/// One method's runs in one place of a board, by seed.
struct Series {
  std::map<std::int64_t, const Outcome*> runs;
  std::map<std::int64_t, std::string> jobs;

  std::size_t expected() const { return runs.size(); }
  bool complete() const;  ///< every run is done, and there is one
  std::vector<std::int64_t> seeds() const;
  std::map<std::int64_t, double> accuracies() const;  ///< of the runs that are done
  /// Says how the runs that are not done ended: "failed: out of memory"; empty if there is none.
  std::string trouble() const;
  /// "done" or the state of the runs that are not: the first of diverged, failed, interrupted, missing, running, skipped.
  std::string state() const;
};

/// Plan and records, each record asked for once.
class View {
 public:
  View(const Json& plan, const RecordOf& record_of, const BoardOptions& options);

  std::vector<const Place*> places(const std::string& study) const;
  const Outcome& outcome(const std::string& job) const { return outcomes_.at(job); }
  /// How a job stands that no placement need name; null if nothing is known of it.
  const Outcome* find_outcome(const std::string& job) const;
  /// Adds a run. Where two different jobs claim one place, the smaller id stands and a note says so.
  void add(Series& series, const Place& place);
  /// The record of a teacher; null if there is none.
  const RunRecord* teacher_record(const std::string& job) const;
  Json study_option(const std::string& study, const std::string& key) const;
  /// Says which checkpoint the numbers are of.
  std::string selection_note() const;

  std::string title, select, paper;
  std::vector<std::string> studies;
  std::vector<Place> all;
  std::map<std::string, std::string> job_labels;
  std::set<std::string> conflicts;  ///< places claimed by two jobs
  BoardOptions options;

 private:
  Json study_options_;
  std::unordered_map<std::string, Outcome> outcomes_;
  std::unordered_map<std::string, RunRecord> teachers_;
};

/// Orders text as people do: "tau=2" before "tau=10".
struct NaturalLess {
  bool operator()(const std::string& a, const std::string& b) const;
};

/// Returns `resnet20 -> resnet8`, or the student's name where nobody teaches.
std::string pair_text(const std::string& teacher, const std::string& student);

/// Returns the number as JSON, null for none and NaN.
Json json_number(std::optional<double> value);

/// A cell of one number in the metric's unit, for a column with one field.
Cell number_cell(const Metric& metric, std::optional<double> value);
Column number_column(const Metric& metric, const std::string& title = "");
Cell text_cell(const std::string& text);
Column text_column(const std::string& title, bool is_key = false);

/// A number with its interval: "+0.50 [-1.20, +2.20]". Fields: value, low, high, n, status.
Column interval_column(const Metric& metric, const std::string& title);

/// Mean ± sample deviation (n), the states of runs that are not done said. Fields: mean, sd, n, expected, status.
Column summary_column(const Metric& metric, const std::string& title);
/// The t interval of a mean over seeds: "[69.10, 71.30]". Fields: low, high.
Column mean_interval_column(const Metric& metric);
Cell mean_interval_cell(const Metric& metric, const std::vector<double>& values);

/// Mean difference over the seeds that both have, with its t interval; "-" for a series and itself. For an interval_column().
Cell difference_cell(const Metric& metric, const Series& series, const Series& reference);
/// A cell of an interval_column() that says why there is no number.
Cell said_cell(const std::string& text, const std::string& status, std::size_t n = 0);

/// Of the accuracies of a series.
Cell summary_cell(const Metric& metric, const Series& series);
/// Of other values of the runs of `series` that are done.
Cell summary_cell(const Metric& metric, const std::vector<double>& values, const Series& series);
/// The same, short enough for a table with a column a value of an axis: "90.12±0.31", "failed (0/2)".
Cell compact_cell(const Metric& metric, const std::vector<double>& values, const Series& series);
/// The same for values of which none is missing.
Cell compact_cell(const Metric& metric, const std::vector<double>& values);

/// The boards. Each returns its tables, none if the study has no placements for it.
std::vector<Table> compare_board(View& view, const std::string& study);
std::vector<Table> sensitivity_board(View& view, const std::string& study);
std::vector<Table> strategy_board(View& view, const std::string& study);
std::vector<Table> teacher_board(View& view);

}  // namespace kdbench::inline leaderboard::boards
