#include <kdbench/plan/cost/probe.h>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/Storage.h>
#include <torch/types.h>

#include <algorithm>
#include <ctime>
#include <map>

namespace kdbench::inline plan {
namespace {

/// CPU time of this thread, so that other work on the machine does not make a model look dear.
double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double seconds_of(Model& model, const torch::Tensor& images) {
  const auto begin = thread_seconds();
  model.forward(images);
  return thread_seconds() - begin;
}

/// Storages that operators made, kept so that no address comes twice. Feature maps alone would not tell a deep network from a
/// shallow one of the same widths.
using Storages = std::map<const void*, c10::Storage>;
thread_local Storages* made = nullptr;

std::unique_ptr<at::ObserverContext> on_start(const at::RecordFunction&) { return nullptr; }

void on_end(const at::RecordFunction& function, at::ObserverContext*) {
  for (const auto& value : function.outputs()) {
    if (!value.isTensor() || !value.toTensor().defined() || !value.toTensor().has_storage()) continue;
    const auto storage = value.toTensor().storage();
    made->emplace(storage.unsafeGetStorageImpl(), storage);
  }
}

/// Runs the model and returns the bytes of everything it made; views and in-place results count once, weights not at all.
double bytes_made(Model& model, const torch::Tensor& images, ModelOutput& output) {
  Storages storages;
  made = &storages;
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(&on_start, &on_end).needsOutputs(true));
  try {
    output = model.forward(images);
  } catch (...) {
    at::removeCallback(handle);
    throw;
  }
  at::removeCallback(handle);
  for (const auto& p : model.parameters()) storages.erase(p.storage().unsafeGetStorageImpl());
  for (const auto& b : model.buffers()) storages.erase(b.storage().unsafeGetStorageImpl());
  storages.erase(images.storage().unsafeGetStorageImpl());
  double total = 0;
  for (const auto& [key, storage] : storages) total += static_cast<double>(storage.nbytes());
  return total;
}

/// One intra-op thread while it lives, as every student is trained.
class OneThread {
 public:
  OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }

 private:
  int before_;
};

FeatureShape shape_of(const std::string& name, const torch::Tensor& map) {
  const auto size = [&](std::int64_t d) { return d < map.dim() ? map.size(d) : 1; };
  return {name, size(1), size(2), size(3)};
}

torch::Tensor constant(const torch::Tensor& parameter) { return parameter.defined() ? parameter.detach() : parameter; }

NormAffine constant(const NormAffine& norm) { return {constant(norm.scale), constant(norm.shift)}; }

}  // namespace

ModelFacts probe_model(const ModelEntry& entry, const ParamValues& params, const ModelContext& context) {
  torch::NoGradGuard no_grad;
  const OneThread one_thread;
  constexpr std::int64_t kBatch = 16;
  auto model = entry.create(params, context);
  model->eval();
  for (auto& p : model->parameters()) {
    if (p.dim() == 4) p.set_data(p.contiguous(at::MemoryFormat::ChannelsLast));
  }
  const auto images = torch::zeros({kBatch, context.image.channels, context.image.height, context.image.width})
                          .contiguous(at::MemoryFormat::ChannelsLast);
  ModelOutput output;
  ModelFacts facts;
  facts.activation_bytes = bytes_made(*model, images, output) / kBatch;
  for (const auto& p : model->parameters()) facts.num_params += p.requires_grad() ? p.numel() : 0;
  for (const auto& name : model->feature_names()) {
    const auto it = output.features.find(name);
    if (it == output.features.end())
      throw Error("model '" + entry.name + "' lists feature map '" + name + "' but does not return it");
    facts.features.push_back(shape_of(name, it->second));
  }
  facts.exits = model->exit_names();
  for (const auto& name : facts.exits) {
    const auto it = output.exits.find(name);
    if (it == output.exits.end() || !it->second.defined() || it->second.sizes() != output.logits.sizes())
      throw Error("model '" + entry.name + "' lists exit '" + name +
                  "' but does not return logits of the network's shape for it");
  }
  const auto norms = model->feature_norms();
  for (auto& map : facts.features) {
    if (const auto norm = norms.find(map.name); norm != norms.end()) map.norm = constant(norm->second);
  }
  if (output.embedding.defined()) facts.embedding = output.embedding.size(1);
  if (output.embedding_map.defined()) facts.embedding_map = shape_of("embedding map", output.embedding_map);
  const auto classifier = model->classifier();
  facts.classifier = {constant(classifier.weight), constant(classifier.bias)};
  if (!output.logits.defined() || output.logits.dim() != 2)
    throw Error("model '" + entry.name + "' does not return logits of shape [N, K]");
  facts.num_logits = output.logits.size(1);
  facts.forward_s = std::min(seconds_of(*model, images), seconds_of(*model, images)) / kBatch;
  return facts;
}

}  // namespace kdbench::inline plan
