/// Sweeps: student's accuracy and teacher's ECE while one thing varies and everything else stays, read from printed numbers and
/// from results alike, so that the two can be set beside each other.
#pragma once
#include <kdbench/leaderboard/model/axis_statistics.h>
#include <kdbench/leaderboard/model/result_points.h>
#include <kdbench/leaderboard/printed/printed_names.h>
#include <kdbench/leaderboard/printed/printed_numbers.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// One position of what varies. Values by seed; a printed number without a seed has seed -1.
struct Level {
  std::string label;        ///< for people
  std::string id;           ///< equal for equal positions, whoever names them: "1.5", "wrn282"
  std::optional<double> x;  ///< tau, epochs or parameters, where there is such a number
  std::map<std::int64_t, double> accuracy = {}, ece = {};
  std::map<std::int64_t, double> floor = {};         ///< 95 % quantiles of the ECE's floor; our own alone
  std::map<std::int64_t, double> training_ece = {};  ///< of the teacher on the training rows as its loss saw them; our own alone
  std::map<std::int64_t, double> training_gap = {};  ///< there, confidence minus accuracy
};

/// Networks and data sets have a plain name, by which those of the printed numbers and our own are found to be the same; it is
/// empty where that cannot be said.
struct Sweep {
  std::string role;      ///< the method under the name that tables have for it: "KD", "DIST"
  std::string who = {};  ///< our method and its convention; empty for a printed one
  std::string study = {}, dataset, teacher, student;
  std::string data = {}, models = {};  ///< what our data set and networks are, for people
  std::string plain_dataset, plain_teacher, plain_student;
  std::map<std::string, std::string> fixed = {};  ///< what else stays: "assistant", "tau", "checkpoint", "teacher_epochs", "axis"
  std::vector<Level> levels = {};                 ///< by x, or by label where a level has no x
  std::optional<double> spearman = {};            ///< as printed
  std::int64_t epochs = 0, teacher_epochs = 0;    ///< of our own
};

/// Letters and digits in lower case: "WRN-28-3" and "wrn_28_3" are both "wrn283".
std::string plain(const std::string& name);

/// Puts the levels in the order that Sweep promises.
void sort_levels(Sweep& sweep);

/// The sweeps of one printed table, in printed order.
std::vector<Sweep> printed_sweeps(const std::vector<PrintedNumber>& numbers, const std::string& table);

/// The sweeps of results along the same thing. Points without a run that is done are left out.
std::vector<Sweep> our_sweeps(const std::vector<Point>& points, const std::string& along, const PrintedNames& names);

/// What can be computed of a sweep.
struct SweepStatistics : AxisStatistics {  ///< positions on the axis: the levels' x, or their order
  bool has_axis = false;                   ///< every level has an x
  std::size_t num_seeds = 0;               ///< that have every level: the only ones used
  Estimate spearman_training;              ///< of the teacher's ECE on the training rows and accuracy
  std::string first, last;       ///< levels: the worst and the best calibrated, or the first and the last where there is no ECE
  bool is_within_floor = false;  ///< the ECEs there differ by no more than the larger of their floors
  Estimate gain;                 ///< accuracy at `last` minus accuracy at `first`, paired by seed, with t interval
};

SweepStatistics statistics_of(const Sweep& sweep, const BoardOptions& options);

}  // namespace kdbench::inline leaderboard::boards
