/// Gathers who taught whom, and how calibrated each of them was when it taught.
#include <kdbench/leaderboard/boards/strategy_board.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline leaderboard::boards {
namespace {

/// Keys in natural order; `value` between them as a number.
struct RowKey {
  std::vector<std::string> place;  ///< dataset, pair, method, convention
  double value = 0;
  bool indirect = false;
  std::vector<std::string> way;  ///< strategy, chain, checkpoint
  bool operator<(const RowKey& other) const {
    if (place != other.place) return less(place, other.place);
    if (value != other.value) return value < other.value;
    if (indirect != other.indirect) return other.indirect;
    return way != other.way && less(way, other.way);
  }

 private:
  static bool less(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), NaturalLess());
  }
};

/// The network whose job is taught at one step of the chain of one seed, outermost last: the student, its teacher, ...
std::vector<const Outcome*> taught_networks(const View& view, const std::string& student_job, std::size_t steps) {
  std::vector<const Outcome*> out;
  const auto* at = view.find_outcome(student_job);
  while (at != nullptr && at->done() && !at->taught_by.empty() && out.size() < steps) {
    out.push_back(at);
    at = view.find_outcome(at->taught_by);
  }
  return out;
}

void add_if(std::vector<double>& values, std::optional<double> value) {
  if (value) values.push_back(*value);
}

/// The epoch that a rule chose on the validation rows.
std::optional<std::int64_t> chosen_epoch(const View& view, const Outcome& taught) {
  const auto* record = view.teacher_record(taught.taught_by);
  const auto& rule = taught.taught_checkpoint;
  if (record == nullptr || rule == "last" || rule.starts_with("epoch ")) return std::nullopt;
  const auto at = record->checkpoints.find(rule);
  if (at == record->checkpoints.end() || !at->is_object() || !at->contains("epoch")) return std::nullopt;
  return at->at("epoch").get<std::int64_t>();
}

std::string checkpoint_text(const std::string& rule, const std::set<std::int64_t>& epochs) {
  if (epochs.empty()) return rule;
  std::vector<std::string> texts;
  for (const auto epoch : epochs) texts.push_back(fmt::format("{}", epoch));
  return fmt::format("{} (epoch {})", rule, join(texts, ", "));
}

}  // namespace

std::string direct_strategy(const View& view, const std::string& study) {
  const auto name = view.study_option(study, "direct");
  return name.is_string() && !name.get<std::string>().empty() ? name.get<std::string>() : "direct";
}

std::string chain_text(const Place& place) {
  auto names = place.chain.empty() && !place.teacher.empty() ? std::vector{place.teacher} : place.chain;
  names.push_back(place.student);
  return join(names, " > ");
}

std::vector<Taught> taught_rows(View& view, const std::string& study) {
  std::map<RowKey, Taught> rows;
  const auto direct = direct_strategy(view, study);
  for (const auto* place : view.places(study)) {
    if (place->role != "method") continue;
    const RowKey key{{place->dataset, pair_text(place->teacher, place->student), place->method, place->convention},
                     place->value,
                     place->strategy != direct,
                     {place->strategy, join(place->chain, " > "), place->teacher_checkpoint}};
    auto& row = rows[key];
    if (row.place == nullptr || place->seed < row.place->seed) row.place = place;
    view.add(row.series, *place);
  }
  std::vector<Taught> out;
  for (auto& [key, row] : rows) out.push_back(std::move(row));
  return out;
}

std::vector<TeachingStep> teaching_steps(const View& view, const Taught& row) {
  auto names = row.place->chain;
  if (names.empty() && !row.place->teacher_job.empty()) names = {row.place->teacher};
  std::vector<TeachingStep> steps(names.size());
  std::vector<std::set<std::int64_t>> epochs(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    steps[i].teacher = names[i];
    steps[i].taught = i + 1 < names.size() ? names[i + 1] : row.place->student;
  }
  for (const auto& [seed, job] : row.series.jobs) {
    const auto networks = taught_networks(view, job, steps.size());
    for (std::size_t i = 0; i < networks.size(); ++i) {
      auto& step = steps[steps.size() - 1 - i];
      step.checkpoint = networks[i]->taught_checkpoint;
      step.jobs.push_back(networks[i]->taught_by);
      add_if(step.accuracy, networks[i]->taught_accuracy);
      add_if(step.ece, networks[i]->taught_ece);
      add_if(step.temperature, networks[i]->taught_at);
      if (const auto epoch = chosen_epoch(view, *networks[i])) epochs[steps.size() - 1 - i].insert(*epoch);
    }
  }
  if (!steps.empty() && steps.back().checkpoint.empty()) steps.back().checkpoint = row.place->teacher_checkpoint;
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].checkpoint = checkpoint_text(steps[i].checkpoint, epochs[i]);
  return steps;
}

}  // namespace kdbench::inline leaderboard::boards
