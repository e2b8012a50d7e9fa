#include <kdbench/calibration/bins.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace kdbench::inline calibration {
namespace {

std::vector<double> equal_mass_edges(const std::vector<ConfidenceHit>& sorted, std::size_t groups) {
  const std::size_t base = sorted.size() / groups, longer = sorted.size() % groups;
  std::vector<double> edges;
  std::size_t end = 0;
  for (std::size_t g = 0; g + 1 < groups; ++g) {
    end += base + (g < longer ? 1 : 0);
    edges.push_back((sorted[end - 1].confidence + sorted[end].confidence) / 2);
  }
  edges.push_back(1.0);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

}  // namespace

EqualWidthBins::EqualWidthBins(int count) : scale_(count) {
  if (count < 1) throw std::invalid_argument(fmt::format("expected at least 1 bin, found {}", count));
  for (int m = 1; m <= count; ++m) upper_.push_back(static_cast<double>(m) / count);
}

GapSummary summarise(const std::vector<BinTally>& tallies, std::int64_t n) {
  GapSummary out;
  double filled = 0;
  for (const auto& bin : tallies) {
    if (bin.count == 0) continue;
    const double weight = static_cast<double>(bin.count) / static_cast<double>(n);
    const double gap = bin.signed_gap();
    (gap > 0 ? out.overconfidence : out.underconfidence) += weight * std::abs(gap);
    out.ece += weight * std::abs(gap);
    out.mce = std::max(out.mce, std::abs(gap));
    out.rmsce += weight * gap * gap;
    out.ace += std::abs(gap);
    filled += 1;
  }
  out.rmsce = std::sqrt(out.rmsce);
  if (filled > 0) out.ace /= filled;
  return out;
}

double equal_mass_ece(std::vector<ConfidenceHit> samples, int bins) {
  std::sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.confidence < b.confidence; });
  const auto edges = equal_mass_edges(samples, std::min(static_cast<std::size_t>(bins), samples.size()));
  std::vector<BinTally> tallies(edges.size());
  std::size_t bin = 0;
  for (const auto& sample : samples) {
    while (bin + 1 < edges.size() && sample.confidence > edges[bin]) ++bin;
    tallies[bin].add(sample.confidence, sample.hit);
  }
  return summarise(tallies, static_cast<std::int64_t>(samples.size())).ece;
}

}  // namespace kdbench::inline calibration
