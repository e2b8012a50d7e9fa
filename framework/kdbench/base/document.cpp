#include <kdbench/base/document.h>
#include <kdbench/base/text.h>

#include <fmt/core.h>

namespace kdbench::inline base {

std::string DocumentPath::text() const {
  if (is_index) return fmt::format("{}[{}]", parent ? parent->text() : "", index);
  if (key.empty()) return "";
  const auto before = parent ? parent->text() : "";
  return before.empty() ? std::string(key) : before + "." + std::string(key);
}

namespace document {

void refuse(const DocumentPath& path, const std::string& wrong) { throw DocumentError(path.text(), wrong); }

void refuse_kind(const DocumentPath& path, const char* wanted, const Json& found) {
  refuse(path, fmt::format("expected {}, found {}", wanted, found.type_name()));
}

void refuse_value(const DocumentPath& path, const char* wanted, const Json& found) {
  constexpr std::size_t kLongest = 80;
  auto text = found.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  refuse(path, fmt::format("expected {}, found {}", wanted, text));
}

void refuse_unknown(const DocumentPath& path, const std::string& key, const std::vector<std::string>& known) {
  refuse(path, fmt::format("nothing is called '{}' here{}", key, suggestion(key, known)));
}

void refuse_others(const Json& json, const std::vector<std::string>& known, const DocumentPath& path) {
  for (const auto& [key, item] : json.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) refuse_unknown(path, key, known);
  }
}

}  // namespace document
}  // namespace kdbench::inline base
