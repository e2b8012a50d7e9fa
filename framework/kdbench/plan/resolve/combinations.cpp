#include <kdbench/base/text.h>
#include <kdbench/plan/resolve/combinations.h>

#include <fmt/core.h>

#include <utility>

namespace kdbench::inline plan {
namespace {

/// The weight of the terms of a loss, as its own table has it.
double own_weight(const Knobs& knobs) { return knobs.has_weights() ? knobs.kd() : knobs.alpha; }

void add_part(Method& method, const Method& part) {
  for (const auto& choice : part.choices) method.choices.push_back(part.use->name + "." + choice);
  auto& added = method.parts.emplace_back(part.parts.front());
  const auto& weights = method.use->weights;
  const auto index = method.parts.size() - 1;
  added.knobs.kd_weight = index < weights.size() ? weights[index] : own_weight(added.knobs);
}

/// Every method so far with every method of the next part.
std::vector<Method> with_part(const std::vector<Method>& so_far, const std::vector<Method>& parts) {
  std::vector<Method> out;
  for (const auto& method : so_far) {
    for (const auto& part : parts) add_part(out.emplace_back(method), part);
  }
  return out;
}

std::vector<Method> with_ce_weight(const std::vector<Method>& so_far, const SuiteParam& written) {
  std::vector<Method> out;
  for (const auto& method : so_far) {
    for (const auto& value : written.values) {
      auto& added = out.emplace_back(method);
      added.ce_weight = real_value(value);
      if (written.is_list) added.choices.push_back(fmt::format("ce_weight={}", added.ce_weight));
    }
  }
  return out;
}

std::vector<Method> with_gradient_policy(const std::vector<Method>& so_far, const SuiteParam& written) {
  std::vector<Method> out;
  for (const auto& method : so_far) {
    for (const auto& value : written.values) {
      auto& added = out.emplace_back(method);
      if (const auto* name = std::get_if<std::string>(&value)) added.gradient_policy = *name;
      if (written.is_list) added.choices.push_back(fmt::format("gradient_policy={}", added.gradient_policy));
    }
  }
  return out;
}

}  // namespace

std::vector<Method> combine(const LossUse& use, const std::map<std::string, std::vector<Method>>& methods) {
  if (use.of.size() < 2) return {};
  std::vector<Method> out{{use.name, {}, &use, {}, 0}};
  for (const auto& part : use.of) {
    const auto it = methods.find(part.value);
    if (it == methods.end()) return {};
    out = with_part(out, it->second);
  }
  if (const auto ce = use.knobs.find("ce_weight"); ce != use.knobs.end()) out = with_ce_weight(out, ce->second);
  if (const auto policy = use.knobs.find("gradient_policy"); policy != use.knobs.end())
    out = with_gradient_policy(out, policy->second);
  for (auto& method : out) {
    if (!method.choices.empty()) method.label += "[" + join(method.choices, ",") + "]";
  }
  return out;
}

}  // namespace kdbench::inline plan
