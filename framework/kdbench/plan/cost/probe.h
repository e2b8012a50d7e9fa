/// Measures a model once: parameters, feature shapes, cost of a forward. One dry forward in eval mode, so that batch-norm
/// statistics stay as they are.
#pragma once
#include <kdbench/registry/catalog.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace kdbench::inline plan {

struct ModelFacts {
  std::int64_t num_params = 0;         ///< trainable
  std::vector<FeatureShape> features;  ///< in feature_names() order, with their batch norms
  std::int64_t embedding = 0;          ///< D; 0: none
  std::optional<FeatureShape> embedding_map;
  std::vector<std::string> exits;  ///< in exit_names() order
  Classifier classifier;           ///< of the fresh network, without gradient
  std::int64_t num_logits = 0;     ///< columns of the logits
  double forward_s = 0;            ///< seconds per sample of a forward on one thread, as measured here
  double activation_bytes = 0;     ///< bytes per sample of every tensor a forward makes; the backward pass needs about those
};

/// Builds the model and runs it on 16 images of zeros.
/// @throws whatever the plugin throws.
ModelFacts probe_model(const ModelEntry& entry, const ParamValues& params, const ModelContext& context);

}  // namespace kdbench::inline plan
