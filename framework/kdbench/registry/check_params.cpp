#include <kdbench/base/text.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/sdk/error.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline registry {
namespace {

std::string type_of(const ParamValue& value) {
  static constexpr const char* kTypes[] = {"a boolean", "an integer", "a real number", "a string"};
  return kTypes[value.index()];
}

std::string shown(const ParamValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string>)
          return "\"" + v + "\"";
        else
          return fmt::format("{}", v);
      },
      value);
}

std::string range_complaint(const ParamSpec& spec, double value) {
  if (!std::isfinite(value)) return fmt::format("'{}' must be finite, found {}", spec.name, value);
  if (spec.min && value < *spec.min) return fmt::format("'{}' must be at least {}, found {}", spec.name, *spec.min, value);
  if (spec.max && value > *spec.max) return fmt::format("'{}' must be at most {}, found {}", spec.name, *spec.max, value);
  return "";
}

}  // namespace

CheckedParam check_param(const ParamSpec& spec, const ParamValue& given) {
  ParamValue value = given;
  if (std::holds_alternative<double>(spec.default_value) && std::holds_alternative<std::int64_t>(value)) {
    value = static_cast<double>(std::get<std::int64_t>(value));
  }
  if (value.index() != spec.default_value.index()) {
    return {given,
            fmt::format("'{}' must be {}, found {} {}", spec.name, type_of(spec.default_value), type_of(given), shown(given))};
  }
  if (const auto* real = std::get_if<double>(&value)) return {value, range_complaint(spec, *real)};
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return {value, range_complaint(spec, static_cast<double>(*integer))};
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text && !spec.choices.empty() && std::find(spec.choices.begin(), spec.choices.end(), *text) == spec.choices.end()) {
    return {value, fmt::format("'{}' cannot be \"{}\"{}", spec.name, *text, suggestion(*text, spec.choices))};
  }
  return {value, ""};
}

std::string unknown_param(const std::string& name, const std::vector<ParamSpec>& specs,
                          const std::vector<std::string>& host_keys) {
  std::vector<std::string> own, all;
  for (const auto& spec : specs) own.push_back(spec.name);
  all = own;
  all.insert(all.end(), host_keys.begin(), host_keys.end());
  if (const auto near = nearest(name, all)) return fmt::format("no parameter '{}'; did you mean '{}'?", name, *near);
  const auto mine = own.empty() ? "it has none" : "expected one of " + join(own, ", ");
  const auto* also = own.empty() ? "; the host's keys are " : ", or of the host's keys ";
  return fmt::format("no parameter '{}'; {}{}", name, mine, host_keys.empty() ? "" : also + join(host_keys, ", "));
}

ParamValues resolve_params(const std::vector<ParamSpec>& specs, const ParamValues& given) {
  ParamValues values;
  for (const auto& spec : specs) {
    const auto it = given.find(spec.name);
    values[spec.name] = it == given.end() ? spec.default_value : it->second;
  }
  return values;
}

Json to_json(const ParamValues& values) {
  Json out = Json::object();
  for (const auto& [name, value] : values) {
    std::visit([&, &key = name](const auto& v) { out[key] = v; }, value);
  }
  return out;
}

ParamValues params_from_json(const std::vector<ParamSpec>& specs, const Json& json) {
  ParamValues values;
  for (const auto& [key, member] : json.items()) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&, &name = key](const auto& s) { return s.name == name; });
    if (spec == specs.end()) throw Error(unknown_param(key, specs));
    if (std::holds_alternative<bool>(spec->default_value))
      values[key] = member.get<bool>();
    else if (std::holds_alternative<std::int64_t>(spec->default_value))
      values[key] = member.get<std::int64_t>();
    else if (std::holds_alternative<double>(spec->default_value))
      values[key] = member.get<double>();
    else
      values[key] = member.get<std::string>();
  }
  return values;
}

}  // namespace kdbench::inline registry
