#include <kdbench/plan/make/halving.h>

#include <algorithm>
#include <numeric>

namespace kdbench::inline plan {

std::int64_t trials_of_rung(std::int64_t trials, std::size_t rung) {
  for (std::size_t i = 0; i < rung; ++i) trials = (trials + 1) / 2;
  return trials;
}

std::vector<std::size_t> best_of(const std::vector<std::optional<double>>& scores, std::size_t keep) {
  std::vector<std::size_t> places(scores.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  places.resize(std::min(keep, places.size()));
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace kdbench::inline plan
