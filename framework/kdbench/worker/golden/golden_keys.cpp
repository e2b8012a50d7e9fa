#include <kdbench/registry/check_params.h>
#include <kdbench/suite/keys/fields.h>
#include <kdbench/worker/golden/golden_keys.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace kdbench::inline worker {
namespace {

/// Refuses what a suite would refuse of the number.
template <class T>
void check_limits(const std::string& key, const std::optional<T>& value) {
  if (!value) return;
  for (const auto& spec : loss_specs()) {
    if (spec.key != key || spec.limits.allow(static_cast<double>(*value))) continue;
    throw Error(fmt::format("'{}' must be {}, found {}", key, spec.limits.text(), *value));
  }
}

/// A value of JSON as one of a parameter; a real that is whole serves where an integer is declared.
ParamValue param_value(const ParamSpec& spec, const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (!json.is_number()) {
    throw Error(fmt::format("'{}' must be a boolean, a number or a string, found {}", spec.name, json.type_name()));
  }
  const auto real = json.get<double>();
  const auto whole = static_cast<std::int64_t>(real);
  const bool wants_integer = std::holds_alternative<std::int64_t>(spec.default_value);
  return wants_integer && static_cast<double>(whole) == real ? ParamValue(whole) : ParamValue(real);
}

}  // namespace

Json document_json(const GoldenKeys& keys) {
  auto out = to_document(keys.host);
  out.update(keys.own);
  return out;
}

void read_document_json(const Json& json, GoldenKeys& keys, const DocumentPath& path) {
  if (!json.is_object()) document::refuse_kind(path, "an object", json);
  const auto known = golden_host_keys();
  auto host = Json::object();
  keys.own = Json::object();
  for (const auto& [key, value] : json.items()) {
    const bool is_host = std::find(known.begin(), known.end(), key) != known.end();
    (is_host ? host : keys.own)[key] = value;
  }
  read_document(host, keys.host, path);
}

std::vector<std::string> golden_host_keys() {
  std::vector<std::string> out;
  GoldenHostKeys keys;
  document::each_field(keys, [&](const auto& f, const auto&) { out.emplace_back(f.key); });
  return out;
}

LossSpec golden_loss_spec(const GoldenHostKeys& keys) {
  document::each_field(keys, [](const auto& f, const auto& value) { check_limits(f.key, value); });
  const bool weighed = keys.ce_weight || keys.kd_weight;
  if (keys.alpha && weighed) {
    throw Error("'alpha' stands for kd_weight = alpha and ce_weight = 1 - alpha, and one of them is set too; remove 'alpha'");
  }
  const double tau = keys.tau.value_or(1.0);
  LossPart part{.tau_student = keys.tau_student.value_or(tau),
                .tau_teacher = keys.tau_teacher.value_or(tau),
                .teacher_temperature = keys.teacher_temperature.value_or(1.0),
                .tau_squared = keys.tau_squared.value_or(true),
                .kd_begin = keys.from_epoch.value_or(0),
                .kd_end = keys.to_epoch.value_or(std::numeric_limits<std::int64_t>::max())};
  if (weighed) part.kd_weight = keys.kd_weight.value_or(1.0);
  if (keys.warmup_epochs.value_or(0) > 1) part.warmup_epochs = keys.warmup_epochs;
  LossSpec spec;
  if (weighed)
    spec.ce_weight = keys.ce_weight.value_or(0.0);
  else
    spec.alpha = keys.alpha.value_or(1.0);
  spec.parts.push_back(std::move(part));
  return spec;
}

ParamValues golden_params(const LossEntry& entry, const Json& own) {
  ParamValues given;
  for (const auto& [key, value] : own.items()) {
    const auto spec =
        std::find_if(entry.params.begin(), entry.params.end(), [&name = key](const auto& s) { return s.name == name; });
    if (spec == entry.params.end()) throw Error(unknown_param(key, entry.params, golden_host_keys()));
    auto checked = check_param(*spec, param_value(*spec, value));
    if (!checked.complaint.empty()) throw Error(checked.complaint);
    given[key] = std::move(checked.value);
  }
  return resolve_params(entry.params, given);
}

double golden_key_value(const std::string& name, const LossSpec& spec, const ParamValues& params) {
  const auto& part = spec.parts.front();
  if (name == "alpha" || name == "kd_weight") return part.kd_weight ? *part.kd_weight : spec.alpha.value_or(0.0);
  if (name == "ce_weight") return spec.ce_beside_terms();
  if (name == "tau_student") return part.tau_student;
  if (name == "tau_teacher") return part.tau_teacher;
  const auto it = params.find(name);
  if (it != params.end()) {
    if (const auto* real = std::get_if<double>(&it->second)) return *real;
    if (const auto* integer = std::get_if<std::int64_t>(&it->second)) return static_cast<double>(*integer);
  }
  throw Error(
      fmt::format("'{}' is no number: expected a parameter of the loss, or one of alpha, ce_weight, kd_weight, tau_student, "
                  "tau_teacher",
                  name));
}

}  // namespace kdbench::inline worker
