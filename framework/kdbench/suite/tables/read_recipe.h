/// Reads [train] and what [models.NAME.train] changes in it.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <map>
#include <string>

namespace kdbench::inline suite {

/// A recipe with the place of every value that was written.
struct RecipeTable {
  Recipe recipe;
  std::map<std::string, Position> at;
};

/// Reads the keys of `table` over what `into` holds; `header` is "[train]" or the like.
void read_recipe(const Node& table, const std::string& header, RecipeTable& into, Reader& reader);

/// Complains about keys that do not go together. Asked twice about the same values, it says the same.
void check_recipe(const RecipeTable& table, Reader& reader);

/// Complains about keys of one table that have no effect under the recipe that it makes, which other tables may have begun.
/// @param written what stands in the table, with its place
void check_effects(const Recipe& recipe, const std::map<std::string, Position>& written, Reader& reader);

/// Complains about milestones and a warm-up that end after the model's training does. @param header "[models.NAME]"
void check_schedule(const RecipeTable& table, const std::string& header, Reader& reader);

}  // namespace kdbench::inline suite
