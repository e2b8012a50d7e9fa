#include <kdbench/suite/text/reader.h>

#include <kdbench/base/text.h>
#include <kdbench/suite/keys/key_homes.h>

#include <fmt/core.h>

#include <cmath>
#include <set>

namespace kdbench::inline suite {

void Reader::complain(Position at, std::string message) {
  if (++count_ <= kMost) out_.push_back({file_, at, std::move(message)});
  if (count_ == kMost + 1) out_.push_back({file_, {}, fmt::format("more than {} mistakes; these are some of them", kMost)});
}

std::string Reader::label(const KeySpec& spec) const { return fmt::format("{}'{}'", in_list_ ? "each of " : "", spec.key); }

void Reader::wrong_type(const KeySpec& spec, const char* wanted, const Node& node) {
  complain(node.at, fmt::format("{} must be {}, found {}", label(spec), wanted, described(node)));
}

bool Reader::in_limits(const KeySpec& spec, double value, const Node& node) {
  if (!std::isfinite(value)) {
    complain(node.at, fmt::format("{} must be finite, found {}", label(spec), value));
  } else if (!spec.limits.allow(value)) {
    complain(node.at, fmt::format("{} must be {}, found {}", label(spec), spec.limits.text(), toml_text(node.scalar)));
  } else {
    return true;
  }
  return false;
}

std::optional<bool> Reader::boolean(const KeySpec& spec, const Node& node) {
  if (node.kind == Node::Kind::kScalar) {
    if (const auto* value = std::get_if<bool>(&node.scalar)) return *value;
  }
  wrong_type(spec, "true or false", node);
  return {};
}

std::optional<std::int64_t> Reader::integer(const KeySpec& spec, const Node& node) {
  const auto* value = node.kind == Node::Kind::kScalar ? std::get_if<std::int64_t>(&node.scalar) : nullptr;
  if (!value) {
    wrong_type(spec, "an integer", node);
    return {};
  }
  if (!in_limits(spec, static_cast<double>(*value), node)) return {};
  return *value;
}

std::optional<double> Reader::real(const KeySpec& spec, const Node& node) {
  const bool scalar = node.kind == Node::Kind::kScalar;
  const auto* integer = scalar ? std::get_if<std::int64_t>(&node.scalar) : nullptr;
  const auto* value = scalar ? std::get_if<double>(&node.scalar) : nullptr;
  if (!integer && !value) {
    wrong_type(spec, "a number", node);
    return {};
  }
  const auto number = integer ? static_cast<double>(*integer) : *value;
  if (!in_limits(spec, number, node)) return {};
  return number;
}

std::optional<std::string> Reader::text(const KeySpec& spec, const Node& node) {
  const auto* value = node.kind == Node::Kind::kScalar ? std::get_if<std::string>(&node.scalar) : nullptr;
  if (!value) {
    wrong_type(spec, "a string", node);
    return {};
  }
  if (!spec.choices.empty() && std::find(spec.choices.begin(), spec.choices.end(), *value) == spec.choices.end()) {
    complain(node.at, fmt::format("'{}' cannot be {}{}", spec.key, toml_text(*value), suggestion(*value, spec.choices)));
    return {};
  }
  return *value;
}

bool Reader::is_list(const KeySpec& spec, const char* of_what, const Node& node) {
  if (node.is_list() && !node.items.empty()) return true;
  wrong_type(spec, of_what, node);
  return false;
}

template <class T>
std::vector<Located<T>> Reader::items(const KeySpec& spec, const Node& node,
                                      std::optional<T> (Reader::*read)(const KeySpec&, const Node&)) {
  std::vector<Located<T>> out;
  std::set<T> seen;
  in_list_ = true;
  for (const auto& item : node.items) {
    const auto value = (this->*read)(spec, item);
    if (!value) continue;
    if (seen.insert(*value).second)
      out.push_back({*value, item.at});
    else
      complain(item.at, fmt::format("'{}' has {} twice", spec.key, toml_text(item.scalar)));
  }
  in_list_ = false;
  return out;
}

std::vector<Located<std::int64_t>> Reader::integers(const KeySpec& spec, const Node& node) {
  if (!is_list(spec, "a list of integers", node)) return {};
  return items<std::int64_t>(spec, node, &Reader::integer);
}

std::vector<Located<double>> Reader::reals(const KeySpec& spec, const Node& node) {
  if (!is_list(spec, "a list of numbers", node)) return {};
  return items<double>(spec, node, &Reader::real);
}

std::vector<Located<std::string>> Reader::texts(const KeySpec& spec, const Node& node) {
  if (!is_list(spec, "a list of strings", node)) return {};
  return items<std::string>(spec, node, &Reader::text);
}

void Reader::unknown_key(const Node::Entry& entry, const std::string& table, const std::vector<std::string>& known) {
  complain(entry.at, fmt::format("no key '{}' in {}{}", entry.key, table, is_full() ? "" : hint(entry.key, table, known)));
}

bool Reader::is_table(const Node::Entry& entry, const std::string& table) {
  if (entry.value.is_table()) return true;
  complain(entry.value.at, fmt::format("'{}' must be a table {}, found {}", entry.key, table, described(entry.value)));
  return false;
}

}  // namespace kdbench::inline suite
