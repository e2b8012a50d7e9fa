#include <kdbench/suite/tables/read_recipe.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline suite {
namespace {

/// Milestones are all fractions or all epochs, and rise.
void check_milestones(const std::vector<double>& milestones, Position at, Reader& reader) {
  if (milestones.empty()) return;
  const bool fractions = std::all_of(milestones.begin(), milestones.end(), [](double m) { return m < 1; });
  const bool epochs = std::all_of(milestones.begin(), milestones.end(), [](double m) { return m >= 1 && m == std::floor(m); });
  if (!fractions && !epochs) {
    reader.complain(
        at, fmt::format("'milestones' must be all fractions below 1 or all whole epochs, found {}", toml_text(milestones)));
  } else if (!std::is_sorted(milestones.begin(), milestones.end())) {
    reader.complain(at, fmt::format("'milestones' must rise, found {}", toml_text(milestones)));
  }
}

}  // namespace

void read_recipe(const Node& table, const std::string& header, RecipeTable& into, Reader& reader) {
  const auto& fields = recipe_fields();
  for (const auto& entry : table.entries) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.spec.key == entry.key; });
    if (field == fields.end()) {
      reader.unknown_key(entry, header, keys_of(fields));
      continue;
    }
    const auto before = reader.complaints();
    reader.read_field(*field, entry.value, into.recipe);
    into.at[entry.key] = entry.value.at;
    if (entry.key == "milestones" && reader.complaints() == before) {
      check_milestones(into.recipe.milestones, entry.value.at, reader);
    }
  }
}

void check_recipe(const RecipeTable& table, Reader& reader) {
  const auto& recipe = table.recipe;
  const auto place = [&](const char* key, const char* other) {
    const auto it = table.at.find(key);
    return it != table.at.end() ? it->second : table.at.at(other);
  };
  if (recipe.schedule == "cosine" && recipe.min_lr > recipe.lr) {
    reader.complain(place("min_lr", "lr"), fmt::format("'min_lr' = {} is above 'lr' = {}", recipe.min_lr, recipe.lr));
  }
  if (recipe.nesterov && recipe.momentum == 0) {
    reader.complain(place("nesterov", "momentum"), "'nesterov' needs 'momentum' above 0");
  }
}

}  // namespace kdbench::inline suite
