#include <kdbench/base/text.h>
#include <kdbench/plan/resolve/calibrators.h>
#include <kdbench/plan/resolve/host_keys.h>
#include <kdbench/plan/resolve/variants.h>
#include <kdbench/registry/check_params.h>

#include <fmt/core.h>

#include <exception>

namespace kdbench::inline plan {
namespace {

/// A table with one value for each key, and what was chosen of its lists.
struct Single {
  CalibratorUse use;
  std::vector<std::string> choices;
};

std::vector<Single> singles_of(const CalibratorUse& use) {
  std::vector<Single> out{{use, {}}};
  for (const auto& [key, param] : use.params) {
    if (!param.is_list) continue;
    std::vector<Single> longer;
    for (const auto& single : out) {
      for (std::size_t i = 0; i < param.values.size(); ++i) {
        auto& added = longer.emplace_back(single);
        added.use.params[key] = {{param.values[i]}, false, param.at, {param.value_at[i]}};
        added.choices.push_back(key + "=" + value_text(param.values[i]));
      }
    }
    out = std::move(longer);
  }
  return out;
}

}  // namespace

PluginSpec ResolvedCalibrator::spec() const { return {entry->name, entry->version, to_json(params)}; }

std::vector<ResolvedCalibrator> expand_calibrators(const CalibratorUse& use, const Catalog& catalog, const std::string& file,
                                                   Diagnostics& diagnostics) {
  const auto it = catalog.calibrators.find(use.plugin.value);
  if (it == catalog.calibrators.end()) {
    std::vector<std::string> names;
    for (const auto& [name, entry] : catalog.calibrators) names.push_back(name);
    diagnostics.push_back({file, use.plugin.at,
                           fmt::format("[calibrators.{}]: no calibrator plugin '{}'{}", use.name, use.plugin.value,
                                       suggestion(use.plugin.value, names))});
    return {};
  }
  const auto what = fmt::format("calibrator '{}'", use.name);
  const auto& entry = it->second;
  const auto before = diagnostics.size();
  resolve_use(use, entry.params, host_keys().calibrators, what, file, diagnostics);
  std::vector<ResolvedCalibrator> out;
  if (diagnostics.size() != before) return out;
  for (const auto& [single, choices] : singles_of(use)) {
    auto params = resolve_use(single, entry.params, host_keys().calibrators, what, file, diagnostics);
    const auto label = choices.empty() ? use.name : fmt::format("{}[{}]", use.name, join(choices, ","));
    try {
      entry.create(params, {});
      out.push_back({use.name, label, &use, &entry, params, entry.traits(params)});
    } catch (const std::exception& error) {
      const std::string text = error.what();
      diagnostics.push_back({file, use.at, fmt::format("calibrator '{}': {}", label, text.substr(0, text.find('\n')))});
    }
  }
  if (diagnostics.size() != before) out.clear();
  return out;
}

}  // namespace kdbench::inline plan
