#include <kdbench/plan/make/loss_window.h>

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace kdbench::inline plan {
namespace {

Position place_of(const LossUse& use, const std::string& key) {
  const auto knob = use.knobs.find(key);
  return knob == use.knobs.end() ? use.at : knob->second.at;
}

std::string interval(std::int64_t begin, std::int64_t end) { return fmt::format("[{}, {})", begin, end); }

/// The strategy's own end of the terms.
std::int64_t end_of(const Stage& stage) { return stage.kd_end == 0 ? stage.epochs : stage.kd_end; }

/// Without terms nothing of the host's keys is left to act on.
void check_no_terms(const LossUse& use) {
  for (const auto& [key, knob] : use.knobs) {
    throw LossKeyError(
        use, key,
        fmt::format("'{}' has no effect: the loss has no terms, the student learns from the labels alone; remove it", key));
  }
}

void check_no_teacher(const LossUse& use) {
  const auto sets = [&](const char* key) { return use.knobs.contains(key); };
  if (sets("teacher_temperature")) {
    throw LossKeyError(use, "teacher_temperature",
                       "'teacher_temperature' has no effect: it divides a teacher's logits, and the loss reads none; remove it");
  }
  if (sets("tau_squared") && !sets_temperature(use)) {
    throw LossKeyError(use, "tau_squared",
                       "'tau_squared' has no effect: the loss reads no teacher and sets no temperature, which is 1 then; remove "
                       "it, or set 'tau'");
  }
}

/// What a loss reads of the suite's temperatures, for messages.
const char* temperatures_read(const LossNeeds& needs) {
  if (needs.owns_tau) return "the loss has a temperature of its own";
  if (needs.reads_student_tau()) return "the loss reads the student's temperature alone";
  if (needs.reads_teacher_tau()) return "the loss reads the teacher's temperature alone";
  return "the loss reads no temperature";
}

void check_temperatures(const MethodPart& part, const LossNeeds& needs) {
  const bool student = needs.reads_student_tau(), teacher = needs.reads_teacher_tau();
  const auto& use = *part.use;
  for (const auto& [key, is_read] : {std::pair{"tau", student || teacher}, {"tau_student", student}, {"tau_teacher", teacher}}) {
    if (!is_read && use.knobs.contains(key))
      throw LossKeyError(use, key, fmt::format("'{}' has no effect: {}; remove it", key, temperatures_read(needs)));
  }
  if (!student && part.knobs.tau_squared && use.knobs.contains("tau_squared")) {
    throw LossKeyError(
        use, "tau_squared",
        fmt::format("'tau_squared' has no effect: it is the square of the student's temperature, and {}; remove it",
                    temperatures_read(needs)));
  }
}

void check_epochs(const LossUse& use, const Knobs& knobs, const Stage& stage) {
  const auto from = knobs.from_epoch, epochs = stage.epochs;
  if (from >= epochs) {
    throw LossKeyError(
        use, "from_epoch",
        fmt::format("'from_epoch' = {} is beyond the last epoch: stage '{}' has {}, counted from 0; set at most {}", from,
                    stage.id, epochs, epochs - 1));
  }
  if (!knobs.to_epoch) return;
  const auto to = *knobs.to_epoch;
  if (to > epochs) {
    throw LossKeyError(use, "to_epoch",
                       fmt::format("'to_epoch' = {} is beyond the end: stage '{}' has {} epochs; set at most {}, or remove it",
                                   to, stage.id, epochs, epochs));
  }
  if (to <= from) {
    throw LossKeyError(
        use, "to_epoch",
        fmt::format("'to_epoch' = {} must be above 'from_epoch' = {}: {} has no epoch", to, from, interval(from, to)));
  }
}

void check_window(const LossUse& use, const Knobs& knobs, const Stage& stage) {
  const auto window = loss_window(knobs, stage);
  if (window.begin >= window.end) {
    throw LossKeyError(use, knobs.to_epoch ? "to_epoch" : "from_epoch",
                       fmt::format("no epoch is left to distil in: [losses.{}] does so in {}, the strategy in {} of stage '{}'",
                                   use.name, interval(knobs.from_epoch, knobs.to_epoch.value_or(stage.epochs)),
                                   interval(stage.kd_begin, end_of(stage)), stage.id));
  }
  const auto length = std::min(window.end, stage.epochs) - window.begin;
  if (knobs.warmup_epochs > length) {
    throw LossKeyError(use, "warmup_epochs",
                       fmt::format("'warmup_epochs' = {} is longer than the {} epochs {} in which stage '{}' distils: the terms "
                                   "would never reach their weight; set at most {}",
                                   knobs.warmup_epochs, length, interval(window.begin, window.end), stage.id, length));
  }
}

/// What is made of gradients takes several, and an optimiser that the policy can be used with.
void check_gradient_policy(const Method& method, const Stage& stage, const Recipe& recipe) {
  if (!method.policy) return;
  const auto refuse = [&](const std::string& why) {
    throw LossKeyError(*method.use, "gradient_policy",
                       fmt::format("'gradient_policy' = \"{}\": {}", method.gradient_policy, why));
  };
  const GradientContext context{.num_parameters = 0, .momentum = recipe.optimizer == "sgd" ? recipe.momentum : 0.0};
  const auto& [entry, params] = *method.policy;
  if (const auto why = entry->create(params, context)->unsupported(context))
    refuse(fmt::format("{} (stage '{}')", *why, stage.id));
}

/// The first epochs of a stage in which no part has its terms on; empty if there is none.
LossWindow first_gap(const Method& method, const Stage& stage) {
  std::vector<LossWindow> windows;
  for (const auto& part : method.parts) windows.push_back(loss_window(part.knobs, stage));
  std::sort(windows.begin(), windows.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::int64_t covered = 0;
  for (const auto& window : windows) {
    if (window.begin > covered) return {covered, window.begin};
    covered = std::max(covered, window.end);
  }
  return {std::min(covered, stage.epochs), stage.epochs};
}

/// Where cross-entropy has no weight, terms must have some in every epoch.
void check_something_is_learned(const Method& method, const Stage& stage) {
  const auto& first = method.parts.front().knobs;
  const bool has_ce = method.is_combination() ? method.ce_weight > 0 : !first.has_weights() || first.ce() > 0;
  if (has_ce) return;
  const auto weighs = [](const MethodPart& part) { return part.knobs.kd() > 0; };
  if (std::none_of(method.parts.begin(), method.parts.end(), weighs)) {
    throw LossKeyError(*method.use, "ce_weight", "'ce_weight' and the weights of all terms are 0: nothing would be learned");
  }
  if (const auto gap = first_gap(method, stage); gap.begin < gap.end) {
    throw LossKeyError(*method.use, "ce_weight",
                       fmt::format("no terms are on in epochs {} of the {} of stage '{}', and 'ce_weight' is 0: nothing would be "
                                   "learned there; set 'ce_weight' above 0",
                                   interval(gap.begin, gap.end), stage.epochs, stage.id));
  }
}

}  // namespace

void check_axis(const Method& method, const MethodNeeds& needs, const std::string& axis) {
  if (axis != "tau" || !needs.terms) return;
  for (std::size_t i = 0; i < method.parts.size(); ++i) {
    const bool reads = needs.parts[i].reads_student_tau() || needs.parts[i].reads_teacher_tau();
    if (reads && is_moved(method.parts[i], axis)) return;
  }
  throw Error(
      fmt::format("the axis 'tau' would move nothing: {}; take it out of this study, or compare it in one without an axis",
                  temperatures_read(needs)));
}

LossKeyError::LossKeyError(const LossUse& use, const std::string& key, const std::string& why)
    : Error(why), at_(place_of(use, key)) {}

LossWindow loss_window(const Knobs& knobs, const Stage& stage) {
  const auto end = end_of(stage);
  return {std::max(stage.kd_begin, knobs.from_epoch), knobs.to_epoch ? std::min(end, *knobs.to_epoch) : end};
}

void check_loss_keys(const Method& method, const MethodNeeds& needs, const Stage& stage, const Recipe& recipe) {
  if (!needs.terms) return check_no_terms(*method.use);
  check_gradient_policy(method, stage, recipe);
  for (std::size_t i = 0; i < method.parts.size(); ++i) {
    const auto& part = method.parts[i];
    if (!needs.parts[i].teacher) check_no_teacher(*part.use);
    check_temperatures(part, needs.parts[i]);
    check_epochs(*part.use, part.knobs, stage);
    check_window(*part.use, part.knobs, stage);
  }
  check_something_is_learned(method, stage);
}

}  // namespace kdbench::inline plan
