/// The learning rate of every step of a training.
#pragma once
#include <kdbench/suite/recipe.h>

#include <cstdint>

namespace kdbench::inline train {

/// Returns the learning rate of step `step` (0-based, of the whole training) with `steps_per_epoch` steps an epoch. A pure
/// function, so a resumed run cannot be wrong about it.
/// Warm-up: lr * (step + 1) / warm-up steps. Step: gamma at every milestone epoch (a fraction in (0, 1) is of the epochs).
/// Cosine: from lr to min_lr over the steps after the warm-up (Loshchilov and Hutter 2017, eq. 5, without restarts).
double learning_rate(const Recipe& recipe, std::int64_t step, std::int64_t steps_per_epoch);

}  // namespace kdbench::inline train
