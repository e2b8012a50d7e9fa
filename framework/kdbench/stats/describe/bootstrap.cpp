/// Percentile bootstrap.
#include <kdbench/stats/describe/bootstrap.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/distributions.h>
#include <kdbench/stats/random_index.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::stats {
namespace {

void gather(const std::vector<double>& from, const std::vector<std::size_t>& chosen, std::vector<double>& to) {
  to.resize(chosen.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) to[i] = from[chosen[i]];
}

/// Linear between neighbours of sorted values, of which there is one at least.
double sorted_quantile(const std::vector<double>& sorted, double probability) {
  const auto place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

std::string BootstrapOptions::text() const { return fmt::format("percentile bootstrap, {} resamples, seed {}", samples, seed); }

BootstrapInterval bootstrap_indices(std::size_t count, const IndexStatistic& statistic, const BootstrapOptions& options) {
  KDBENCH_CHECK(options.confidence > 0 && options.confidence < 1, "a confidence level lies between 0 and 1");
  if (count < 2) return {};
  RandomIndex random(options.seed);
  std::vector<std::size_t> chosen(count);
  std::vector<double> seen;
  for (std::size_t sample = 0; sample < options.samples; ++sample) {
    for (auto& index : chosen) index = random.below(count);
    const auto value = statistic(chosen);
    if (!std::isnan(value)) seen.push_back(value);
  }
  BootstrapInterval out{{}, options.samples - seen.size()};
  if (seen.empty() || 2 * seen.size() < options.samples) return out;
  std::sort(seen.begin(), seen.end());
  const auto tail = (1 - options.confidence) / 2;
  out.low = sorted_quantile(seen, tail);
  out.high = sorted_quantile(seen, 1 - tail);
  return out;
}

BootstrapInterval bootstrap_interval(const std::vector<double>& values, const Statistic& statistic,
                                     const BootstrapOptions& options) {
  std::vector<double> drawn;
  return bootstrap_indices(
      values.size(),
      [&](const std::vector<std::size_t>& chosen) {
        gather(values, chosen, drawn);
        return statistic(drawn);
      },
      options);
}

BootstrapInterval bootstrap_pairs(const std::vector<double>& x, const std::vector<double>& y, const PairStatistic& statistic,
                                  const BootstrapOptions& options) {
  KDBENCH_CHECK(x.size() == y.size(), "paired columns have one length");
  if (x.size() < 3 || std::isnan(statistic(x, y))) return {};
  std::vector<double> drawn_x, drawn_y;
  return bootstrap_indices(
      x.size(),
      [&](const std::vector<std::size_t>& chosen) {
        gather(x, chosen, drawn_x);
        gather(y, chosen, drawn_y);
        return statistic(drawn_x, drawn_y);
      },
      options);
}

double resample_widening(std::size_t count, double confidence) {
  if (count < 2) return kUndefined;
  const auto n = static_cast<double>(count);
  return t_critical(confidence, n - 1) / normal_critical(confidence) * std::sqrt(n / (n - 1));
}

double quantile(std::vector<double> values, double probability) {
  if (values.empty() || std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) return kUndefined;
  KDBENCH_CHECK(probability >= 0 && probability <= 1, "a probability lies between 0 and 1");
  std::sort(values.begin(), values.end());
  return sorted_quantile(values, probability);
}

}  // namespace kdbench::stats
