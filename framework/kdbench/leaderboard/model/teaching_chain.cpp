/// Gathers who taught whom, and how calibrated each of them was when it taught.
#include <kdbench/leaderboard/model/teaching_chain.h>

#include <kdbench/base/text.h>
#include <kdbench/leaderboard/model/natural_order.h>

#include <fmt/core.h>

namespace kdbench::inline leaderboard::boards {
namespace {

/// Keys in natural order; `value` between them as a number.
struct RowKey {
  std::vector<std::string> place;  ///< dataset, pair, method, convention
  double value = 0;
  bool indirect = false;
  std::vector<std::string> way;  ///< strategy, chain, checkpoint
  bool operator<(const RowKey& other) const {
    const NaturalListLess less;
    if (place != other.place) return less(place, other.place);
    if (value != other.value) return value < other.value;
    if (indirect != other.indirect) return other.indirect;
    return way != other.way && less(way, other.way);
  }
};

/// The network whose job is taught at one step of the chain of one seed, outermost last: the student, its teacher, ...
std::vector<const Outcome*> taught_networks(const PlanResults& results, const std::string& student_job, std::size_t steps) {
  std::vector<const Outcome*> out;
  const auto* at = results.find_outcome(student_job);
  while (at != nullptr && at->done() && !at->taught_by.empty() && out.size() < steps) {
    out.push_back(at);
    at = results.find_outcome(at->taught_by);
  }
  return out;
}

void add_if(std::vector<double>& values, std::optional<double> value) {
  if (value) values.push_back(*value);
}

/// The epoch that a rule chose on the validation rows.
std::optional<std::int64_t> chosen_epoch(const PlanResults& results, const Outcome& taught) {
  if (!taught.taught_checkpoint.reads_validation()) return std::nullopt;
  const auto* record = results.teacher_record(taught.taught_by);
  const auto* at = record == nullptr ? nullptr : record->checkpoint(taught.taught_checkpoint.rule);
  return at == nullptr ? std::nullopt : std::optional(at->epoch);
}

/// "min_val_ece (epoch 3, 4)".
std::string with_epochs(const CheckpointRef& checkpoint, const std::set<std::int64_t>& epochs) {
  auto rule = checkpoint_text(checkpoint);
  if (epochs.empty()) return rule;
  std::vector<std::string> texts;
  for (const auto epoch : epochs) texts.push_back(fmt::format("{}", epoch));
  return fmt::format("{} (epoch {})", rule, join(texts, ", "));
}

/// The steps of a row by name alone.
std::vector<TeachingStep> named_steps(const Placement& placement) {
  const auto chain = chain_of(placement);
  std::vector<TeachingStep> steps(chain.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i].teacher = chain[i];
    steps[i].taught = i + 1 < chain.size() ? chain[i + 1] : placement.student;
  }
  return steps;
}

void add_network(const Outcome& network, TeachingStep& step) {
  step.jobs.push_back(network.taught_by);
  add_if(step.accuracy, network.taught_accuracy);
  add_if(step.ece, network.taught_ece);
  add_if(step.floor, network.taught_ece_floor);
  add_if(step.temperature, network.taught_at);
}

}  // namespace

bool is_direct(const PlanResults& results, const Placement& placement) {
  return placement.strategy.empty() || placement.strategy == results.study_options(placement.study).direct;
}

std::vector<std::string> chain_of(const Placement& placement) {
  return placement.chain.empty() && !placement.teacher_job.empty() ? std::vector{placement.teacher} : placement.chain;
}

std::string chain_text(const Placement& placement) {
  auto names = chain_of(placement);
  names.push_back(placement.student);
  return join(names, " > ");
}

std::vector<TaughtRow> taught_rows(PlanResults& results, const std::string& study) {
  std::map<RowKey, TaughtRow> rows;
  for (const auto* p : results.placements(study)) {
    if (p->role != Role::kMethod) continue;
    const RowKey key{{p->dataset, pair_text(p->teacher, p->student), p->method, p->convention},
                     p->value,
                     !is_direct(results, *p),
                     {p->strategy, join(p->chain, " > "), checkpoint_text(p->teacher_checkpoint)}};
    auto& row = rows[key];
    if (row.placement == nullptr || p->seed < row.placement->seed) row.placement = p;
    results.add(row.series, *p);
  }
  std::vector<TaughtRow> out;
  for (auto& [key, row] : rows) out.push_back(std::move(row));
  return out;
}

std::vector<TeachingStep> teaching_steps(const PlanResults& results, const TaughtRow& row) {
  auto steps = named_steps(*row.placement);
  std::vector<CheckpointRef> checkpoints(steps.size(), CheckpointRef{.rule = ""});
  std::vector<std::set<std::int64_t>> epochs(steps.size());
  for (const auto& [seed, job] : row.series.jobs) {
    const auto networks = taught_networks(results, job, steps.size());
    for (std::size_t i = 0; i < networks.size(); ++i) {
      const auto at = steps.size() - 1 - i;
      add_network(*networks[i], steps[at]);
      checkpoints[at] = networks[i]->taught_checkpoint;
      if (const auto epoch = chosen_epoch(results, *networks[i])) epochs[at].insert(*epoch);
    }
  }
  if (!steps.empty() && checkpoints.back().rule.empty()) checkpoints.back() = row.placement->teacher_checkpoint;
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i].checkpoint = with_epochs(checkpoints[i], epochs[i]);
  return steps;
}

}  // namespace kdbench::inline leaderboard::boards
