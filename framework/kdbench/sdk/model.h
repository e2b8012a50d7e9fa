/// Interface of a network that can be taught or can teach. N images, K classes, C H W channels and size, D embedding width.
#pragma once
#include <kdbench/sdk/error.h>
#include <kdbench/sdk/params.h>

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kdbench {

struct ImageShape {
  std::int64_t channels = 0, height = 0, width = 0;
};

/// What the host knows before it builds a model.
struct ModelContext {
  std::int64_t num_classes = 0;  ///< K
  ImageShape image;              ///< C, H, W of one input; a feature vector of D numbers is D x 1 x 1
};

/// Named feature maps, each [N, C_i, H_i, W_i].
using FeatureMaps = std::map<std::string, torch::Tensor, std::less<>>;

/// What one network made of a batch.
struct ModelOutput {
  torch::Tensor logits;         ///< [N, K] float, before softmax
  FeatureMaps features;         ///< one per Model::feature_names(), after the activation
  FeatureMaps preactivations;   ///< the same maps before the activation, for those that have one; may be empty
  torch::Tensor embedding;      ///< [N, D] pooled, before the classifier; undefined if the model has none
  torch::Tensor embedding_map;  ///< [N, D, H, W] whose mean over H and W is the embedding; undefined if it is pooled otherwise
  std::map<std::string, torch::Tensor, std::less<>> exits;  ///< one per Model::exit_names(): [N, K] logits of an earlier layer
};

/// Calls `visit(kind, name, tensor)` for every tensor that `output` holds. Kinds are "logits", "embedding", "embedding map", and
/// for each map or exit, by its name, "features", "preactivations" and "exits".
template <class Output, class Visit>
void for_each_tensor(Output& output, Visit visit) {
  if (output.logits.defined()) visit("logits", std::string(), output.logits);
  if (output.embedding.defined()) visit("embedding", std::string(), output.embedding);
  if (output.embedding_map.defined()) visit("embedding map", std::string(), output.embedding_map);
  for (auto& [name, map] : output.features) visit("features", name, map);
  for (auto& [name, map] : output.preactivations) visit("preactivations", name, map);
  for (auto& [name, logits] : output.exits) visit("exits", name, logits);
}

/// The last layer of a network: logits = embedding * weight^T + bias.
struct Classifier {
  torch::Tensor weight = {};  ///< [K, D]; undefined: the network has no such layer, or does not tell
  torch::Tensor bias = {};    ///< [K]; undefined: none
};

/// What a batch norm multiplies its normalised channels by and adds to them, [C] each.
struct NormAffine {
  torch::Tensor scale, shift;
};

class Model : public torch::nn::Module {
 public:
  /// Runs the network. `images` is [N, C, H, W] float, normalised, on this module's device. train()/eval(), the device and
  /// the memory format are the host's business; do not change them here.
  virtual ModelOutput forward(const torch::Tensor& images) = 0;

  /// (optional) Names of the feature maps, shallow to deep; forward() returns exactly these keys. Default: none.
  virtual std::vector<std::string> feature_names() const { return {}; }

  /// (optional) Names of the auxiliary exits, shallow to deep: classifiers on earlier layers, whose logits forward() returns
  /// under exactly these keys. The host measures each beside the network itself; losses may teach them or learn from them. Their
  /// parameters count as the network's. Default: none.
  virtual std::vector<std::string> exit_names() const { return {}; }

  /// (optional) The layer that makes ModelOutput::logits of ModelOutput::embedding: the parameters themselves, so that gradients
  /// reach them. Losses that compute with a classifier decline a network without one. Default: none.
  virtual Classifier classifier() const { return {}; }

  /// (optional) By name of a feature map, the batch norm whose output is ModelOutput::preactivations of that name, or the last
  /// one added into it. Default: none.
  virtual std::map<std::string, NormAffine, std::less<>> feature_norms() const { return {}; }
};

}  // namespace kdbench
