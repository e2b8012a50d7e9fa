/// Pairs of networks by the shapes that losses see: families that papers compare, without their plugins.
#pragma once
#include <kdbench/sdk/loss.h>

#include <string>
#include <vector>

namespace kdbench::inline worker {

/// A teacher and a student of the models that come with kdbench.
struct NamedPair {
  std::string name;     ///< "wrn -> mobilenet_v2", the teacher first
  LossContext context;  ///< its numbers drawn by draw_teacher()
};

/// resnet -> resnet; wrn -> mobilenet_v2, 4 maps and 5; resnet -> vit, whose maps are tokens and whose embedding is no mean of
/// them; all at 32 x 32, and resnet -> resnet at 64 x 64.
std::vector<NamedPair> named_pairs(std::int64_t num_classes);

}  // namespace kdbench::inline worker
