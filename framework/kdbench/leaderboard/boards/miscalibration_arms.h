/// The miscalibration board's data: students by how the confidence of their teacher was moved, and what they were taught.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// One calibrator at one strength, at the recipe's learning rate or a matched one; along the axis "teacher" one teacher.
struct Arm {
  std::string name;    ///< "as it is", "shift[ratio=0.5]"; of a teacher "resnet20", "resnet20 (smoothed)"
  std::string family;  ///< table of the calibrator; empty: the teacher as it is
  bool matched = false;
  Series series;
};

/// The arms of one loss at one temperature of the student, for one budget.
struct ArmGroup {
  std::string loss;
  double student_tau = 1;
  std::int64_t budget = 1;
  std::vector<Arm> arms;  ///< the reference first, then in natural order, matched ones last

  /// The teacher as it is; null along the axis "teacher".
  const Arm* reference() const;
  /// The arm of that name and calibrator; null where there is none.
  const Arm* find(const std::string& family, const std::string& name, bool is_matched) const;
  std::string text() const;  ///< "kl, tau 4, x12"
};

/// A miscalibration study on one data set and, unless it compares teachers, one pair of networks.
struct ArmBoard {
  std::string study, dataset, networks;
  bool over_teachers = false;
  std::vector<ArmGroup> groups;          ///< by loss, then tau, then budget
  std::map<std::int64_t, Series> alone;  ///< the student on labels alone, by budget

  std::string title(const std::string& what) const;  ///< "Study s on fashion, big -> small: what"
};

/// Gathers a miscalibration study, in natural order of data sets and networks.
std::vector<ArmBoard> gather_arms(PlanResults& results, const std::string& study);

/// On which rows a teacher is measured as it was taught.
enum class TaughtRows { kTest, kTraining };
constexpr const char* rows_name(TaughtRows rows) { return rows == TaughtRows::kTest ? "test" : "training"; }

/// A number of a run, or of its teacher; nothing where it was not measured. Fractions and nats, as Metric scales them.
using NumberOf = std::function<std::optional<double>(const Outcome& run)>;

/// A metric of the teacher as taught on those rows. @param key of a metric of networks
NumberOf taught_number(TaughtRows rows, std::string_view key);

/// Keys of the metrics that a teacher's row shows: accuracy, confidence, gap, ECE and its floor, classwise ECE, entropy, NLL.
const std::vector<const char*>& taught_metrics();

/// Over the runs that are done, of those that have the number.
std::vector<double> series_values(const Series& series, const NumberOf& number);
/// Their mean; nothing where no run has it.
std::optional<double> series_mean(const Series& series, const NumberOf& number);

/// The first group in which an arm has been measured at the recipe's learning rate. What is taught on test rows is the same in
/// all groups; on training rows it is of the epochs that a group's students train for, where rows are augmented.
struct MeasuredArm {
  const ArmGroup* group = nullptr;
  const Series* series = nullptr;  ///< null: in none
};
MeasuredArm first_measured(const ArmBoard& board, const Arm& arm, const NumberOf& number);

/// The arm that stands for a calibrated teacher: of the calibrators' arms the one of the lowest mean ECE on test rows, where that
/// is within its floor at 95 %. Null where none is.
const Arm* calibrated_arm(const ArmBoard& board);

/// What accuracy is regressed on.
struct ArmRegressor {
  std::string title;
  NumberOf of;
};
/// Signed gap and classwise ECE on `rows`, NLL and entropy on training rows, and the logarithm of the first step's length: of
/// ||g0|| times the factor of a matched learning rate.
std::vector<ArmRegressor> arm_regressors(TaughtRows rows);

}  // namespace kdbench::inline leaderboard::boards
