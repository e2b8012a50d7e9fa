/// The optimiser that a recipe asks for.
#pragma once
#include <kdbench/suite/recipe.h>
#include <kdbench/train/optimizer/optimizer.h>

#include <memory>
#include <vector>

namespace kdbench::inline train {

/// @param parameters as FlatParameters takes them
std::unique_ptr<Optimizer> make_optimizer(std::vector<at::Tensor> parameters, const Recipe& recipe);

}  // namespace kdbench::inline train
