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

}  // namespace kdbench::inline suite
