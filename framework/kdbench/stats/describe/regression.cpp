/// Least squares with errors from the residuals.
#include <kdbench/stats/describe/regression.h>

#include <kdbench/stats/describe/column.h>
#include <kdbench/stats/describe/columns_check.h>
#include <kdbench/stats/describe/summary.h>
#include <kdbench/stats/distributions.h>

namespace kdbench::stats {
namespace {

double residual_sum(const Line& line, const std::vector<double>& dx, const std::vector<double>& dy) {
  double sum = 0;
  for (std::size_t i = 0; i < dx.size(); ++i) {
    const auto residual = dy[i] - line.slope * dx[i];
    sum += residual * residual;
  }
  return sum;
}

double p_of_slope(const Line& line, double df) {
  if (line.slope == 0) return 1;
  return two_sided_t_p(line.slope / line.slope_error, df);
}

}  // namespace

Line fit_line(const std::vector<double>& x, const std::vector<double>& y, double confidence) {
  if (!is_usable(x, y, 2) || is_constant(x)) return {};
  const auto dx = deviations(x), dy = deviations(y);
  const auto n = static_cast<double>(x.size()), mean_x = mean(x), sxx = dot(dx, dx);
  Line line;
  line.slope = dot(dx, dy) / sxx;
  line.intercept = mean(y) - line.slope * mean_x;
  // Squares of enormous or minute values leave the range of a double.
  if (!std::isfinite(line.slope) || !std::isfinite(line.intercept) || !std::isnormal(sxx)) return {};
  if (x.size() < 3) return line;
  const auto df = n - 2;
  line.slope_error = std::sqrt(residual_sum(line, dx, dy) / df / sxx);
  line.intercept_error = line.slope_error * std::sqrt(sxx / n + mean_x * mean_x);
  line.p = p_of_slope(line, df);
  const auto t = t_critical(confidence, df);
  line.slope_interval = {line.slope - t * line.slope_error, line.slope + t * line.slope_error};
  line.intercept_interval = {line.intercept - t * line.intercept_error, line.intercept + t * line.intercept_error};
  return line;
}

}  // namespace kdbench::stats
