// Conformance of models.
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/conformance/conformance.h>
#include <kdbench/worker/watch/autograd_leaves.h>
#include <kdbench/worker/watch/host_state.h>

#include <ATen/ops/allclose.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>

#include <fmt/format.h>

#include <set>

namespace kdbench::inline worker {
namespace {

constexpr std::int64_t kBatch = 4;
constexpr std::uint64_t kModelSeed = 7;

std::shared_ptr<Model> build(const ModelEntry& entry, const ModelContext& context) {
  at::manual_seed(kModelSeed);
  return entry.create(resolve_params(entry.params, {}), context);
}

torch::Tensor images_for(const ModelContext& context) {
  at::manual_seed(kModelSeed + 1);
  return at::randn({kBatch, context.image.channels, context.image.height, context.image.width});
}

/// Every parameter and buffer by name, copied.
std::vector<std::pair<std::string, torch::Tensor>> state_of(const Model& model) {
  std::vector<std::pair<std::string, torch::Tensor>> state;
  for (const auto& item : model.named_parameters()) state.emplace_back(item.key(), item.value().detach().clone());
  for (const auto& item : model.named_buffers()) state.emplace_back(item.key(), item.value().detach().clone());
  return state;
}

void require_same_state(const Model& model, const std::vector<std::pair<std::string, torch::Tensor>>& before,
                        const std::string& complaint) {
  const auto now = state_of(model);
  require(now.size() == before.size(), complaint + ": the number of entries");
  for (std::size_t i = 0; i < now.size(); ++i) {
    require(now[i].first == before[i].first && now[i].second.equal(before[i].second), complaint + ": " + before[i].first);
  }
}

void check_exits(const Model& model, const ModelOutput& out) {
  const auto names = model.exit_names();
  const std::set<std::string> wanted(names.begin(), names.end());
  require(wanted.size() == names.size(), "an exit stands twice in exit_names()");
  for (const auto& name : names) require(out.exits.contains(name), "forward() does not return the exit '" + name + "'");
  for (const auto& [name, logits] : out.exits) {
    require(wanted.contains(name), "forward() returns an exit '" + name + "' that exit_names() does not list");
    require(logits.sizes() == out.logits.sizes() && at::isfinite(logits).all().item<bool>(),
            "exit '" + name + "' is not finite logits of the network's own shape");
  }
}

void check_embedding_map(const ModelOutput& out) {
  if (!out.embedding_map.defined()) return;
  require(out.embedding.defined() && out.embedding_map.dim() == 4, "the embedding map is not [N, D, H, W], or without embedding");
  require(at::allclose(out.embedding_map.mean({2, 3}), out.embedding, 1e-4, 1e-5),
          "the mean of the embedding map over height and width is not the embedding");
}

void check_classifier(const Model& model, const ModelOutput& out) {
  const auto classifier = model.classifier();
  if (!classifier.weight.defined()) return;
  require(out.embedding.defined(), "there is a classifier() and no embedding");
  const auto logits = at::linear(out.embedding, classifier.weight, classifier.bias);
  require(at::allclose(logits, out.logits, 1e-4, 1e-5), "classifier() makes other logits of the embedding than forward()");
}

void check_norms(const Model& model, const ModelOutput& out) {
  for (const auto& [name, norm] : model.feature_norms()) {
    const auto map = out.preactivations.find(name);
    require(map != out.preactivations.end(), "feature_norms() has '" + name + "', which has no preactivation");
    for (const auto& tensor : {norm.scale, norm.shift}) {
      require(tensor.defined() && tensor.dim() == 1 && tensor.size(0) == map->second.size(1),
              "the batch norm of '" + name + "' is not that of as many channels");
    }
  }
}

std::string check_shapes(const ModelEntry& entry, const ModelContext& context) {
  torch::NoGradGuard no_grad;
  auto model = build(entry, context);
  model->eval();
  const auto out = model->forward(images_for(context));
  require(out.logits.defined() && out.logits.sizes() == at::IntArrayRef({kBatch, context.num_classes}),
          fmt::format("expected logits of [{}, {}]", kBatch, context.num_classes));
  require(out.logits.is_floating_point() && at::isfinite(out.logits).all().item<bool>(), "logits are not finite");
  const auto names = model->feature_names();
  const std::set<std::string> wanted(names.begin(), names.end());
  require(wanted.size() == names.size(), "a feature name stands twice in feature_names()");
  for (const auto& [name, map] : out.features) {
    require(wanted.contains(name), "forward() returns a map '" + name + "' that feature_names() does not list");
    require(map.dim() == 4 && map.size(0) == kBatch, "feature map '" + name + "' is not [N, C, H, W]");
  }
  for (const auto& name : names) require(out.features.contains(name), "forward() does not return '" + name + "'");
  for (const auto& [name, map] : out.preactivations) {
    require(wanted.contains(name), "preactivation '" + name + "' is no feature map");
    require(map.sizes() == out.features.at(name).sizes(), "preactivation '" + name + "' differs from its map in shape");
  }
  check_exits(*model, out);
  if (out.embedding.defined())
    require(out.embedding.dim() == 2 && out.embedding.size(0) == kBatch, "the embedding is not [N, D]");
  check_embedding_map(out);
  check_classifier(*model, out);
  check_norms(*model, out);
  return {};
}

std::string check_eval(Model& model, const torch::Tensor& images) {
  torch::NoGradGuard no_grad;
  model.eval();
  const auto before = state_of(model);
  const auto first = model.forward(images).logits;
  require_same_state(model, before, "a forward pass in eval mode changes the state");
  require(first.equal(model.forward(images).logits), "two forward passes in eval mode differ");
  const auto alone = model.forward(images.narrow(0, 0, 1)).logits;
  require(at::allclose(alone, first.narrow(0, 0, 1), 1e-3, 1e-4), "an image's logits depend on the rest of the batch");
  return {};
}

std::string check_layout(Model& model, const torch::Tensor& images) {
  torch::NoGradGuard no_grad;
  model.eval();
  const auto plain = model.forward(images).logits;
  const auto last = model.forward(images.contiguous(at::MemoryFormat::ChannelsLast)).logits;
  require(at::allclose(plain, last, 1e-3, 1e-4),
          fmt::format("logits differ by {:.1e}", (plain - last).abs().max().item<double>()));
  return {};
}

std::string check_gradient(Model& model, const torch::Tensor& images, std::int64_t num_classes) {
  model.train();
  model.zero_grad();
  const auto labels = at::randint(num_classes, {kBatch}, torch::kInt64);
  const auto out = model.forward(images);
  auto loss = at::cross_entropy_loss(out.logits, labels);
  for (const auto& [name, logits] : out.exits) loss = loss + at::cross_entropy_loss(logits, labels);
  loss.backward();
  std::int64_t count = 0;
  for (const auto& item : model.named_parameters()) {
    const auto& grad = item.value().grad();
    require(grad.defined(), "no gradient reaches " + item.key());
    require(at::isfinite(grad).all().item<bool>(), "the gradient of " + item.key() + " is not finite");
    count += item.value().numel();
  }
  require(count > 0, "the model has no parameters");
  return fmt::format("{} parameters", count);
}

std::string check_names(const Model& model) {
  std::set<const void*> seen;
  for (const auto* kind : {"parameter", "buffer"}) {
    const auto dict = kind == std::string("parameter") ? model.named_parameters() : model.named_buffers();
    for (const auto& item : dict) {
      require(seen.insert(item.value().unsafeGetTensorImpl()).second,
              std::string(kind) + " " + item.key() + " is registered twice");
    }
  }
  return {};
}

std::string check_registered_weights(Model& model, const torch::Tensor& images) {
  model.train();
  std::set<const void*> known;
  for (const auto& parameter : model.parameters()) known.insert(parameter.unsafeGetTensorImpl());
  const auto out = model.forward(images);
  auto outputs = out.exits;
  outputs[""] = out.logits;
  for (const auto& [name, logits] : outputs) {
    for (const auto& leaf : autograd_leaves(logits)) {
      require(
          known.contains(leaf.unsafeGetTensorImpl()),
          fmt::format("a tensor of [{}] takes a gradient and is no registered parameter", fmt::join(leaf.sizes().vec(), ", ")));
    }
  }
  return {};
}

/// Draws are allowed in train mode, as dropout makes them.
std::string check_model_and_host(Model& model, const torch::Tensor& images) {
  for (const bool training : {true, false}) {
    model.train(training);
    const auto before = HostState::now();
    const auto seen = images.clone();
    model.forward(seen);
    const auto changed = before.changed_in(HostState::now(), training ? Draws::kAllowed : Draws::kCount);
    before.restore();
    require(changed.empty(), changed);
    require(seen.equal(images), "the model overwrites its images");
    require(model.is_training() == training, training ? "the model left train mode" : "the model left eval mode");
  }
  return {};
}

}  // namespace

void check_model(const ModelEntry& entry, const Report& report) {
  const Checker checker("model " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  const ModelContext colour{.num_classes = 10, .image = {3, 32, 32}};
  const ModelContext grey{.num_classes = 100, .image = {1, 20, 24}};
  checker.run({"returns what it lists, 10 classes, 3 x 32 x 32",
               "return exactly the maps of feature_names(), each [N, C, H, W], and logits of [N, num_classes], for any image and "
               "number of classes"},
              [&] { return check_shapes(entry, colour); });
  checker.run({"returns what it lists, 100 classes, 1 x 20 x 24",
               "return exactly the maps of feature_names(), each [N, C, H, W], and logits of [N, num_classes], for any image and "
               "number of classes"},
              [&] { return check_shapes(entry, grey); });
  std::shared_ptr<Model> model;
  checker.run({"builds the same weights from the same seed",
               "draw initial weights from libtorch's default generator, which the host seeds, and from nothing else"},
              [&] {
                model = build(entry, colour);
                require_same_state(*build(entry, colour), state_of(*model), "a second build differs");
                return std::string();
              });
  if (!model) return;
  const auto images = images_for(colour);
  checker.run(
      {"registers every tensor that it trains", "make it by register_module() or register_parameter() in the constructor"},
      [&] { return check_registered_weights(*model, images); });
  checker.run({"leaves the host as it was", "use guards of a scope, work on copies of the images, and draw in train mode alone"},
              [&] { return check_model_and_host(*model, images); });
  checker.run({"names every parameter and buffer once", "register each tensor under one name"},
              [&] { return check_names(*model); });
  checker.run(
      {"changes nothing in eval mode", "update buffers and look at other images in train mode alone: if (is_training()) ..."},
      [&] { return check_eval(*model, images); });
  checker.run({"gives the same logits for channels-last images",
               "use reshape() or flatten() instead of view(), and no strides of your own"},
              [&] { return check_layout(*model, images); });
  checker.run({"sends a gradient to every parameter", "use every parameter in forward(), or do not register it"},
              [&] { return check_gradient(*model, images, colour.num_classes); });
  checker.run({"goes back to eval mode", "keep nothing of the training pass but buffers"},
              [&] { return check_eval(*model, images); });
}

}  // namespace kdbench::inline worker
