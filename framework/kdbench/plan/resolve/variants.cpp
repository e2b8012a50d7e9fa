#include <kdbench/base/text.h>
#include <kdbench/plan/resolve/host_keys.h>
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

std::int64_t whole(const SuiteValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer ? *integer : 0;
}

void set_knob(Knobs& knobs, const std::string& key, const SuiteValue& value) {
  if (key == "alpha") knobs.alpha = real_value(value);
  if (key == "ce_weight") knobs.ce_weight = real_value(value);
  if (key == "kd_weight") knobs.kd_weight = real_value(value);
  if (key == "warmup_epochs") knobs.warmup_epochs = whole(value);
  if (key == "from_epoch") knobs.from_epoch = whole(value);
  if (key == "to_epoch") knobs.to_epoch = whole(value);
  if (key == "tau") knobs.tau = real_value(value);
  if (key == "tau_student") knobs.tau_student = real_value(value);
  if (key == "tau_teacher") knobs.tau_teacher = real_value(value);
  if (key == "teacher_temperature") knobs.teacher_temperature = real_value(value);
  if (key == "gradient_policy") knobs.gradient_policy = value_text(value);
  if (key == "tau_squared") {
    if (const auto* on = std::get_if<bool>(&value)) knobs.tau_squared = *on;
  }
}

/// Checks every written value of every plugin parameter once, whatever the grid makes of them.
bool check_written(const SuiteParams& params, const std::vector<ParamSpec>& specs, const std::vector<std::string>& host,
                   const std::string& what, const std::string& file, Diagnostics& diagnostics) {
  const auto before = diagnostics.size();
  for (const auto& [key, param] : params) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&, &name = key](const auto& s) { return s.name == name; });
    if (spec == specs.end()) {
      diagnostics.push_back({file, param.at, fmt::format("{}: {}", what, unknown_param(key, specs, host))});
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
      parts.push_back(key + "=" + value_text(written(use, key).values[index[d]]));
    }
  }
  Method method{use.name, parts, &use, {{&use, &entry, {}, {}}}, 0};
  if (!parts.empty()) method.label += "[" + join(parts, ",") + "]";
  ParamValues given;
  for (const auto& [key, param] : use.params) {
    const auto spec =
        std::find_if(entry.params.begin(), entry.params.end(), [&, &name = key](const auto& s) { return s.name == name; });
    given[key] = check_param(*spec, to_param(param.values[position.contains(key) ? position[key] : 0])).value;
  }
  auto& part = method.parts.front();
  part.params = resolve_params(entry.params, given);
  for (const auto& [key, knob] : use.knobs) {
    set_knob(part.knobs, key, knob.values[position.contains(key) ? position[key] : 0]);
  }
  method.gradient_policy = part.knobs.gradient_policy;
  return method;
}

}  // namespace

PluginSpec MethodPolicy::spec() const { return {entry->name, entry->version, to_json(params)}; }

std::string value_text(const SuiteValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>)
          return v;
        else
          return fmt::format("{}", v);
      },
      value);
}

double real_value(const SuiteValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const auto* number = std::get_if<double>(&value);
  return number ? *number : 0.0;
}

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
  if (!check_written(use.params, it->second.params, host_keys().losses, what, file, diagnostics)) return {};
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

ParamValues resolve_use(const PluginUse& use, const std::vector<ParamSpec>& specs, const std::vector<std::string>& host,
                        const std::string& what, const std::string& file, Diagnostics& diagnostics) {
  if (!check_written(use.params, specs, host, what, file, diagnostics)) return resolve_params(specs, {});
  ParamValues given;
  for (const auto& [key, param] : use.params) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&, &name = key](const auto& s) { return s.name == name; });
    given[key] = check_param(*spec, to_param(param.values.front())).value;
  }
  return resolve_params(specs, given);
}

double student_tau(const Knobs& knobs) { return knobs.tau_student.value_or(knobs.tau); }
double teacher_tau(const Knobs& knobs) { return knobs.tau_teacher.value_or(knobs.tau); }

bool is_moved(const MethodPart& part, const std::string& axis) {
  const auto& knobs = part.use->knobs;
  if (axis.empty() || knobs.contains(axis)) return false;
  return axis != "tau" || !knobs.contains("tau_student") || !knobs.contains("tau_teacher");
}

Method at_axis(Method method, const std::string& axis, double value) {
  for (auto& part : method.parts) {
    if (!is_moved(part, axis)) continue;
    (axis == "tau" ? part.knobs.tau : part.knobs.teacher_temperature) = value;
  }
  return method;
}

bool sets_temperature(const LossUse& use) {
  return use.knobs.contains("tau") || use.knobs.contains("tau_student") || use.knobs.contains("tau_teacher");
}

Knobs without_teacher(const MethodPart& part) {
  auto knobs = part.knobs;
  if (!part.use->knobs.contains("tau")) knobs.tau = 1.0;
  if (!part.use->knobs.contains("tau_squared")) knobs.tau_squared = false;
  knobs.teacher_temperature = 1.0;
  return knobs;
}

std::string window_text(const Knobs& knobs) {
  std::vector<std::string> out;
  if (knobs.warmup_epochs > 1) out.push_back(fmt::format("warm-up {} epochs", knobs.warmup_epochs));
  if (knobs.to_epoch)
    out.push_back(fmt::format("in epochs [{}, {})", knobs.from_epoch, *knobs.to_epoch));
  else if (knobs.from_epoch > 0)
    out.push_back(fmt::format("from epoch {}", knobs.from_epoch));
  return join(out, ", ");
}

std::string teacher_temperature_text(const Knobs& knobs, const std::string& axis) {
  const bool said = axis != "teacher_temperature" && knobs.teacher_temperature != 1.0;
  return said ? fmt::format("teacher temperature {}", knobs.teacher_temperature) : "";
}

std::string temperatures_text(const Knobs& knobs, const std::string& axis) {
  std::string text;
  if (axis == "tau") {
    if (!knobs.tau_student && !knobs.tau_teacher)
      text = "tau on both";
    else if (knobs.tau_student)
      text = fmt::format("tau on the teacher alone (student {})", *knobs.tau_student);
    else
      text = fmt::format("tau on the student alone (teacher {})", *knobs.tau_teacher);
  } else if (student_tau(knobs) == teacher_tau(knobs)) {
    text = fmt::format("tau={} on both", student_tau(knobs));
  } else {
    text = fmt::format("tau={} on the student, {} on the teacher", student_tau(knobs), teacher_tau(knobs));
  }
  return text + (knobs.tau_squared ? ", tau^2 on" : ", tau^2 off");
}

}  // namespace kdbench::inline plan
