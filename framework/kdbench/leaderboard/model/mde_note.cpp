#include <kdbench/leaderboard/model/mde_note.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/stats/comparison/power.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline leaderboard::boards {
namespace {

constexpr double kPower = 0.8, kHalfAPoint = 0.005;

/// The number of seeds that most cells have.
std::size_t usual(std::vector<std::size_t> counts) {
  std::sort(counts.begin(), counts.end());
  std::size_t out = counts.front();
  for (const auto count : counts) {
    if (std::count(counts.begin(), counts.end(), count) > std::count(counts.begin(), counts.end(), out)) out = count;
  }
  return out;
}

std::string sentence(const std::string& reference, const std::vector<std::size_t>& counts, double sd) {
  const auto seeds = usual(counts);
  const auto found = stats::least_detectable_difference(sd, seeds, kPower);
  if (std::isnan(found)) return "MDE: n/a, the differences do not vary over seeds.";
  const auto needed = stats::pairs_to_detect(kHalfAPoint, sd, kPower);
  const auto& points = metric("standard_error");
  return fmt::format(
      "MDE: {} and differences to {} with sd {} points ({}) find a difference of {} points with 80% power (paired t test at "
      "0.05, "
      "for one method); half a point would take {}.",
      counted(seeds, "seed"), reference, shown(points, sd),
      counts.size() == 1 ? "one cell" : fmt::format("pooled over {} cells", counts.size()), shown(points, found),
      needed ? counted(*needed, "seed") : "more than 100,000 seeds");
}

}  // namespace

std::string mde_note(const std::vector<std::vector<double>>& cells, const std::string& reference) {
  std::vector<std::size_t> counts;
  double squares = 0, freedom = 0;
  for (const auto& differences : cells) {
    if (differences.size() < 2) continue;
    const auto of_cell = static_cast<double>(differences.size() - 1), sd = stats::sample_sd(differences);
    counts.push_back(differences.size());
    squares += of_cell * sd * sd;
    freedom += of_cell;
  }
  const bool any = std::any_of(cells.begin(), cells.end(), [](const auto& cell) { return !cell.empty(); });
  if (!any) return fmt::format("MDE: n/a, nothing is done that could be set against {}.", reference);
  if (counts.empty()) return "MDE: n/a, one seed does not say how much seeds differ.";
  return sentence(reference, counts, std::sqrt(squares / freedom));
}

}  // namespace kdbench::inline leaderboard::boards
