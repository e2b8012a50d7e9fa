#include <kdbench/calibration/information.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace kdbench::inline calibration {
namespace {

constexpr double kSquaredEps = 0.25;

using Matrix = std::vector<double>;

double label_entropy(const LogitsView& view) {
  std::vector<double> counts(static_cast<std::size_t>(view.num_classes), 0.0);
  for (const auto label : view.labels) ++counts[static_cast<std::size_t>(label)];
  const auto n = static_cast<double>(view.size());
  double entropy = 0;
  for (const double count : counts) {
    if (count > 0) entropy -= count / n * std::log(count / n);
  }
  return entropy;
}

Matrix unit_rows(std::span<const double> values, std::size_t n, std::size_t d) {
  Matrix rows(values.begin(), values.end());
  for (std::size_t i = 0; i < n; ++i) {
    auto* row = rows.data() + i * d;
    double square = 0;
    for (std::size_t j = 0; j < d; ++j) square += row[j] * row[j];
    if (square == 0) continue;
    const double scale = 1 / std::sqrt(square);
    for (std::size_t j = 0; j < d; ++j) row[j] *= scale;
  }
  return rows;
}

Matrix transposed(const Matrix& rows, std::size_t n, std::size_t d) {
  Matrix out(rows.size());
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < d; ++j) out[j * n + i] = rows[i * d + j];
  }
  return out;
}

/// Lower half of I + scale * A'A for A [n, d].
Matrix shifted_gram(const Matrix& a, std::size_t n, std::size_t d, double scale) {
  Matrix gram(d * d, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    const auto* row = a.data() + i * d;
    for (std::size_t j = 0; j < d; ++j) {
      const double weight = scale * row[j];
      if (weight == 0) continue;
      auto* target = gram.data() + j * d;
      for (std::size_t k = 0; k <= j; ++k) target[k] += weight * row[k];
    }
  }
  for (std::size_t j = 0; j < d; ++j) gram[j * d + j] += 1;
  return gram;
}

/// ln det of a positive definite matrix given by its lower half, by Cholesky's decomposition in place.
double log_determinant(Matrix m, std::size_t d) {
  double total = 0;
  for (std::size_t j = 0; j < d; ++j) {
    auto* row = m.data() + j * d;
    for (std::size_t k = 0; k < j; ++k) {
      const auto* other = m.data() + k * d;
      double sum = row[k];
      for (std::size_t l = 0; l < k; ++l) sum -= row[l] * other[l];
      row[k] = sum / other[k];
      row[j] -= row[k] * row[k];
    }
    row[j] = std::sqrt(row[j]);
    total += 2 * std::log(row[j]);
  }
  return total;
}

double input_information(std::span<const double> embeddings, std::size_t n) {
  const auto d = embeddings.size() / n, r = std::min(n, d);
  if (r < 2) return 0;
  const auto width = static_cast<double>(d);
  const auto rows = unit_rows(embeddings, n, d);
  const double scale = width / (static_cast<double>(n) * kSquaredEps);
  // det(I + c F'F) = det(I + c FF'): the smaller of the two is taken.
  const auto gram = d <= n ? shifted_gram(rows, n, d, scale) : shifted_gram(transposed(rows, n, d), d, n, scale);
  const double rate = 0.5 * log_determinant(gram, r);
  const double one = 0.5 * std::log1p(width / kSquaredEps);
  const double all = 0.5 * static_cast<double>(r) * std::log1p(width / (static_cast<double>(r) * kSquaredEps));
  return std::log(static_cast<double>(n)) * std::clamp((rate - one) / (all - one), 0.0, 1.0);
}

}  // namespace

Information information(const LogitsView& view, double nll, std::span<const double> embeddings) {
  Information out{label_entropy(view) - nll, std::nullopt};
  const auto n = static_cast<std::size_t>(view.size());
  if (embeddings.empty() || n == 0) return out;
  if (embeddings.size() / n <= static_cast<std::size_t>(kMaxInformationWidth)) out.input = input_information(embeddings, n);
  return out;
}

}  // namespace kdbench::inline calibration
