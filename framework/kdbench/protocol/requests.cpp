#include <kdbench/protocol/requests.h>

#include <fmt/core.h>

namespace kdbench::inline protocol {
namespace {

template <std::size_t Index = 0>
Request request_as(const std::string& verb, const Json& document) {
  if constexpr (Index < std::variant_size_v<Request>) {
    using Kind = std::variant_alternative_t<Index, Request>;
    if (verb == decltype(Kind::verb)::text) return from_document<Kind>(document);
    return request_as<Index + 1>(verb, document);
  } else {
    throw DocumentError("", fmt::format("this worker knows no verb '{}'", verb));
  }
}

}  // namespace

Json document_json(const SentPlan& sent) { return to_packed_json(sent.plan); }

void read_document_json(const Json& json, SentPlan& sent, const DocumentPath& path) {
  try {
    sent.plan = plan_from_packed_json(json);
  } catch (const std::exception& error) {
    document::refuse(path, error.what());
  }
}

Request request_of(const Json& document) {
  if (!document.is_object()) throw DocumentError("", "expected a request, found no object");
  const auto verb = document.find("verb");
  return request_as(verb != document.end() && verb->is_string() ? verb->get<std::string>() : "", document);
}

}  // namespace kdbench::inline protocol
