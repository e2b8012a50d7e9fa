#include <kdbench/suite/recipe.h>

#include <kdbench/suite/keys/fields.h>

#include <type_traits>

namespace kdbench {

Json to_json(const Recipe& recipe) {
  Json out = Json::object();
  for (const auto& field : recipe_fields()) {
    if (field.spec.key == "checkpoint_every") continue;  // two runs that differ in it give the same weights
    std::visit(
        [&](auto member) {
          using M = decltype(member);
          if constexpr (!std::is_same_v<M, std::monostate> && !std::is_same_v<M, Located<std::int64_t> Recipe::*> &&
                        !std::is_same_v<M, Located<std::string> Recipe::*>) {
            out[field.spec.key] = recipe.*member;
          }
        },
        field.member);
  }
  return out;
}

}  // namespace kdbench
