#include <kdbench/base/text.h>
#include <kdbench/plan/make/convention.h>

#include <fmt/core.h>

namespace kdbench::inline plan {
namespace {

void add(std::vector<std::string>& out, std::string text) {
  if (!text.empty()) out.push_back(std::move(text));
}

/// What a part reads, and at which temperatures. Those of one that reads no teacher are said where the suite sets them.
std::vector<std::string> reads(const MethodPart& part, const LossNeeds& needs, const std::string& axis) {
  if (needs.teacher && needs.owns_tau) return {"a temperature of its own"};
  if (needs.teacher && !needs.reads_student_tau() && !needs.reads_teacher_tau()) return {"no temperature"};
  if (needs.teacher) return {temperatures_text(part.knobs, axis)};
  std::vector<std::string> out{needs.posterior ? "posterior" : "no teacher"};
  if (sets_temperature(*part.use)) out.push_back(temperatures_text(without_teacher(part), ""));
  return out;
}

std::string weights_text(const Knobs& knobs) {
  return knobs.has_weights() ? fmt::format("ce={}, kd={}", knobs.ce(), knobs.kd()) : fmt::format("alpha={}", knobs.alpha);
}

/// @param weighed whether the weights are said, too
std::string part_text(const MethodPart& part, const LossNeeds& needs, const std::string& axis, bool weighed) {
  const auto moved_along = is_moved(part, axis) ? axis : "";
  auto out = reads(part, needs, moved_along);
  if (weighed) out.push_back(weights_text(part.knobs));
  add(out, window_text(part.knobs));
  if (needs.teacher) add(out, teacher_temperature_text(part.knobs, moved_along));
  return join(out, ", ");
}

/// "tau=4 on both, tau^2 on, alpha=1"; of a combination "0.1 ce + 0.9 kl (tau=4 on both, tau^2 on) + 1000 at (...)".
std::string method_text(const Method& method, const MethodNeeds& needs, const std::string& axis) {
  if (!method.is_combination()) return part_text(method.parts.front(), needs.parts.front(), axis, true);
  auto text = fmt::format("{} ce", method.ce_weight);
  for (std::size_t i = 0; i < method.parts.size(); ++i) {
    const auto& part = method.parts[i];
    text += fmt::format(" + {} {} ({})", part.knobs.kd(), part.use->name, part_text(part, needs.parts[i], axis, false));
  }
  return text;
}

}  // namespace

std::string convention_of(const Usable& usable, const Method& method, const std::string& axis) {
  if (usable.labels_only) return "labels only";
  const auto text = method_text(method, usable.needs, axis);
  const auto& last = usable.stages.back();
  if (last.stage.loss != StageLoss::kNamed || !last.method) return text;
  return fmt::format("{}; student by {}: {}", text, last.method->label, method_text(*last.method, last.needs, ""));
}

}  // namespace kdbench::inline plan
