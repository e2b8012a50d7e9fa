#include <kdbench/results/origin.h>

#include <algorithm>

namespace kdbench::inline results {

const UsedPlugin* find_used(const std::vector<UsedPlugin>& loaded, const PluginRef& name) {
  const auto it = std::find_if(loaded.begin(), loaded.end(), [&](const auto& used) { return used.plugin == name; });
  return it == loaded.end() ? nullptr : &*it;
}

std::vector<UsedPlugin> used_by(const Spec& spec, const std::vector<UsedPlugin>& loaded) {
  std::vector<UsedPlugin> out;
  for (const auto& name : plugins_of(spec)) {
    if (const auto* used = find_used(loaded, name)) out.push_back(*used);
  }
  return out;
}

std::vector<const UsedPlugin*> rebuilt_since(const Origin& origin, const std::vector<UsedPlugin>& loaded) {
  std::vector<const UsedPlugin*> out;
  for (const auto& then : origin.plugins) {
    const auto* now = find_used(loaded, then.plugin);
    if (now != nullptr && now->content != then.content) out.push_back(now);
  }
  return out;
}

}  // namespace kdbench::inline results
