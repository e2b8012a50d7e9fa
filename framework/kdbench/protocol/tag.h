/// Tag<"epoch">: the member that tells one kind of document from another, "event" of events and "verb" of requests.
#pragma once
#include <kdbench/base/document.h>

#include <algorithm>
#include <string_view>

namespace kdbench::inline protocol {

/// A text that a type can carry.
template <std::size_t N>
struct FixedText {
  char text[N];
  consteval FixedText(const char (&from)[N]) { std::copy_n(from, N, text); }
};

/// Always the one text; a document with another is refused.
template <FixedText kText>
struct Tag {
  static constexpr std::string_view text = kText.text;
};

template <FixedText kText>
Json document_json(const Tag<kText>&) {
  return kText.text;
}

template <FixedText kText>
void read_document_json(const Json& json, Tag<kText>&, const DocumentPath& path) {
  if (json != Json(kText.text)) document::refuse(path, "expected '" + std::string(kText.text) + "', found " + json.dump());
}

}  // namespace kdbench::inline protocol
