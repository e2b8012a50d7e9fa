#include <kdbench/leaderboard/model/series.h>

#include <algorithm>

namespace kdbench::inline leaderboard::boards {
namespace {

/// One line of at most `limit` characters, cut between characters.
std::string shortened(const std::string& text, std::size_t limit) {
  std::string out;
  std::size_t width = 0;
  for (const char c : text.substr(0, text.find('\n'))) {
    const bool starts_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (starts_character && ++width > limit) return out + "…";
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

}  // namespace

bool Series::complete() const {
  return !runs.empty() && std::all_of(runs.begin(), runs.end(), [](const auto& run) { return run.second->done(); });
}

std::vector<std::int64_t> Series::seeds() const {
  std::vector<std::int64_t> out;
  for (const auto& [seed, run] : runs) out.push_back(seed);
  return out;
}

std::map<std::int64_t, double> Series::accuracies() const {
  std::map<std::int64_t, double> out;
  for (const auto& [seed, run] : runs) {
    if (run->done()) out[seed] = *run->accuracy;
  }
  return out;
}

JobState Series::state() const {
  if (complete()) return JobState::kDone;
  std::optional<JobState> first;
  for (const auto& [seed, run] : runs) {
    if (!run->done() && (!first || run->state < *first)) first = run->state;
  }
  return first.value_or(JobState::kMissing);
}

std::string Series::trouble() const {
  const auto worst = state();
  if (worst == JobState::kDone) return "";
  for (const auto& [seed, run] : runs) {
    if (run->state == worst && !run->reason.empty()) return to_string(worst) + ": " + shortened(run->reason, 40);
  }
  return to_string(worst);
}

std::vector<double> values_of(const std::map<std::int64_t, double>& by_seed) {
  std::vector<double> out;
  for (const auto& [seed, value] : by_seed) out.push_back(value);
  return out;
}

}  // namespace kdbench::inline leaderboard::boards
