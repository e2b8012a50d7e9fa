#include <kdbench/base/text.h>
#include <kdbench/plan/resolve/variants.h>
#include <kdbench/registry/check_params.h>

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace kdbench::inline plan {
namespace {

ParamValue to_param(const SuiteValue& value) {
  return std::visit([](const auto& v) -> ParamValue { return v; }, value);
}

std::string shown(const SuiteValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>)
          return v;
        else
          return fmt::format("{}", v);
      },
      value);
}

/// One dimension of the grid: the keys that advance together, and how many positions they have.
struct Dimension {
  std::vector<std::string> keys;
  std::size_t size = 1;
};

/// What is written for one key, knob or parameter alike.
const SuiteParam& written(const LossUse& use, const std::string& key) {
  const auto knob = use.knobs.find(key);
  return knob != use.knobs.end() ? knob->second : use.params.at(key);
}

std::vector<Dimension> dimensions(const LossUse& use) {
  std::vector<Dimension> out;
  std::set<std::string> zipped;
  for (const auto& group : use.zip) {
    if (group.empty()) continue;
    Dimension d{group, written(use, group.front()).values.size()};
    for (const auto& key : group) d.size = std::min(d.size, written(use, key).values.size());
    zipped.insert(group.begin(), group.end());
    out.push_back(std::move(d));
  }
  const auto add_lists = [&](const SuiteParams& params) {
    for (const auto& [key, param] : params) {
      if (param.is_list && !zipped.contains(key)) out.push_back({{key}, param.values.size()});
    }
  };
  add_lists(use.params);
  add_lists(use.knobs);
  return out;
}

double real(const SuiteValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const auto* number = std::get_if<double>(&value);
  return number ? *number : 0.0;  // a wrong type was reported by the suite reader
}

void set_knob(Knobs& knobs, const std::string& key, const SuiteValue& value) {
  if (key == "alpha") knobs.alpha = real(value);
  if (key == "tau") knobs.tau = real(value);
  if (key == "tau_student") knobs.tau_student = real(value);
  if (key == "tau_teacher") knobs.tau_teacher = real(value);
  if (key == "teacher_temperature") knobs.teacher_temperature = real(value);
  if (key == "tau_squared") {
    if (const auto* on = std::get_if<bool>(&value)) knobs.tau_squared = *on;
  }
}

/// Checks every written value of every plugin parameter once, whatever the grid makes of them.
bool check_written(const SuiteParams& params, const std::vector<ParamSpec>& specs, const std::string& what,
                   const std::string& file, Diagnostics& diagnostics) {
  const auto before = diagnostics.size();
  for (const auto& [key, param] : params) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&, &name = key](const auto& s) { return s.name == name; });
    if (spec == specs.end()) {
      diagnostics.push_back({file, param.at, fmt::format("{}: {}", what, unknown_param(key, specs))});
      continue;
    }
    for (std::size_t i = 0; i < param.values.size(); ++i) {
      const auto complaint = check_param(*spec, to_param(param.values[i])).complaint;
      const auto at = i < param.value_at.size() ? param.value_at[i] : param.at;
      if (!complaint.empty()) diagnostics.push_back({file, at, fmt::format("{}: {}", what, complaint)});
    }
  }
  return diagnostics.size() == before;
}

/// The method at one point of the grid; `index[d]` is the position along dimension d.
Method at_point(const LossUse& use, const Listed<LossEntry>& entry, const std::vector<Dimension>& dims,
                const std::vector<std::size_t>& index) {
  std::map<std::string, std::size_t> position;
  std::vector<std::string> parts;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    for (const auto& key : dims[d].keys) {
      position[key] = index[d];
      parts.push_back(key + "=" + shown(written(use, key).values[index[d]]));
    }
  }
  Method method{use.name, &use, &entry, {}, {}};
  if (!parts.empty()) method.label += "[" + join(parts, ",") + "]";
  ParamValues given;
  for (const auto& [key, param] : use.params) {
    const auto spec =
        std::find_if(entry.params.begin(), entry.params.end(), [&, &name = key](const auto& s) { return s.name == name; });
    given[key] = check_param(*spec, to_param(param.values[position.contains(key) ? position[key] : 0])).value;
  }
  method.params = resolve_params(entry.params, given);
  for (const auto& [key, knob] : use.knobs) {
    set_knob(method.knobs, key, knob.values[position.contains(key) ? position[key] : 0]);
  }
  return method;
}

}  // namespace

std::vector<Method> expand_methods(const LossUse& use, const Catalog& catalog, const std::string& file,
                                   Diagnostics& diagnostics) {
  const auto it = catalog.losses.find(use.plugin.value);
  if (it == catalog.losses.end()) {
    std::vector<std::string> names;
    for (const auto& [name, entry] : catalog.losses) names.push_back(name);
    diagnostics.push_back(
        {file, use.plugin.at,
         fmt::format("[losses.{}]: no loss plugin '{}'{}", use.name, use.plugin.value, suggestion(use.plugin.value, names))});
    return {};
  }
  const auto what = fmt::format("loss '{}'", use.name);
  if (!check_written(use.params, it->second.params, what, file, diagnostics)) return {};
  const auto dims = dimensions(use);
  std::vector<Method> methods;
  std::vector<std::size_t> index(dims.size(), 0);
  for (bool more = true; more;) {
    methods.push_back(at_point(use, it->second, dims, index));
    more = false;
    for (std::size_t d = dims.size(); d-- > 0;) {  // the last dimension runs fastest
      if (++index[d] < dims[d].size) {
        more = true;
        break;
      }
      index[d] = 0;
    }
  }
  return methods;
}

ParamValues resolve_use(const PluginUse& use, const std::vector<ParamSpec>& specs, const std::string& what,
                        const std::string& file, Diagnostics& diagnostics) {
  if (!check_written(use.params, specs, what, file, diagnostics)) return resolve_params(specs, {});
  ParamValues given;
  for (const auto& [key, param] : use.params) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&, &name = key](const auto& s) { return s.name == name; });
    given[key] = check_param(*spec, to_param(param.values.front())).value;
  }
  return resolve_params(specs, given);
}

double student_tau(const Knobs& knobs) { return knobs.tau_student.value_or(knobs.tau); }
double teacher_tau(const Knobs& knobs) { return knobs.tau_teacher.value_or(knobs.tau); }

Knobs at_axis(Knobs knobs, const std::string& axis, double value) {
  if (axis == "tau") knobs.tau = value;
  if (axis == "teacher_temperature") knobs.teacher_temperature = value;
  return knobs;
}

std::string convention_text(const Knobs& knobs, const std::string& axis) {
  std::vector<std::string> parts;
  if (axis == "tau") {
    if (!knobs.tau_student && !knobs.tau_teacher)
      parts.push_back("tau on both");
    else if (knobs.tau_student)
      parts.push_back(fmt::format("tau on the teacher alone (student {})", *knobs.tau_student));
    else
      parts.push_back(fmt::format("tau on the student alone (teacher {})", *knobs.tau_teacher));
  } else if (student_tau(knobs) == teacher_tau(knobs)) {
    parts.push_back(fmt::format("tau={} on both", student_tau(knobs)));
  } else {
    parts.push_back(fmt::format("tau={} on the student, {} on the teacher", student_tau(knobs), teacher_tau(knobs)));
  }
  parts.push_back(knobs.tau_squared ? "tau^2 on" : "tau^2 off");
  parts.push_back(fmt::format("alpha={}", knobs.alpha));
  if (axis != "teacher_temperature" && knobs.teacher_temperature != 1.0) {
    parts.push_back(fmt::format("teacher temperature {}", knobs.teacher_temperature));
  }
  return join(parts, ", ");
}

}  // namespace kdbench::inline plan
