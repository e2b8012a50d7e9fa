/// The KD board: how well each method distils each pair. Its matrix: methods against pairs, who may be compared with whom, and
/// ranks.
#pragma once
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Teacher and student.
using Pair = std::pair<std::string, std::string>;

struct PairLess {
  bool operator()(const Pair& a, const Pair& b) const {
    return NaturalLess()(pair_text(a.first, a.second), pair_text(b.first, b.second));
  }
};

/// One row: a method (under a strategy), or the students alone.
struct Entry {
  std::string method, convention, strategy;
  bool alone = false;
  std::map<Pair, Series, PairLess> cells;
  std::optional<double> rank;  ///< average over pairs, in each by mean accuracy over seeds
  std::string no_rank;         ///< why there is none

  const Series& at(const Pair& pair) const;
  bool complete(const std::vector<Pair>& pairs) const;
  /// Mean over the pairs of the mean accuracies; only for a complete row.
  std::optional<double> average(const std::vector<Pair>& pairs) const;
};

/// One compare study on one dataset.
struct Matrix {
  std::string study, dataset;
  std::vector<Pair> pairs;
  std::vector<Entry> entries;  ///< in natural order of the labels; the student alone first, unless a method is the same thing
  std::map<Pair, Series, PairLess> alone;
  std::string baseline;  ///< label; empty: none
  bool several_strategies = false;
  std::vector<std::string> rank_notes;

  /// The row that others are compared with (under the same strategy if it has one); null if there is none.
  const Entry* baseline_of(const Entry& entry) const;
};

/// Returns the tables of a compare study, data set by data set.
std::vector<Table> kd_board(PlanResults& results, const std::string& study);

/// Gathers a study's placements of one dataset, then ranks the rows that are complete and seed-matched.
Matrix make_matrix(PlanResults& results, const std::string& study, const std::string& dataset);

/// Every seed's accuracy by method, with mean and population variance, as the paper's Table 1.
Table per_seed_table(const Matrix& matrix);

/// Returns how calibrated the students are on the test rows, a row a method and pair in the order of `matrix.entries`, ECEs
/// marked where they are no more than chance; no table where no student that is done has one.
std::vector<Table> student_calibration_table(const Matrix& matrix);

/// Returns the standard errors of every difference to the baseline (else to the student alone) that seeds and test rows make; no
/// table where nothing finished can be set against anything.
std::vector<Table> errors_table(const PlanResults& results, const Matrix& matrix);

/// Says which difference to the baseline (else to the student alone) the study finds at 80 % power, the MDE, and how many seeds
/// half a point would take.
std::string mde_note(const Matrix& matrix);

/// Returns "kl", or "kl (takd)" where a study has several strategies.
std::string entry_text(const Matrix& matrix, const Entry& entry);

}  // namespace kdbench::inline leaderboard::boards
