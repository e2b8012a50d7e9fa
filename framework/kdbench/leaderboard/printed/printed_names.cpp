#include <kdbench/leaderboard/printed/printed_names.h>

namespace kdbench::inline leaderboard {
namespace {

/// Fills the braces of "{plugin}{depth}"; a number that the network lacks is left out.
std::string filled(const std::string& pattern, const PluginName& network) {
  std::string out;
  std::size_t at = 0;
  while (at < pattern.size()) {
    const auto open = pattern.find('{', at), close = pattern.find('}', open);
    if (close == std::string::npos) return out + pattern.substr(at);
    const auto name = pattern.substr(open + 1, close - open - 1);
    out += pattern.substr(at, open - at) + (name == "plugin" ? network.plugin : network.number(name));
    at = close + 1;
  }
  return out;
}

std::string named(const std::map<std::string, std::string>& names, const std::string& key) {
  const auto it = names.find(key);
  return it == names.end() ? key : it->second;
}

}  // namespace

std::string PrintedNames::loss(const std::string& plugin) const { return named(losses, plugin); }

std::string PrintedNames::strategy(const std::string& name) const { return named(strategies, name); }

std::string PrintedNames::network(const PluginName& network) const {
  const auto depth = network.number("depth"), width = network.number("width");
  if (depth.empty()) return network.plugin;
  if (const auto it = networks.find(network.plugin); it != networks.end()) return filled(it->second, network);
  return network.plugin + depth + (width.empty() || width == "1" ? "" : "x" + width);
}

}  // namespace kdbench::inline leaderboard
