/// Recipes as they stand in the spec of a job, by the list of their keys.
#include <kdbench/suite/recipe.h>

#include <kdbench/suite/keys/fields.h>

#include <type_traits>

namespace kdbench::inline suite {
namespace {

/// Calls visit(spec, member) for every field that decides a result.
template <class Visit>
void each_deciding(const Visit& visit) {
  for (const auto& field : recipe_fields()) {
    if (field.spec.key == "checkpoint_every") continue;  // two runs that differ in it give the same weights
    std::visit(
        [&](auto member) {
          using M = decltype(member);
          if constexpr (!std::is_same_v<M, std::monostate> && !std::is_same_v<M, Located<std::int64_t> Recipe::*> &&
                        !std::is_same_v<M, Located<std::string> Recipe::*>) {
            visit(field.spec, member);
          }
        },
        field.member);
  }
}

}  // namespace

Json document_json(const Recipe& recipe) {
  const Recipe defaults;
  Json out = Json::object();
  each_deciding([&](const KeySpec& spec, auto member) {
    if (spec.left_out_if_default && recipe.*member == defaults.*member) return;
    out[spec.key] = to_document(recipe.*member);
  });
  return out;
}

void read_document_json(const Json& json, Recipe& recipe, const DocumentPath& path) {
  if (!json.is_object()) document::refuse_kind(path, "an object", json);
  std::vector<std::string> known;
  each_deciding([&](const KeySpec& spec, auto member) {
    known.push_back(spec.key);
    const auto it = json.find(spec.key);
    if (it == json.end() && spec.left_out_if_default) return;
    if (it == json.end()) document::refuse(path, "it has no member '" + spec.key + "'");
    read_document(*it, recipe.*member, DocumentPath{&path, spec.key});
  });
  document::refuse_others(json, known, path);
}

}  // namespace kdbench::inline suite
