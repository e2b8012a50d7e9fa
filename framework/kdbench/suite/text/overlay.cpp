#include <kdbench/suite/text/overlay.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <optional>
#include <span>
#include <unordered_map>

namespace kdbench::inline suite {
namespace {

/// Each is laid over the whole suite and checked.
constexpr std::size_t kMostProfiles = 20;

void merge(Node& base, const Node& over) {
  if (!base.is_table() || !over.is_table()) {
    base = over;
    return;
  }
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < base.entries.size(); ++i) places.emplace(base.entries[i].key, i);
  for (const auto& entry : over.entries) {
    const auto [known, fresh] = places.emplace(entry.key, base.entries.size());
    if (fresh) base.entries.emplace_back().key = entry.key;
    auto& into = base.entries[known->second];
    if (fresh) into.value.at = entry.at;
    into.at = entry.at;
    merge(into.value, entry.value);
  }
}

std::string name_of(const Node& study) {
  const auto* entry = study.is_table() ? study.find("name") : nullptr;
  const auto* name = entry ? std::get_if<std::string>(&entry->value.scalar) : nullptr;
  return name ? *name : "";
}

Node* find_study(Node& studies, const std::string& name) {
  for (auto& study : studies.items) {
    if (!name.empty() && name_of(study) == name) return &study;
  }
  return nullptr;
}

void merge_studies(Node& base, const Node& over, Reader& reader) {
  for (const auto& study : over.items) {
    if (study.is_table() && name_of(study).empty()) {
      reader.complain(study.at, "a study of a profile needs the 'name' of the study that it changes or adds");
    } else if (auto* known = find_study(base, name_of(study))) {
      merge(*known, study);
    } else {
      base.items.push_back(study);
    }
  }
}

/// Splits a dotted key; quotes keep their dots. Returns nothing if a part is empty or a quote stays open.
std::optional<std::vector<std::string>> split_key(const std::string& key) {
  std::vector<std::string> parts(1);
  char quote = 0;
  bool quoted = false;
  for (const char c : key) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        parts.back() += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      quoted = true;
    } else if (c == '.') {
      if (parts.back().empty() && !quoted) return {};
      parts.emplace_back();
      quoted = false;
    } else {
      parts.back() += c;
    }
  }
  if (quote != 0 || (parts.back().empty() && !quoted)) return {};
  return parts;
}

using Parts = std::span<const std::string>;

std::string joined(Parts parts) { return join({parts.begin(), parts.end()}, "."); }

/// A step from a node towards the key: the child that the first `used` parts name.
struct Step {
  Node* child = nullptr;
  std::size_t used = 0;
};

/// Names may hold dots, so the longest run of parts that names a child wins.
Step step(Node& node, Parts parts) {
  for (auto used = parts.size(); used > 0; --used) {
    const auto name = joined(parts.first(used));
    if (node.is_list()) {
      if (auto* study = find_study(node, name)) return {study, used};
    } else if (auto* entry = node.find(name)) {
      return {&entry->value, used};
    }
  }
  return {};
}

std::vector<std::string> study_names(const Node& studies) {
  std::vector<std::string> out;
  for (const auto& study : studies.items) out.push_back(name_of(study));
  return out;
}

bool holds_names(const std::string& table) {
  return table == "datasets" || table == "models" || table == "losses" || table == "strategies";
}

/// Returns why the first of `parts` may not be made in `node`, which stands at `path`; empty if it may.
std::string no_such_child(const Node& node, const std::string& path, Parts parts) {
  if (path == "studies") return fmt::format("no study '{}'{}", parts.front(), suggestion(parts.front(), study_names(node)));
  if (holds_names(path))
    return fmt::format("no [{}.{}] in the file{}", path, parts.front(), suggestion(parts.front(), node.keys()));
  if (path.empty() && parts.size() > 1 && (holds_names(parts.front()) || parts.front() == "studies")) {
    return fmt::format("the file has no {}", parts.front());
  }
  return "";
}

}  // namespace

std::map<std::string, Node> take_profiles(Node& root, Reader& reader) {
  std::map<std::string, Node> out;
  const auto* entry = root.find("profile");
  if (!entry) return out;
  if (reader.is_table(*entry, "[profile.NAME]")) {
    if (entry->value.entries.size() > kMostProfiles)
      reader.complain(entry->at, fmt::format("more than {} profiles; divide the file into several suites", kMostProfiles));
    for (const auto& profile : entry->value.entries) {
      if (out.size() == kMostProfiles) break;
      if (!reader.is_table(profile, fmt::format("[profile.{}]", profile.key))) continue;
      if (const auto* inner = profile.value.find("profile")) reader.complain(inner->at, "a profile holds no profiles");
      auto tables = profile.value;
      tables.erase("profile");
      out.emplace(profile.key, std::move(tables));
    }
  }
  root.erase("profile");
  return out;
}

void lay_over(Node& base, const Node& over, Reader& reader) {
  for (const auto& entry : over.entries) {
    auto* studies = entry.key == "studies" ? base.find("studies") : nullptr;
    if (studies && studies->value.is_list() && entry.value.is_list()) {
      merge_studies(studies->value, entry.value, reader);
    } else {
      auto& into = base.at_key(entry.key, entry.at);
      into.at = entry.at;
      merge(into.value, entry.value);
    }
  }
}

void apply_override(Node& root, const Override& override, Position at, Reader& reader) {
  const auto key = split_key(override.key);
  if (!key) return reader.complain(at, "the key must be names with dots between them, like train.epochs");
  if (key->front() == "profile") return reader.complain(at, "a profile is chosen with --profile NAME; it cannot be set");
  Node* node = &root;
  Parts left(*key);
  std::string path;
  while (!left.empty()) {
    auto next = step(*node, left);
    if (!next.child) {
      if (const auto why = no_such_child(*node, path, left); !why.empty()) return reader.complain(at, why);
      if (!node->is_table()) {
        *node = Node{};
        node->at = at;
      }
      next = {&node->at_key(left.front(), at).value, 1};
    }
    if (!path.empty()) path += '.';
    path += joined(left.first(next.used));
    node = next.child;
    left = left.subspan(next.used);
  }
  *node = parse_override_value(override.value, at);
}

}  // namespace kdbench::inline suite
