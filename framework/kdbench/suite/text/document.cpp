#include <kdbench/suite/text/document.h>

#include <kdbench/suite/keys/fields.h>
#include <kdbench/suite/text/toml_scan.h>

#include <fmt/core.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace kdbench::inline suite {
namespace {

/// The largest suites have some thousands. References between tables are looked up, and profiles laid over them, one by one.
constexpr std::size_t kMostNodes = 20'000;

/// Turns the library's nodes into ours; `fixed` replaces every position.
class Converter {
 public:
  explicit Converter(std::optional<Position> fixed) : fixed_(fixed) {}

  Node node(const toml::node& from) {
    Node out;
    out.at = position(from.source());
    if (++count_ > kMostNodes) return out;
    if (const auto* table = from.as_table()) {
      for (auto&& [key, value] : *table) {
        out.entries.push_back({std::string(key.str()), position(key.source()), node(value)});
      }
    } else if (const auto* list = from.as_array()) {
      out.kind = Node::Kind::kList;
      for (const auto& item : *list) out.items.push_back(node(item));
    } else {
      set_scalar(out, from);
    }
    return out;
  }

  bool is_too_large() const { return count_ > kMostNodes; }

 private:
  Position position(const toml::source_region& region) const {
    return fixed_.value_or(Position{static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)});
  }

  static void set_scalar(Node& out, const toml::node& from) {
    out.kind = Node::Kind::kScalar;
    if (const auto* boolean = from.as_boolean())
      out.scalar = boolean->get();
    else if (const auto* integer = from.as_integer())
      out.scalar = integer->get();
    else if (const auto* real = from.as_floating_point())
      out.scalar = real->get();
    else if (const auto* text = from.as_string())
      out.scalar = text->get();
    else
      out.kind = Node::Kind::kDate;
  }

  std::optional<Position> fixed_;
  std::size_t count_ = 0;
};

/// Puts what is wrong before what was being read.
std::string reordered(std::string_view description) {
  constexpr std::string_view kReading = "Error while parsing ";
  const auto colon = description.find(": ");
  if (!description.starts_with(kReading) || colon == std::string_view::npos) return fmt::format("not TOML: {}", description);
  const auto what = description.substr(kReading.size(), colon - kReading.size());
  return fmt::format("not TOML: {} ({})", description.substr(colon + 2), what);
}

/// Says a key written twice in our words; other complaints keep the library's.
std::string syntax_message(std::string_view description) {
  constexpr std::string_view kRedefined = "cannot redefine existing";
  const auto at = description.find(kRedefined);
  const auto quote = at == std::string_view::npos ? at : description.find('\'', at);
  if (quote == std::string_view::npos) return reordered(description);
  const auto name = description.substr(quote, description.find('\'', quote + 1) + 1 - quote);
  const bool is_table = description.find("table header") != std::string_view::npos;
  return fmt::format("the {} {} is written twice; remove one", is_table ? "table" : "key", name);
}

template <class Entries>
auto find_in(Entries& entries, std::string_view key) {
  return std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.key == key; });
}

}  // namespace

const Node::Entry* Node::find(std::string_view key) const {
  const auto it = find_in(entries, key);
  return it == entries.end() ? nullptr : &*it;
}

Node::Entry* Node::find(std::string_view key) {
  const auto it = find_in(entries, key);
  return it == entries.end() ? nullptr : &*it;
}

Node::Entry& Node::at_key(const std::string& key, Position key_at) {
  if (auto* entry = find(key)) return *entry;
  entries.push_back({key, key_at, Node{}});
  entries.back().value.at = key_at;
  return entries.back();
}

void Node::erase(std::string_view key) {
  const auto it = find_in(entries, key);
  if (it != entries.end()) entries.erase(it);
}

std::vector<std::string> Node::keys() const {
  std::vector<std::string> out;
  for (const auto& entry : entries) out.push_back(entry.key);
  return out;
}

std::string described(const Node& node) {
  if (node.is_table()) return "a table";
  if (node.is_list()) return node.items.empty() ? "an empty list" : "a list";
  if (node.kind == Node::Kind::kDate) return "a date or time";
  static constexpr const char* kKinds[] = {"the boolean ", "the integer ", "the real number ", "the string "};
  return kKinds[node.scalar.index()] + toml_text(node.scalar);
}

Result<Node> parse_document(const std::string& text, const std::string& file) {
  if (const auto fault = scan_toml(text)) return Diagnostic{file, fault->at, fault->message};
  const auto parsed = toml::parse(std::string_view(text), std::string_view(file));
  if (parsed) {
    Converter converter({});
    auto root = converter.node(parsed.table());
    if (!converter.is_too_large()) return root;
    return Diagnostic{file, {}, fmt::format("more than {} tables and values; divide it into several suites", kMostNodes)};
  }
  const auto begin = parsed.error().source().begin;
  return Diagnostic{
      file, {static_cast<int>(begin.line), static_cast<int>(begin.column)}, syntax_message(parsed.error().description())};
}

Node parse_override_value(const std::string& text, Position at) {
  const auto line = "value = " + text;
  if (!scan_toml(line)) {
    const auto parsed = toml::parse(line);
    // A line break in the text could add keys of its own.
    if (parsed && parsed.table().size() == 1) {
      Converter converter(at);
      auto value = converter.node(*parsed.table().get("value"));
      if (!converter.is_too_large()) return value;
    }
  }
  Node out;
  out.kind = Node::Kind::kScalar;
  out.scalar = text;
  out.at = at;
  return out;
}

}  // namespace kdbench::inline suite
