/// Tails and critical values from Boost.Math.
#include <kdbench/stats/distributions.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/interval.h>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <cmath>

namespace kdbench::stats {
namespace {

// Boost throws outside a distribution's domain; here a statistic may be NaN or infinite, or a hair below zero
// by rounding.
template <class Distribution>
double upper_tail(const Distribution& distribution, double value) {
  if (std::isnan(value)) return kUndefined;
  if (std::isinf(value)) return value > 0 ? 0.0 : 1.0;
  return boost::math::cdf(boost::math::complement(distribution, value));
}

double upper_point(double confidence) {
  KDBENCH_CHECK(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
  return (1 - confidence) / 2;
}

}  // namespace

double two_sided_t_p(double t, double freedom) { return 2 * upper_tail(boost::math::students_t(freedom), std::abs(t)); }

double two_sided_normal_p(double z) { return 2 * upper_tail(boost::math::normal(), std::abs(z)); }

double chi2_tail(double chi2, double freedom) { return upper_tail(boost::math::chi_squared(freedom), chi2 < 0 ? 0.0 : chi2); }

double f_tail(double f, double freedom1, double freedom2) {
  return upper_tail(boost::math::fisher_f(freedom1, freedom2), f < 0 ? 0.0 : f);
}

double t_critical(double confidence, double freedom) {
  return boost::math::quantile(boost::math::complement(boost::math::students_t(freedom), upper_point(confidence)));
}

double normal_critical(double confidence) {
  return boost::math::quantile(boost::math::complement(boost::math::normal(), upper_point(confidence)));
}

}  // namespace kdbench::stats
