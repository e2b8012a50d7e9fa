/// Tells which ECEs are no more than chance.
#include <kdbench/leaderboard/model/ece_marks.h>

#include <kdbench/stats/describe/summary.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline leaderboard::boards {
namespace {

std::optional<double> mean_of(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(stats::mean(values));
}

bool is_chance(const FlooredEce& e) { return e.ece && e.floor && *e.ece <= *e.floor; }

const FlooredEce* lowest_of(const std::vector<FlooredEce>& eces) {
  const FlooredEce* out = nullptr;
  for (const auto& e : eces) {
    if (e.ece && (out == nullptr || *e.ece < *out->ece)) out = &e;
  }
  return out;
}

}  // namespace

FlooredEce floored_ece(const std::vector<double>& eces, const std::vector<double>& floors) {
  return {mean_of(eces), eces.size() == floors.size() ? mean_of(floors) : std::nullopt};
}

bool is_within_floor(const FlooredEce& a, const FlooredEce& b) {
  return a.ece && b.ece && a.floor && b.floor && std::abs(*a.ece - *b.ece) <= std::max(*a.floor, *b.floor);
}

std::vector<std::string> mark_eces(const std::vector<Cell*>& cells, const std::vector<FlooredEce>& eces) {
  const auto* lowest = lowest_of(eces);
  bool chance = false, near = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string marks;
    if (is_chance(eces[i])) marks += "°";
    if (lowest != &eces[i] && lowest != nullptr && is_within_floor(eces[i], *lowest)) marks += "≈";
    chance |= marks.starts_with("°");
    near |= marks.ends_with("≈");
    if (!marks.empty()) cells[i]->text += " " + marks;
  }
  std::vector<std::string> legend;
  if (chance) legend.emplace_back("°: an ECE that a perfectly calibrated network would show as well: at most its floor at 95%.");
  if (near)
    legend.emplace_back("≈: above the lowest ECE that it stands beside by at most the floor at 95%: no difference to be told.");
  return legend;
}

}  // namespace kdbench::inline leaderboard::boards
