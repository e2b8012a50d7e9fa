// Gaussian mixtures in plain C++: drawing them, drawing from them, and the exact posterior in log space. No torch, no
// standard-library distribution (their values differ between libraries), so a seed means the same data everywhere.
#pragma once
#include <kdbench/sdk/error.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace gmm {

using Vector = std::vector<double>;

/// A stream of random numbers: the 64-bit finaliser of SplitMix over a counter.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : state_(mix(mix(seed) ^ stream)) {}

  std::uint64_t bits() { return mix(state_ += kStep); }

  /// Uniform in (0, 1].
  double uniform() { return static_cast<double>((bits() >> 11) + 1) * 0x1p-53; }

  /// Uniform in 0 .. n-1.
  std::size_t below(std::size_t n) {
    return std::min(n - 1, static_cast<std::size_t>((1.0 - uniform()) * static_cast<double>(n)));
  }

  /// Standard normal (Box and Muller 1958).
  double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ull;
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
  }

  std::uint64_t state_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// Returns the lower Cholesky factor of a symmetric D x D matrix (row-major).
/// @throws kdbench::Error if the matrix is not positive definite.
inline Vector cholesky(const Vector& a, std::size_t d) {
  Vector l(d * d, 0.0);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i * d + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[i * d + k] * l[j * d + k];
      if (i == j && !(sum > 0))
        throw kdbench::Error("gmm: a covariance is not positive definite (row " + std::to_string(i) + ")");
      l[i * d + j] = i == j ? std::sqrt(sum) : sum / l[j * d + j];
    }
  }
  return l;
}

/// A mixture of K Gaussians in D dimensions.
struct Mixture {
  std::size_t k = 0, d = 0;
  Vector log_weights;       ///< [K]
  Vector means;             ///< [K, D]
  Vector factors;           ///< [K, D, D], lower Cholesky factors of the covariances
  Vector log_determinants;  ///< [K], of the covariances

  /// Takes weights [K] (> 0, they are normalised), means [K, D] and covariances [K, D, D].
  static Mixture from(const Vector& weights, Vector means, const Vector& covariances) {
    Mixture m;
    m.k = weights.size();
    m.d = means.size() / m.k;
    m.means = std::move(means);
    double total = 0;
    for (const double w : weights) total += w;
    for (const double w : weights) m.log_weights.push_back(std::log(w / total));
    for (std::size_t c = 0; c < m.k; ++c) {
      const auto* begin = covariances.data() + c * m.d * m.d;
      const auto factor = cholesky(Vector(begin, begin + m.d * m.d), m.d);
      double half = 0;
      for (std::size_t i = 0; i < m.d; ++i) half += std::log(factor[i * m.d + i]);
      m.factors.insert(m.factors.end(), factor.begin(), factor.end());
      m.log_determinants.push_back(2 * half);
    }
    return m;
  }

  /// Returns ln N(x; mean_c, covariance_c).
  double log_density(const double* x, std::size_t c) const {
    const double* l = factors.data() + c * d * d;
    const double* mean = means.data() + c * d;
    double squares = 0;
    Vector z(d);
    for (std::size_t i = 0; i < d; ++i) {
      double rest = x[i] - mean[i];
      for (std::size_t j = 0; j < i; ++j) rest -= l[i * d + j] * z[j];
      z[i] = rest / l[i * d + i];
      squares += z[i] * z[i];
    }
    return -0.5 * (static_cast<double>(d) * std::log(2 * std::numbers::pi) + log_determinants[c] + squares);
  }

  /// Returns ln P(c | x) for every class, exact however far x is from every mean, and ln p(x) as second.
  std::pair<Vector, double> log_posterior(const double* x) const {
    Vector joint(k);
    for (std::size_t c = 0; c < k; ++c) joint[c] = log_weights[c] + log_density(x, c);
    const double top = *std::max_element(joint.begin(), joint.end());
    double sum = 0;
    for (const double v : joint) sum += std::exp(v - top);
    const double log_total = top + std::log(sum);
    for (double& v : joint) v -= log_total;
    return {std::move(joint), log_total};
  }

  /// Draws one point of class c.
  Vector draw(std::size_t c, Random& random) const {
    Vector z(d), x(means.begin() + static_cast<std::ptrdiff_t>(c * d), means.begin() + static_cast<std::ptrdiff_t>((c + 1) * d));
    for (double& v : z) v = random.normal();
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) x[i] += factors[c * d * d + i * d + j] * z[j];
    }
    return x;
  }
};

/// What a random mixture looks like.
struct Shape {
  std::size_t classes = 10, dims = 2;
  double spread = 1;      ///< side of the cell that each mean has on average, in units of a component's typical deviation
  double anisotropy = 1;  ///< longest over shortest axis of every component
};

/// Returns means that keep their distance: each is the candidate, of ten drawn in the box, farthest from those before it.
inline Vector draw_means(const Shape& shape, Random& random) {
  constexpr int kCandidates = 10;
  const double side = shape.spread * std::pow(static_cast<double>(shape.classes), 1.0 / static_cast<double>(shape.dims));
  Vector means;
  for (std::size_t c = 0; c < shape.classes; ++c) {
    Vector best;
    double best_distance = -1;
    for (int t = 0; t < kCandidates; ++t) {
      Vector candidate(shape.dims);
      for (double& v : candidate) v = (random.uniform() - 0.5) * side;
      double nearest = HUGE_VAL;
      for (std::size_t other = 0; other < c; ++other) {
        double square = 0;
        for (std::size_t i = 0; i < shape.dims; ++i) square += std::pow(candidate[i] - means[other * shape.dims + i], 2);
        nearest = std::min(nearest, square);
      }
      if (nearest > best_distance) {
        best_distance = nearest;
        best = std::move(candidate);
      }
    }
    means.insert(means.end(), best.begin(), best.end());
  }
  return means;
}

/// Returns D random orthonormal directions, [D, D], one a row (Gram and Schmidt on normal vectors).
inline Vector draw_rotation(std::size_t d, Random& random) {
  Vector q(d * d);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < d; ++j) q[i * d + j] = random.normal();
    for (std::size_t before = 0; before < i; ++before) {
      double dot = 0;
      for (std::size_t j = 0; j < d; ++j) dot += q[i * d + j] * q[before * d + j];
      for (std::size_t j = 0; j < d; ++j) q[i * d + j] -= dot * q[before * d + j];
    }
    double square = 0;
    for (std::size_t j = 0; j < d; ++j) square += q[i * d + j] * q[i * d + j];
    for (std::size_t j = 0; j < d; ++j) q[i * d + j] /= std::sqrt(square);
  }
  return q;
}

/// Returns a full covariance of determinant 1: axes in random directions, deviations evenly spaced on a log scale from
/// anisotropy^-1/2 to anisotropy^1/2.
inline Vector draw_covariance(const Shape& shape, Random& random) {
  const std::size_t d = shape.dims;
  const auto q = draw_rotation(d, random);
  Vector covariance(d * d, 0.0);
  for (std::size_t axis = 0; axis < d; ++axis) {
    const double place = d == 1 ? 0.0 : static_cast<double>(axis) / static_cast<double>(d - 1) - 0.5;
    const double variance = std::pow(shape.anisotropy, 2 * place);
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) covariance[i * d + j] += variance * q[axis * d + i] * q[axis * d + j];
    }
  }
  return covariance;
}

/// Returns the mixture of one seed, with equal weights.
inline Mixture draw_mixture(const Shape& shape, std::uint64_t seed) {
  Random random(seed, 1);
  auto means = draw_means(shape, random);
  Vector covariances;
  for (std::size_t c = 0; c < shape.classes; ++c) {
    const auto covariance = draw_covariance(shape, random);
    covariances.insert(covariances.end(), covariance.begin(), covariance.end());
  }
  return Mixture::from(Vector(shape.classes, 1.0), std::move(means), covariances);
}

/// Returns the accuracy of the best possible classifier, E[max_c P(c | x)], from `samples` draws.
inline double bayes_accuracy(const Mixture& mixture, std::size_t samples, std::uint64_t seed) {
  Random random(seed, 4);
  double sum = 0;
  for (std::size_t n = 0; n < samples; ++n) {
    const auto x = mixture.draw(random.below(mixture.k), random);
    const auto log_p = mixture.log_posterior(x.data()).first;
    sum += std::exp(*std::max_element(log_p.begin(), log_p.end()));
  }
  return sum / static_cast<double>(samples);
}

}  // namespace gmm
