#include <kdbench/plan/probe.h>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/MemoryFormat.h>
#include <torch/types.h>

#include <algorithm>
#include <chrono>

namespace kdbench {
namespace {

double seconds_of(Model& model, const torch::Tensor& images) {
  const auto begin = std::chrono::steady_clock::now();
  model.forward(images);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

FeatureShape shape_of(const std::string& name, const torch::Tensor& map) {
  const auto size = [&](std::int64_t d) { return d < map.dim() ? map.size(d) : 1; };
  return {name, size(1), size(2), size(3)};
}

}  // namespace

ModelFacts probe_model(const ModelEntry& entry, const ParamValues& params, const ModelContext& context) {
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kBatch = 2;
  auto model = entry.create(params, context);
  model->eval();
  const auto images = torch::zeros({kBatch, context.image.channels, context.image.height, context.image.width});
  const auto output = model->forward(images);
  ModelFacts facts;
  for (const auto& p : model->parameters()) facts.num_params += p.requires_grad() ? p.numel() : 0;
  for (const auto& name : model->feature_names()) {
    const auto it = output.features.find(name);
    if (it == output.features.end()) throw Error("model '" + entry.name + "' lists feature map '" + name + "' but does not return it");
    facts.features.push_back(shape_of(name, it->second));
    facts.activation_bytes += static_cast<double>(it->second.nbytes()) / kBatch;
  }
  if (output.embedding.defined()) facts.embedding = output.embedding.size(1);
  if (!output.logits.defined() || output.logits.dim() != 2) throw Error("model '" + entry.name + "' does not return logits of shape [N, K]");
  facts.num_logits = output.logits.size(1);
  facts.forward_s = std::min(seconds_of(*model, images), seconds_of(*model, images)) / kBatch;
  return facts;
}

}  // namespace kdbench
