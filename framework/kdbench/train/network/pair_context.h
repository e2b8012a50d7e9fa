/// What a loss is told of two networks before it is built.
#pragma once
#include <kdbench/sdk/loss.h>
#include <kdbench/train/data/train_data.h>

#include <vector>

namespace kdbench::inline train {

/// Shapes are measured by one pass of two images in eval mode, in which both networks are left; classifier, batch norms and
/// labels are copies. The seed is left at 0.
/// @param teachers the first, and those beside it; empty: nobody teaches
LossContext pair_context(Model& student, const std::vector<Model*>& teachers, const TrainData& data);

}  // namespace kdbench::inline train
