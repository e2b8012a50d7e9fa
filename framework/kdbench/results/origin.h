/// Whether a result still follows from the code and the networks that are there now.
#pragma once
#include <kdbench/results/record.h>

#include <string>
#include <vector>

namespace kdbench::inline results {

/// Returns, of the plugins that are loaded, those that a job of this spec is computed by.
std::vector<UsedPlugin> used_by(const Spec& spec, const std::vector<UsedPlugin>& loaded);

/// Returns the plugin of that name among the loaded; nullptr if it is not there.
const UsedPlugin* find_used(const std::vector<UsedPlugin>& loaded, const PluginRef& name);

/// Returns, of the plugins that are loaded, those whose library had another content when the result was made. What is not
/// loaded has not changed.
std::vector<const UsedPlugin*> rebuilt_since(const Origin& origin, const std::vector<UsedPlugin>& loaded);

}  // namespace kdbench::inline results
