#include <kdbench/cli/maps/map_choice.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/model/natural_order.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

namespace kdbench::inline cli {
namespace {

/// Data set, pair, strategy and method -> value on the axis -> the run of the lowest seed.
using Runs = std::map<std::vector<std::string>, std::map<double, const Placement*>, boards::NaturalListLess>;

Runs runs_of(const boards::PlanResults& results, const std::string& study) {
  Runs runs;
  for (const auto* place : results.placements(study)) {
    if (place->role != Role::kMethod || !results.outcome(place->job).done()) continue;
    auto& best =
        runs[{place->dataset, boards::pair_text(place->teacher, place->student), place->strategy, place->method}][place->value];
    if (best == nullptr || place->seed < best->seed) best = place;
  }
  return runs;
}

Diagnostic unknown(const std::string& message) { return {"", {}, message}; }

/// Keeps one method. Returns what is wrong with its name.
Diagnostics keep_method(Runs& runs, const std::string& method) {
  std::set<std::string> known;
  for (const auto& [key, at] : runs) known.insert(key.back());
  if (!known.contains(method)) {
    return {
        unknown(fmt::format("no finished student of method '{}'{}", method, suggestion(method, {known.begin(), known.end()})))};
  }
  std::erase_if(runs, [&](const auto& run) { return run.first.back() != method; });
  return {};
}

Diagnostics keep_values(Runs& runs, const std::vector<double>& values) {
  std::set<double> known;
  for (const auto& [key, at] : runs) {
    for (const auto& [value, place] : at) known.insert(value);
  }
  for (const double value : values) {
    if (known.contains(value)) continue;
    std::vector<std::string> texts;
    for (const double v : known) texts.push_back(fmt::format("{}", v));
    return {unknown(fmt::format("no finished student at the value {}; there are {}", value, join(texts, ", ")))};
  }
  for (auto& [key, at] : runs) {
    std::erase_if(at, [&](const auto& run) { return std::find(values.begin(), values.end(), run.first) == values.end(); });
  }
  return {};
}

/// Of each network along the axis the two whose teachers are calibrated best and worst.
void keep_extremes(const boards::PlanResults& results, std::map<double, const Placement*>& at) {
  const auto ece = [&](double value) { return results.outcome(at.at(value)->job).taught_ece; };
  std::vector<double> values;
  for (const auto& [value, place] : at) {
    if (ece(value)) values.push_back(value);
  }
  if (values.size() < 3) return;
  const auto less = [&](double a, double b) { return *ece(a) < *ece(b); };
  const double low = *std::min_element(values.begin(), values.end(), less),
               high = *std::max_element(values.begin(), values.end(), less);
  std::erase_if(at, [&](const auto& run) { return run.first != low && run.first != high; });
}

MappedJob mapped(const boards::PlanResults& results, const std::string& job) {
  const auto* label = results.label_of(job);
  auto title = label == nullptr ? job.substr(0, 12) : label->text();
  const auto* outcome = results.find_outcome(job);
  if (outcome != nullptr && outcome->taught_ece) title += fmt::format(", teacher's ECE {:.2f} %", 100 * *outcome->taught_ece);
  return {job, title};
}

Result<std::vector<MappedJob>> named_jobs(const boards::PlanResults& results, const std::vector<std::string>& beginnings) {
  std::vector<MappedJob> out;
  for (const auto& beginning : beginnings) {
    std::set<std::string> fitting;
    for (const auto& job : results.plan().jobs) {
      if (job.id.starts_with(beginning)) fitting.insert(job.id);
    }
    if (fitting.size() != 1) {
      return unknown(
          fmt::format("expected the beginning of one job's id, found '{}', which fits {} jobs of the suite; kdbench plan "
                      "--format json lists them",
                      beginning, fitting.size()));
    }
    out.push_back(mapped(results, *fitting.begin()));
  }
  return out;
}

}  // namespace

Result<std::vector<MappedJob>> choose_maps(const boards::PlanResults& results, const std::string& study,
                                           const MapChoice& choice) {
  if (!choice.jobs.empty()) return named_jobs(results, choice.jobs);
  auto runs = runs_of(results, study);
  if (runs.empty()) return std::vector<MappedJob>();
  const auto places = results.placements(study);
  const bool along_axis = std::any_of(places.begin(), places.end(), [](const auto* place) { return !place->axis.empty(); });
  if (!choice.values.empty() && !along_axis) return std::vector<MappedJob>();
  Diagnostics wrong;
  if (!choice.method.empty() || along_axis)
    wrong = keep_method(runs, choice.method.empty() ? runs.begin()->first.back() : choice.method);
  if (wrong.empty() && !choice.values.empty()) wrong = keep_values(runs, choice.values);
  if (!wrong.empty()) return wrong;
  std::vector<MappedJob> out;
  for (auto& [key, at] : runs) {
    if (along_axis && choice.values.empty()) keep_extremes(results, at);
    for (const auto& [value, place] : at) out.push_back(mapped(results, place->job));
  }
  return out;
}

}  // namespace kdbench::inline cli
