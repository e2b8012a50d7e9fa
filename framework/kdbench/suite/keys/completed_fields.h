/// What the tables of fields leave to the members that they name: types and defaults for people.
#pragma once
#include <kdbench/suite/keys/fields.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace kdbench::inline suite {

/// No training has more.
inline constexpr double kManyEpochs = 1e6;

/// What people call the type of a member: "integer", "list of reals".
template <class T>
std::string type_text() {
  if constexpr (std::is_same_v<T, bool>)
    return "boolean";
  else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, Located<std::int64_t>>)
    return "integer";
  else if constexpr (std::is_same_v<T, double>)
    return "real";
  else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>)
    return "list of integers";
  else if constexpr (std::is_same_v<T, std::vector<double>>)
    return "list of reals";
  else
    return "string";
}

/// Returns the fields with type and default filled in from the member and the owner's own initialisers.
template <class Owner>
std::vector<Field<Owner>> completed(std::vector<Field<Owner>> fields) {
  const Owner defaults{};
  for (auto& field : fields) {
    std::visit(
        [&](auto member) {
          if constexpr (!std::is_same_v<decltype(member), std::monostate>) {
            const auto& value = defaults.*member;
            field.spec.type = type_text<std::decay_t<decltype(value)>>();
            if (field.spec.default_text.empty() && !field.spec.required) field.spec.default_text = toml_text(value);
          }
        },
        field.member);
  }
  return fields;
}

}  // namespace kdbench::inline suite
