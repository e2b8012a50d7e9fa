/// Least squares by orthogonal projections: no normal equations, which would square the condition of regressors that move
/// together.
#include <kdbench/stats/describe/block_regression.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/describe/column.h>
#include <kdbench/stats/describe/columns_check.h>
#include <kdbench/stats/describe/summary.h>
#include <kdbench/stats/distributions.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace kdbench::stats {
namespace {

using Column = std::vector<double>;
using Basis = std::vector<Column>;  ///< of columns that are orthogonal and have length 1

/// Of a column of length 1 so much must be left by those before it; rounding leaves about 1e-15.
constexpr double kLeastLeft = 1e-7;
constexpr double kRounding = 1e-12;

double length(const Column& column) { return std::sqrt(dot(column, column)); }

Column within_blocks(const Column& values, const std::map<std::int64_t, std::vector<std::size_t>>& rows_of) {
  Column out(values.size());
  for (const auto& [block, rows] : rows_of) {
    Column own;
    for (const auto row : rows) own.push_back(values[row]);
    const auto centred = deviations(own);
    for (std::size_t i = 0; i < rows.size(); ++i) out[rows[i]] = centred[i];
  }
  return out;
}

/// Centred values that are no more than the rounding of the values they are of.
bool is_rounding(const Column& centred, const Column& values) {
  double most = 0, largest = 0;
  for (const auto v : centred) most = std::max(most, std::abs(v));
  for (const auto v : values) largest = std::max(largest, std::abs(v));
  return most <= kRounding * largest;
}

/// What projection on the basis leaves. The second pass removes the rounding of the first.
Column left_by(const Basis& basis, Column column) {
  for (int pass = 0; pass < 2; ++pass) {
    for (const auto& direction : basis) {
      const auto share = dot(direction, column);
      for (std::size_t i = 0; i < column.size(); ++i) column[i] -= share * direction[i];
    }
  }
  return column;
}

Column of_length_1(Column column) {
  const auto size = length(column);
  for (auto& v : column) v /= size;
  return column;
}

/// Regressors as deviations of length 1; those that are not used are empty.
class Design {
 public:
  Design(const std::vector<Column>& columns, const std::map<std::int64_t, std::vector<std::size_t>>& rows_of,
         std::vector<Regressor>& told) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      auto centred = within_blocks(columns[j], rows_of);
      const bool constant = is_rounding(centred, columns[j]);
      sizes_.push_back(constant ? 1 : length(centred));
      if (!constant) centred = of_length_1(std::move(centred));
      const auto rest = constant ? centred : left_by(basis_, centred);
      if (constant)
        told[j].state = RegressorState::kConstant;
      else if (length(rest) < kLeastLeft)
        told[j].state = RegressorState::kCollinear;
      const bool used = told[j].state == RegressorState::kUsed;
      if (used) basis_.push_back(of_length_1(rest));
      columns_.push_back(used ? std::move(centred) : Column());
    }
  }

  const Basis& basis() const { return basis_; }
  const Column& column(std::size_t j) const { return columns_[j]; }
  double size(std::size_t j) const { return sizes_[j]; }

  Basis basis_without(std::size_t left_out) const {
    Basis out;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      if (j != left_out && !columns_[j].empty()) out.push_back(of_length_1(left_by(out, columns_[j])));
    }
    return out;
  }

 private:
  std::vector<Column> columns_;
  std::vector<double> sizes_;  ///< lengths of the deviations
  Basis basis_;
};

void tell(const Design& design, std::size_t j, const Column& y, double freedom, Regressor& out) {
  const auto others = design.basis_without(j);
  const auto x = left_by(others, design.column(j)), rest = left_by(others, y);
  const auto xx = dot(x, x), xy = dot(x, rest), yy = dot(rest, rest);
  out.inflation = std::max(1.0, 1 / xx);
  out.coefficient = xy / xx / design.size(j);
  if (freedom < 1 || yy <= kRounding * dot(y, y)) return;
  out.partial_r2 = std::min(1.0, xy * xy / (xx * yy));
}

using RowsOf = std::map<std::int64_t, std::vector<std::size_t>>;

RowsOf rows_by_block(const std::vector<std::int64_t>& blocks) {
  RowsOf out;
  for (std::size_t i = 0; i < blocks.size(); ++i) out[blocks[i]].push_back(i);
  return out;
}

/// Everything but `over_blocks`, of columns that are usable.
void regress_all(const Column& y, const std::vector<Column>& columns, const RowsOf& rows_of, BlockRegression& out) {
  const Design design(columns, rows_of, out.regressors);
  out.freedom = static_cast<double>(out.count) - static_cast<double>(out.blocks) - static_cast<double>(design.basis().size());
  const auto centred = within_blocks(y, rows_of);
  if (is_rounding(centred, y)) return;
  const auto rest = left_by(design.basis(), centred);
  out.r2 = 1 - dot(rest, rest) / dot(centred, centred);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (out.regressors[j].state == RegressorState::kUsed) tell(design, j, centred, out.freedom, out.regressors[j]);
  }
}

Column chosen(const Column& values, const std::vector<std::size_t>& rows) {
  Column out;
  for (const auto row : rows) out.push_back(values[row]);
  return out;
}

OverBlocks over_blocks(const Column& coefficients) {
  OverBlocks out{mean(coefficients), t_interval(coefficients), kUndefined};
  const auto sd = sample_sd(coefficients);
  if (!(sd > kRounding * std::abs(out.mean))) return out;
  const auto count = static_cast<double>(coefficients.size());
  out.p = two_sided_t_p(out.mean / (sd / std::sqrt(count)), count - 1);
  return out;
}

/// Fits each block alone; tells nothing where one of them cannot be fitted.
void tell_over_blocks(const Column& y, const std::vector<Column>& columns, const RowsOf& rows_of,
                      std::vector<Regressor>& regressors) {
  std::vector<std::size_t> used;
  for (std::size_t j = 0; j < regressors.size(); ++j) {
    if (regressors[j].state == RegressorState::kUsed) used.push_back(j);
  }
  std::vector<Column> coefficients(used.size());
  for (const auto& [block, rows] : rows_of) {
    std::vector<Column> own;
    for (const auto j : used) own.push_back(chosen(columns[j], rows));
    std::vector<std::size_t> places(rows.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    BlockRegression fit{.count = rows.size(), .blocks = 1, .regressors = std::vector<Regressor>(used.size())};
    regress_all(chosen(y, rows), own, {{block, std::move(places)}}, fit);
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (fit.freedom < 1 || std::isnan(fit.regressors[i].coefficient)) return;
      coefficients[i].push_back(fit.regressors[i].coefficient);
    }
  }
  for (std::size_t i = 0; i < used.size(); ++i) regressors[used[i]].over_blocks = over_blocks(coefficients[i]);
}

}  // namespace

BlockRegression regress_within_blocks(const std::vector<double>& y, const std::vector<std::vector<double>>& columns,
                                      const std::vector<std::int64_t>& blocks) {
  KDBENCH_CHECK(y.size() == blocks.size(), "every row is of a block");
  const auto rows_of = rows_by_block(blocks);
  BlockRegression out{.count = y.size(), .blocks = rows_of.size(), .regressors = std::vector<Regressor>(columns.size())};
  bool usable = all_finite(y);
  for (const auto& column : columns) usable = is_usable(column, y, 1) && usable;
  if (!usable) return out;
  regress_all(y, columns, rows_of, out);
  tell_over_blocks(y, columns, rows_of, out.regressors);
  return out;
}

}  // namespace kdbench::stats
