#include <kdbench/suite/tables/read_recipe.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

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
  if (recipe.optimizer == "sgd" && recipe.nesterov && recipe.momentum == 0) {
    reader.complain(place("nesterov", "momentum"), "'nesterov' needs 'momentum' above 0");
  }
}

void check_effects(const Recipe& recipe, const std::map<std::string, Position>& written, Reader& reader) {
  const auto refuse = [&](std::initializer_list<const char*> keys, const std::string& why) {
    for (const auto* key : keys) {
      if (const auto it = written.find(key); it != written.end()) {
        reader.complain(it->second, fmt::format("'{}' has no effect with {}; remove it", key, why));
      }
    }
  };
  if (recipe.optimizer == "adamw") refuse({"momentum", "nesterov"}, "optimizer = \"adamw\"");
  if (recipe.optimizer == "sgd") refuse({"beta1", "beta2", "eps"}, "optimizer = \"sgd\"");
  if (recipe.schedule != "step") refuse({"milestones", "gamma"}, fmt::format("schedule = \"{}\"", recipe.schedule));
  if (recipe.schedule != "cosine") refuse({"min_lr"}, fmt::format("schedule = \"{}\"", recipe.schedule));
  if (recipe.strong_operations == 0) refuse({"strong_magnitude"}, "strong_operations = 0");
  if (recipe.weight_decay == 0) refuse({"decay_norms_and_biases"}, "weight_decay = 0");
}

void check_schedule(const RecipeTable& table, const std::string& header, Reader& reader) {
  const auto& recipe = table.recipe;
  const auto epochs = static_cast<double>(recipe.epochs);
  const auto place = [&](const char* key) {
    const auto it = table.at.find(key);
    return it != table.at.end() ? it->second : Position{};
  };
  std::vector<std::string> beyond;
  for (const double milestone : recipe.milestones) {
    if (recipe.schedule == "step" && milestone >= epochs) beyond.push_back(fmt::format("{}", milestone));
  }
  if (!beyond.empty()) {
    reader.complain(
        place("milestones"),
        fmt::format("'milestones' has {}, but {} ends after 'epochs' = {}: the rate would never fall there; remove {}, "
                    "or raise 'epochs'",
                    join(beyond, " and "), header, recipe.epochs, beyond.size() == 1 ? "it" : "them"));
  }
  if (recipe.warmup_epochs > epochs) {
    reader.complain(
        place("warmup_epochs"),
        fmt::format("'warmup_epochs' = {} is above 'epochs' = {} of {}: the rate would never reach 'lr'; set at most {}",
                    recipe.warmup_epochs, recipe.epochs, header, recipe.epochs));
  }
}

}  // namespace kdbench::inline suite
