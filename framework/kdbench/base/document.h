/// Structs as JSON documents. A struct lists its fields once, in `static constexpr auto fields()`; from that list it is written,
/// read, checked and documented. What is read is not trusted: a missing, unknown or wrong member is named with its path.
#pragma once
#include <kdbench/base/json.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace kdbench::inline base {

/// Whether the member stands in every document.
enum class Presence {
  kAlways,      ///< without it the document is refused
  kSinceLater,  ///< written always; a document of a time that did not know it gives the default
  kIfAny,       ///< left out where there is nothing to say: an empty optional, text, list, map
  kOrNull,      ///< as kAlways; null where a shared value is nothing, which is refused elsewhere
};

/// Returns nullptr for a value that may be read, or else what was expected: "a number from 0 to 1" (base/value_rules.h).
template <class Value>
using ValueRule = const char* (*)(const Value&);

/// One field of a struct: the member's key, where its value lives, what it means, and what it must be beside its type.
template <class Owner, class Value>
struct DocumentField {
  const char* key;
  Value Owner::*member;
  const char* meaning;
  Presence presence;
  ValueRule<Value> rule;
};

template <class Owner, class Value>
constexpr DocumentField<Owner, Value> field(const char* key, Value Owner::*member, const char* meaning,
                                            Presence presence = Presence::kAlways,
                                            std::type_identity_t<ValueRule<Value>> rule = nullptr) {
  return {key, member, meaning, presence, rule};
}
template <class Owner, class Value>
constexpr DocumentField<Owner, Value> field(const char* key, Value Owner::*member, const char* meaning,
                                            std::type_identity_t<ValueRule<Value>> rule) {
  return {key, member, meaning, Presence::kAlways, rule};
}

/// A member whose own fields stand among those of its owner, as if they were the owner's.
template <class Owner, class Value>
struct InlinedFields {
  Value Owner::*member;
};

template <class Owner, class Value>
constexpr InlinedFields<Owner, Value> inlined(Value Owner::*member) {
  return {member};
}

/// A struct with a list of fields.
template <class T>
concept Document = requires {
  std::tuple_size<decltype(T::fields())>::value;
};

/// An enumeration whose names a closed table gives: `constexpr auto names_of(E)` returns an array of pairs (value, name).
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T value) {
  names_of(value).front().second;
};

/// A type that is one text: `std::string document_text(const T&)` and
/// `T from_document_text(std::type_identity<T>, const std::string&)`, which throws std::invalid_argument for another text.
template <class T>
concept TextCoded = !std::is_same_v<T, std::string> && requires(const T& value, const std::string& text) {
  { document_text(value) } -> std::same_as<std::string>;
  { from_document_text(std::type_identity<T>{}, text) } -> std::same_as<T>;
};

/// Where in a document a value stands; made on the stack while reading, turned into text for an error alone.
struct DocumentPath {
  const DocumentPath* parent = nullptr;
  std::string_view key;
  std::size_t index = 0;
  bool is_index = false;

  /// Returns "epochs[3].val"; empty for the document itself.
  std::string text() const;
};

/// A type that writes and reads its own JSON: `Json document_json(const T&)` and
/// `void read_document_json(const Json&, T&, const DocumentPath&)`, which refuses by the functions of namespace document.
template <class T>
concept SelfCoded = requires(const T& value, T& into, const Json& json, const DocumentPath& path) {
  { document_json(value) } -> std::same_as<Json>;
  read_document_json(json, into, path);
};

/// What is wrong with a document. what() has the path: "checkpoints.last.test.ece: expected a number, found null".
class DocumentError : public std::runtime_error {
 public:
  DocumentError(const std::string& path, const std::string& wrong)
      : std::runtime_error(path.empty() ? wrong : path + ": " + wrong) {}
};

namespace document {

[[noreturn]] void refuse(const DocumentPath& path, const std::string& wrong);
/// Refuses what is not of the wanted kind: "expected a number, found null".
[[noreturn]] void refuse_kind(const DocumentPath& path, const char* wanted, const Json& found);
/// Refuses a value of the right kind: "expected a number from 0 to 1, found 2.5".
[[noreturn]] void refuse_value(const DocumentPath& path, const char* wanted, const Json& found);
/// Refuses a member that no field has, naming the nearest that one has.
[[noreturn]] void refuse_unknown(const DocumentPath& path, const std::string& key, const std::vector<std::string>& known);
/// Refuses the first member of an object that is not among `known`.
void refuse_others(const Json& json, const std::vector<std::string>& known, const DocumentPath& path);

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_vector = false;
template <class T>
constexpr bool is_vector<std::vector<T>> = true;
template <class T>
constexpr bool is_map = false;
template <class T, class Less>
constexpr bool is_map<std::map<std::string, T, Less>> = true;
template <class T>
constexpr bool is_shared = false;
template <class T>
constexpr bool is_shared<std::shared_ptr<const T>> = true;

}  // namespace document

template <class T>
Json to_document(const T& value);

namespace document {

/// Nothing to say: what Presence::kIfAny leaves out.
template <class T>
bool is_empty(const T& value) {
  if constexpr (is_shared<T>)
    return !value;
  else if constexpr (requires { value.has_value(); })
    return !value.has_value();
  else if constexpr (is_vector<T> || is_map<T> || std::is_same_v<T, std::string>)
    return value.empty();
  else if constexpr (std::is_same_v<T, Json>)
    return value.is_null();
  else
    return false;
}

/// Calls visit(field, value of the field) for every field of a struct, those of inlined members in their place.
template <Document T, class Visit>
void each_field(T& value, const Visit& visit);

template <class Struct, class Owner, class Value, class Visit>
void each_in(Struct& value, const DocumentField<Owner, Value>& f, const Visit& visit) {
  visit(f, value.*f.member);
}
template <class Struct, class Owner, class Value, class Visit>
void each_in(Struct& value, const InlinedFields<Owner, Value>& f, const Visit& visit) {
  each_field(value.*f.member, visit);
}

template <Document T, class Visit>
void each_field(T& value, const Visit& visit) {
  std::apply([&](const auto&... fields) { (each_in(value, fields, visit), ...); }, T::fields());
}

template <Document T>
Json write_struct(const T& value) {
  Json out = Json::object();
  each_field(value, [&](const auto& f, const auto& member) {
    if (f.presence == Presence::kIfAny && is_empty(member)) return;
    out[f.key] = to_document(member);
  });
  return out;
}

}  // namespace document

/// Returns the document of a value. Real numbers that JSON lacks are "nan", "inf", "-inf"; an empty optional is null.
template <class T>
Json to_document(const T& value) {
  if constexpr (SelfCoded<T>) {
    return document_json(value);
  } else if constexpr (TextCoded<T>) {
    return document_text(value);
  } else if constexpr (Document<T>) {
    return document::write_struct(value);
  } else if constexpr (document::is_optional<T> || document::is_shared<T>) {
    return value ? to_document(*value) : Json();
  } else if constexpr (document::is_vector<T>) {
    Json out = Json::array();
    for (const auto& item : value) out.push_back(to_document(item));
    return out;
  } else if constexpr (document::is_map<T>) {
    Json out = Json::object();
    for (const auto& [key, item] : value) out[key] = to_document(item);
    return out;
  } else if constexpr (NamedEnum<T>) {
    for (const auto& [known, name] : names_of(value)) {
      if (known == value) return name;
    }
    return "unknown";
  } else if constexpr (std::is_floating_point_v<T>) {
    return number(value);
  } else {
    return value;
  }
}

/// Reads a value. @throws DocumentError naming the place, what was expected and what was found
template <class T>
void read_document(const Json& json, T& value, const DocumentPath& path = {});

namespace document {

template <Document T>
void read_struct(const Json& json, T& value, const DocumentPath& path) {
  if (!json.is_object()) refuse_kind(path, "an object", json);
  std::size_t found = 0;
  each_field(value, [&](const auto& f, auto& member) {
    const auto it = json.find(f.key);
    if (it != json.end()) {
      ++found;
      const DocumentPath here{&path, f.key};
      if constexpr (SelfCoded<std::remove_reference_t<decltype(member)>>) {
        if (it->is_null() && f.presence != Presence::kOrNull) refuse_kind(here, "an object", *it);
      }
      read_document(*it, member, here);
      const char* wanted = f.rule != nullptr ? f.rule(member) : nullptr;
      if (wanted != nullptr) refuse_value(here, wanted, *it);
    } else if (f.presence == Presence::kAlways || f.presence == Presence::kOrNull) {
      refuse(path, "it has no member '" + std::string(f.key) + "'");
    }
  });
  if (found == json.size()) return;
  std::vector<std::string> known;
  each_field(value, [&](const auto& f, const auto&) { known.emplace_back(f.key); });
  refuse_others(json, known, path);
}

template <std::integral T>
bool is_in_range(const Json& json) {
  return json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>()) : std::in_range<T>(json.get<std::int64_t>());
}

template <class T>
void read_number(const Json& json, T& value, const DocumentPath& path) {
  if constexpr (std::is_floating_point_v<T>) {
    const bool coded = json == "nan" || json == "inf" || json == "-inf";
    if (!json.is_number() && !coded) refuse_kind(path, "a number", json);
    value = to_double(json);
  } else {
    if (!json.is_number_integer()) refuse_kind(path, "an integer", json);
    if (!is_in_range<T>(json)) refuse_value(path, "an integer of fewer digits", json);
    value = json.get<T>();
  }
}

template <class T>
void read_list(const Json& json, std::vector<T>& values, const DocumentPath& path) {
  values.clear();
  if (json.is_null()) return;  // nothing to say, as records of jobs without results have it
  if (!json.is_array()) refuse_kind(path, "a list", json);
  values.resize(json.size());
  for (std::size_t i = 0; i < values.size(); ++i) read_document(json[i], values[i], DocumentPath{&path, {}, i, true});
}

template <class Map>
void read_map(const Json& json, Map& values, const DocumentPath& path) {
  values.clear();
  if (json.is_null()) return;
  if (!json.is_object()) refuse_kind(path, "an object", json);
  for (const auto& [key, item] : json.items()) read_document(item, values[key], DocumentPath{&path, key});
}

template <class T>
void read_named(const Json& json, T& value, const DocumentPath& path) {
  std::vector<std::string> names;
  for (const auto& [known, name] : names_of(T{})) {
    if (json == name) {
      value = known;
      return;
    }
    names.emplace_back(name);
  }
  if (!json.is_string()) refuse_kind(path, "a text", json);
  refuse_unknown(path, json.get<std::string>(), names);
}

template <class T>
void read_text(const Json& json, T& value, const DocumentPath& path) {
  if (!json.is_string()) refuse_kind(path, "a text", json);
  if constexpr (std::is_same_v<T, std::string>) {
    value = json.get_ref<const std::string&>();
  } else {
    try {
      value = from_document_text(std::type_identity<T>{}, json.get_ref<const std::string&>());
    } catch (const std::invalid_argument& wrong) {
      refuse(path, wrong.what());
    }
  }
}

}  // namespace document

template <class T>
void read_document(const Json& json, T& value, const DocumentPath& path) {
  if constexpr (SelfCoded<T>) {
    read_document_json(json, value, path);
  } else if constexpr (std::is_same_v<T, std::string> || TextCoded<T>) {
    document::read_text(json, value, path);
  } else if constexpr (Document<T>) {
    document::read_struct(json, value, path);
  } else if constexpr (document::is_optional<T>) {
    if (json.is_null())
      value.reset();
    else
      read_document(json, value.emplace(), path);
  } else if constexpr (document::is_shared<T>) {
    value.reset();
    if (json.is_null()) return;
    auto made = std::make_shared<std::remove_const_t<typename T::element_type>>();
    read_document(json, *made, path);
    value = std::move(made);
  } else if constexpr (document::is_vector<T>) {
    document::read_list(json, value, path);
  } else if constexpr (document::is_map<T>) {
    document::read_map(json, value, path);
  } else if constexpr (NamedEnum<T>) {
    document::read_named(json, value, path);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) document::refuse_kind(path, "true or false", json);
    value = json.get<bool>();
  } else if constexpr (std::is_arithmetic_v<T>) {
    document::read_number(json, value, path);
  } else {
    static_assert(std::is_same_v<T, Json>, "a type that documents do not know: give it fields(), names_of() or a text");
    value = json;
  }
}

/// Returns the value of a document. @throws DocumentError as read_document()
template <class T>
T from_document(const Json& json) {
  T value{};
  read_document(json, value);
  return value;
}

/// The same for a document of a file, whose mistakes are the file's.
template <class T>
Result<T> from_document(const Json& json, const std::string& file) {
  try {
    return from_document<T>(json);
  } catch (const DocumentError& error) {
    return Diagnostic{file, {}, error.what()};
  }
}

}  // namespace kdbench::inline base
