/// What documentation says of structs that are documents, from their lists of fields.
#pragma once
#include <kdbench/base/document.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline base {

namespace document {

/// What people call the kind of a value: "a number", "a list of texts", "an object (see ...)".
template <class T>
std::string kind_of() {
  if constexpr (TextCoded<T>)
    return "text";
  else if constexpr (Document<T> || SelfCoded<T>)
    return "object";
  else if constexpr (is_optional<T>)
    return kind_of<typename T::value_type>() + " or null";
  else if constexpr (is_shared<T>)
    return kind_of<std::remove_const_t<typename T::element_type>>();
  else if constexpr (is_vector<T>)
    return "list of " + kind_of<typename T::value_type>();
  else if constexpr (is_map<T>)
    return "map to " + kind_of<typename T::mapped_type>();
  else if constexpr (std::is_same_v<T, bool>)
    return "boolean";
  else if constexpr (std::is_floating_point_v<T>)
    return "real";
  else if constexpr (std::is_same_v<T, Json>)
    return "any";
  else if constexpr (NamedEnum<T> || std::is_same_v<T, std::string>)
    return "text";
  else
    return "integer";
}

/// What stands inside a list, a map, an optional or a shared value; the type itself where nothing does.
template <class T>
struct Inner {
  using type = T;
};
template <class T>
requires(!std::is_same_v<T, std::string> && !std::is_same_v<T, Json> &&
         (is_vector<T> || requires(const T& t) { t.has_value(); })) struct Inner<T> : Inner<typename T::value_type> {
};
template <class T>
requires is_map<T>
struct Inner<T> : Inner<typename T::mapped_type> {
};
template <class T>
requires is_shared<T>
struct Inner<T> : Inner<std::remove_const_t<typename T::element_type>> {
};
template <class T>
using inner_t = typename Inner<T>::type;

}  // namespace document

/// One line of a document's description.
struct FieldDoc {
  std::string key, kind, meaning;
  Presence presence;
};

/// What documentation says of a struct, in order of its list.
template <Document T>
std::vector<FieldDoc> describe_fields() {
  std::vector<FieldDoc> out;
  T value{};
  document::each_field(value, [&]<class Field, class Value>(const Field& f, const Value&) {
    const auto* null = f.presence == Presence::kOrNull ? " or null" : "";
    out.push_back({f.key, document::kind_of<Value>() + null, f.meaning, f.presence});
  });
  return out;
}

}  // namespace kdbench::inline base
