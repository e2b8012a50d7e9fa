/// What calibrators share that judge each class against all others.
#pragma once
#include "rows.h"

namespace calibrators {

/// Validation rows of one score: how many there are, and how many have the class.
struct Scored {
  double score = 0, positives = 0, count = 0;
};

/// The probabilities of class `c` on the rows, rising, each distinct one once.
inline std::vector<Scored> scored(const kdbench::CalibrationRows& rows, std::size_t c) {
  std::vector<Scored> out;
  std::vector<double> p(static_cast<std::size_t>(rows.logits.size(1)));
  for (std::int64_t i = 0; i < num_rows(rows.logits); ++i) {
    probabilities(row_of(rows.logits, i), 1.0, p);
    out.push_back({p[c], label_of(rows, i) == static_cast<std::int64_t>(c) ? 1.0 : 0.0, 1.0});
  }
  std::sort(out.begin(), out.end(), [](const Scored& a, const Scored& b) { return a.score < b.score; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (out[i].score != out[last].score) {
      out[++last] = out[i];
    } else {
      out[last].positives += out[i].positives;
      out[last].count += 1;
    }
  }
  out.resize(std::min(out.size(), last + 1));
  return out;
}

/// What a class has for which no validation row speaks.
inline constexpr double kLeastProbability = 1e-12;

/// Returns ln q: `map(class, probability)` of each class, divided by their sum, at least kLeastProbability.
template <class Map>
Tensor one_vs_rest(const Tensor& logits, const Tensor& rows, const Map& map) {
  std::vector<double> p(static_cast<std::size_t>(logits.size(1)));
  return by_row(logits, rows, [&](Row z, std::int64_t, std::span<double> out) {
    probabilities(z, 1.0, p);
    for (std::size_t c = 0; c < p.size(); ++c) p[c] = map(c, p[c]);
    write_log_normalised(p, kLeastProbability, out);
  });
}

}  // namespace calibrators
