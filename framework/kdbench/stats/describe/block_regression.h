/// Which of several regressors a number goes with, within blocks: least squares with an effect of each block, and the partial R^2
/// of each regressor.
#pragma once
#include <kdbench/stats/interval.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kdbench::stats {

/// What became of a regressor.
enum class RegressorState {
  kUsed,
  kConstant,   ///< the same in all rows of each block: nothing can go with it
  kCollinear,  ///< a linear combination of those before it, within blocks: what goes with it goes with them, and it is left out
};

/// A coefficient fitted block by block.
struct OverBlocks {
  double mean = kUndefined;
  Interval interval;      ///< 95 % t interval of the mean over blocks; NaN of one block
  double p = kUndefined;  ///< two-sided t test of mean 0, blocks - 1 degrees of freedom; NaN where blocks do not differ
};

/// One regressor, given the others that are used.
struct Regressor {
  RegressorState state = RegressorState::kUsed;
  double coefficient = kUndefined;  ///< of y for one unit of it
  double partial_r2 = kUndefined;   ///< share of what the others leave of y, in [0, 1]
  double inflation = kUndefined;    ///< 1 / (1 - R^2 of it on the others), the variance inflation factor, >= 1
  OverBlocks over_blocks;           ///< what may be tested where rows of one block are not independent, but blocks are
};

struct BlockRegression {
  std::size_t count = 0, blocks = 0;
  double freedom = kUndefined;        ///< rows - blocks - regressors that are used
  double r2 = kUndefined;             ///< share of the variation of y within blocks
  std::vector<Regressor> regressors;  ///< parallel to the columns
};

/// Regresses y on columns, all taken as deviations from the mean of their block, which is least squares with an intercept of each
/// block (the within estimator). Of a regressor x, with r(.) for what least squares on the other used regressors leaves:
/// partial R^2 = (r(x) . r(y))^2 / (r(x) . r(x) r(y) . r(y)) (Frisch and Waugh 1933).
/// `over_blocks` is of the used regressors, fitted to each block alone with an intercept; it is NaN where a block leaves less
/// than one degree of freedom, or one of them is constant or collinear in a block, or y is constant there. What is left of y
/// constant, less than one degree of freedom, a NaN or an infinity: the numbers are NaN. Columns of another length than y are a
/// broken assumption.
/// @param y [n]; @param columns each [n], in the order in which collinear ones are found; @param blocks [n], which block each row
/// is of
BlockRegression regress_within_blocks(const std::vector<double>& y, const std::vector<std::vector<double>>& columns,
                                      const std::vector<std::int64_t>& blocks);

}  // namespace kdbench::stats
