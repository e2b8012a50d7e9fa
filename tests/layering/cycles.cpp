#include "cycles.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>

namespace kdbench::layering {
namespace {

namespace fs = std::filesystem;

/// One include between two units, and where it stands.
struct Step {
  std::string from, to;
  std::string place;  ///< file:line
};

/// Who includes whom, each pair once, with the first place in order of files.
using Graph = std::map<std::string, std::map<std::string, std::string>>;

std::string unit_of(const fs::path& path) { return (path.parent_path() / path.stem()).generic_string(); }

std::string layer_of(const std::string& unit) { return unit.substr(0, unit.find('/')); }

std::string room_of(const std::string& unit) {
  const auto layer_end = unit.find('/');
  const auto room_end = unit.find('/', layer_end + 1);
  return unit.substr(0, room_end);
}

std::vector<fs::path> sources_of(const fs::path& kdbench) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(kdbench)) {
    const auto ending = entry.path().extension();
    if (entry.is_regular_file() && (ending == ".h" || ending == ".cpp")) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Returns every include of one of our headers, in order of file and line.
std::vector<Step> read_steps(const fs::path& root) {
  static const std::regex kOurs(R"(^\s*#\s*include\s*[<"]kdbench/([^>"]+)[>"].*)");
  const auto kdbench = root / "framework" / "kdbench";
  std::vector<Step> out;
  for (const auto& file : sources_of(kdbench)) {
    const auto place = file.lexically_relative(root).generic_string();
    std::ifstream in(file);
    std::string line;
    std::smatch found;
    for (int number = 1; std::getline(in, line); ++number) {
      if (line.find("kdbench/") == std::string::npos || !std::regex_match(line, found, kOurs)) continue;
      out.push_back({unit_of(file.lexically_relative(kdbench)), unit_of(found[1].str()), fmt::format("{}:{}", place, number)});
    }
  }
  return out;
}

/// Returns the steps between what `name` makes of units, without those inside one of them.
Graph graph_of(const std::vector<Step>& steps, const std::function<std::string(const std::string&)>& name) {
  Graph out;
  for (const auto& step : steps) {
    const auto from = name(step.from), to = name(step.to);
    if (from != to) out[from].emplace(to, step.place);
  }
  return out;
}

/// Returns the nodes of a shortest way from `start` back to it, without `start` at the end; empty if there is none.
std::vector<std::string> shortest_circle(const Graph& graph, const std::string& start) {
  std::map<std::string, std::string> came_from;
  std::deque<std::string> waiting{start};
  while (!waiting.empty()) {
    const auto node = waiting.front();
    waiting.pop_front();
    const auto steps = graph.find(node);
    if (steps == graph.end()) continue;
    for (const auto& [next, place] : steps->second) {
      if (!came_from.emplace(next, node).second) continue;
      if (next != start) {
        waiting.push_back(next);
        continue;
      }
      std::vector<std::string> out;
      for (auto at = node; at != start; at = came_from.at(at)) out.insert(out.begin(), at);
      out.insert(out.begin(), start);
      return out;
    }
  }
  return {};
}

/// Returns a circle as text. It begins with its first name, so that one circle has one text.
std::string described(const Graph& graph, std::vector<std::string> circle) {
  std::rotate(circle.begin(), std::min_element(circle.begin(), circle.end()), circle.end());
  std::vector<std::string> places;
  for (std::size_t i = 0; i < circle.size(); ++i) places.push_back(graph.at(circle[i]).at(circle[(i + 1) % circle.size()]));
  return fmt::format("{} -> {}: {}", fmt::join(circle, " -> "), circle.front(), fmt::join(places, ", "));
}

std::vector<std::string> circles(const Graph& graph) {
  std::set<std::string> out;
  for (const auto& [node, steps] : graph) {
    if (auto circle = shortest_circle(graph, node); !circle.empty()) out.insert(described(graph, std::move(circle)));
  }
  return {out.begin(), out.end()};
}

}  // namespace

std::vector<std::string> unit_cycles(const fs::path& root) {
  return circles(graph_of(read_steps(root), [](const std::string& unit) { return unit; }));
}

std::vector<std::string> room_cycles(const fs::path& root, const std::string& layer) {
  auto steps = read_steps(root);
  std::erase_if(steps, [&](const Step& s) { return layer_of(s.from) != layer || layer_of(s.to) != layer; });
  return circles(graph_of(steps, room_of));
}

std::vector<std::string> layers_of(const fs::path& root) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(root / "framework" / "kdbench")) {
    if (entry.is_directory()) out.push_back(entry.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace kdbench::layering
