/// Checks parameter values against what a plugin declared.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/base/result.h>
#include <kdbench/sdk/params.h>

#include <string>
#include <vector>

namespace kdbench::inline registry {

/// Converts `value` to the declared type (an integer serves where a real is declared) and checks range and choices.
/// Returns the converted value, or the complaint without place ("'beta' must be at least 0, found -1").
struct CheckedParam {
  ParamValue value;
  std::string complaint;
};
CheckedParam check_param(const ParamSpec& spec, const ParamValue& value);

/// Returns "no parameter 'x'" with the nearest declared name or key of the host, or with all of them.
/// @param host_keys of the table in which the name stands
std::string unknown_param(const std::string& name, const std::vector<ParamSpec>& specs,
                          const std::vector<std::string>& host_keys = {});

/// Returns the declared defaults overwritten by `given`: what a plugin is built with and what stands in a job's spec.
ParamValues resolve_params(const std::vector<ParamSpec>& specs, const ParamValues& given);

Json to_json(const ParamValues& values);
/// Reads the values of declared parameters back. @throws kdbench::Error naming a key the plugin does not declare.
ParamValues params_from_json(const std::vector<ParamSpec>& specs, const Json& json);

}  // namespace kdbench::inline registry
