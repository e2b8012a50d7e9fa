#include <kdbench/protocol/events.h>

#include <utility>

namespace kdbench::inline protocol {
namespace {

/// Reads the alternative of `Event` whose tag is the document's, the first that fits from `Index` on.
template <std::size_t Index = 0>
std::optional<Event> event_as(const std::string& kind, const Json& document) {
  if constexpr (Index < std::variant_size_v<Event>) {
    using Kind = std::variant_alternative_t<Index, Event>;
    if constexpr (Document<Kind>) {
      if (kind == decltype(Kind::event)::text) return from_document<Kind>(document);
    }
    return event_as<Index + 1>(kind, document);
  }
  return std::nullopt;
}

}  // namespace

Json document_json(const ResultEvent& event) {
  auto out = event.document;
  out["event"] = "result";
  return out;
}

void read_document_json(const Json& json, ResultEvent& event, const DocumentPath& path) {
  if (!json.is_object()) document::refuse_kind(path, "an object", json);
  event.document = json;
}

DiagnosticsEvent diagnostics_event(const Diagnostics& diagnostics) {
  DiagnosticsEvent event;
  for (const auto& d : diagnostics) event.diagnostics.push_back({d.file, d.at.line, d.at.col, d.message});
  return event;
}

Diagnostics diagnostics_of(const DiagnosticsEvent& event) {
  Diagnostics out;
  for (const auto& d : event.diagnostics) out.push_back({d.file, {d.line, d.col}, d.message});
  return out;
}

std::optional<Event> event_of(Json document) {
  if (!document.is_object()) return std::nullopt;
  const auto found = document.find("event");
  if (found == document.end() || !found->is_string()) return std::nullopt;
  const auto kind = found->get<std::string>();
  // A plan of many jobs is large: the answer keeps the document itself.
  if (kind == "result") return ResultEvent{std::move(document)};
  try {
    return event_as(kind, document);
  } catch (const DocumentError&) {
    return std::nullopt;
  }
}

std::optional<Event> parse_event(const std::string& line) {
  auto document = parse_json(line, "event");
  return document ? event_of(std::move(*document)) : std::nullopt;
}

Json event_document(const Event& event) {
  return std::visit([](const auto& e) { return to_document(e); }, event);
}

}  // namespace kdbench::inline protocol
