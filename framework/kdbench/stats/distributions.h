/// Tails and critical values of the distributions that the tests use. NaN in, NaN out.
#pragma once

namespace kdbench::stats {

/// Returns P(|T| >= |t|) for Student's t with `freedom` > 0 degrees of freedom; 0 for infinite t.
double two_sided_t_p(double t, double freedom);

/// Returns P(|Z| >= |z|) for a standard normal Z.
double two_sided_normal_p(double z);

/// Returns P(X >= chi2) for a chi-squared X.
double chi2_tail(double chi2, double freedom);

/// Returns P(X >= f) for an F-distributed X; 0 for infinite f.
double f_tail(double f, double freedom1, double freedom2);

/// Returns the c with P(|T| <= c) = confidence; `confidence` in (0, 1), which is checked.
double t_critical(double confidence, double freedom);

/// Returns the c with P(|Z| <= c) = confidence; `confidence` in (0, 1), which is checked.
double normal_critical(double confidence);

}  // namespace kdbench::stats
