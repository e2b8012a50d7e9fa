#include <kdbench/run/process/events.h>

namespace kdbench::inline run {

std::optional<Json> parse_event(const std::string& line) {
  auto event = Json::parse(line, nullptr, false);
  if (!event.is_object() || text_field(event, "event").empty()) return std::nullopt;
  return event;
}

std::string text_field(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

double number_field(const Json& object, const char* key, double otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

Diagnostics diagnostics_field(const Json& event) {
  Diagnostics out;
  const auto found = event.find("diagnostics");
  if (found == event.end() || !found->is_array()) return out;
  for (const auto& entry : *found) {
    if (!entry.is_object()) continue;
    const Position at{static_cast<int>(number_field(entry, "line", 0)), static_cast<int>(number_field(entry, "col", 0))};
    out.push_back({text_field(entry, "file"), at, text_field(entry, "message")});
  }
  return out;
}

}  // namespace kdbench::inline run
