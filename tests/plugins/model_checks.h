/// What the tests of the model plugins share: building by name, counting, listing keys, shapes, and what holds for every network.
#pragma once
#include "built_plugins.h"

#include <kdbench/registry/check_params.h>

#include <ATen/Context.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/randn.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace kdbench::test {

inline std::shared_ptr<Model> build_model(const std::string& name, const ParamValues& params, std::int64_t num_classes,
                                          ImageShape image = {3, 32, 32}) {
  const auto& entry = built_plugins().models.at(name);
  at::manual_seed(3);
  return entry.create(resolve_params(entry.params, params), {num_classes, image});
}

inline std::int64_t count_params(const Model& model) {
  std::int64_t count = 0;
  for (const auto& p : model.parameters()) count += p.numel();
  return count;
}

/// Parameters of a network of depth and width, of one line of a published table.
struct PublishedSize {
  std::int64_t depth, width, classes, params;
};

inline ParamValues depth_and_width(std::int64_t depth, std::int64_t width) { return {{"depth", depth}, {"width", width}}; }

/// A list of state-dict keys, written by rule.
class Keys {
 public:
  Keys& weight(const std::string& prefix) { return add(prefix + ".weight"); }
  Keys& weight_and_bias(const std::string& prefix) { return weight(prefix).add(prefix + ".bias"); }
  Keys& norm(const std::string& prefix) {
    for (const auto* tail : {".running_mean", ".running_var", ".num_batches_tracked"}) add(prefix + tail);
    return weight_and_bias(prefix);
  }
  std::vector<std::string> sorted() const {
    auto all = names_;
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  Keys& add(const std::string& name) {
    names_.push_back(name);
    return *this;
  }
  std::vector<std::string> names_;
};

/// The keys that a checkpoint of `model` has, sorted.
inline std::vector<std::string> keys_of(const Model& model) {
  std::vector<std::string> names;
  for (const auto& item : model.named_parameters()) names.push_back(item.key());
  for (const auto& item : model.named_buffers()) names.push_back(item.key());
  std::sort(names.begin(), names.end());
  return names;
}

inline void to_channels_last(torch::nn::Module& module) {
  torch::NoGradGuard no_grad;
  for (auto& p : module.parameters()) {
    if (p.dim() == 4) p.set_data(p.contiguous(at::MemoryFormat::ChannelsLast));
  }
}

inline torch::Tensor random_images(std::int64_t n, ImageShape image) {
  at::manual_seed(4);
  return at::randn({n, image.channels, image.height, image.width});
}

/// Feature maps of one image, then which have a pre-activation, then the embedding: "f0 16x32x32, f1 16x32x32*; 16", where *
/// says that the map has a pre-activation of the same shape.
inline std::string shapes(const std::string& name, const ParamValues& params, ImageShape image) {
  torch::NoGradGuard no_grad;
  auto model = build_model(name, params, 10, image);
  model->eval();
  const auto out = model->forward(random_images(1, image));
  std::string text;
  for (const auto& map_name : model->feature_names()) {
    const auto& map = out.features.at(map_name);
    text += (text.empty() ? "" : ", ") + map_name + " " + std::to_string(map.size(1)) + "x" + std::to_string(map.size(2)) + "x" +
            std::to_string(map.size(3));
    if (const auto it = out.preactivations.find(map_name); it != out.preactivations.end()) {
      text += it->second.sizes() == map.sizes() ? "*" : "?";
    }
  }
  return text + "; " + std::to_string(out.embedding.size(1));
}

/// An image's logits in eval mode do not depend on the rest of its batch or on the memory format. `small` needs no colour.
inline void expect_same_logits_alone_and_channels_last(const std::string& name, const ParamValues& params, ImageShape small) {
  torch::NoGradGuard no_grad;
  auto model = build_model(name, params, 10, small);
  model->eval();
  const auto images = random_images(3, small);
  const auto together = model->forward(images).logits;
  EXPECT_EQ(together.sizes(), at::IntArrayRef({3, 10}));
  EXPECT_TRUE(at::allclose(model->forward(images.narrow(0, 1, 1)).logits, together.narrow(0, 1, 1), 1e-3, 1e-4)) << name;
  to_channels_last(*model);
  const auto last = model->forward(images.contiguous(at::MemoryFormat::ChannelsLast)).logits;
  EXPECT_TRUE(at::allclose(last, together, 1e-3, 1e-4)) << name << ": " << (last - together).abs().max().item<double>();
}

/// One step's forward and backward pass in train mode and channels_last: every parameter gets a finite gradient, every batch norm
/// sees the batch exactly once, each pre-activation has negative values, and each map is the ReLU of it where `relu_maps` says
/// so.
inline void expect_trains_and_updates_each_norm_once(const std::string& name, const ParamValues& params, ImageShape small,
                                                     bool relu_maps = true) {
  auto model = build_model(name, params, 10, small);
  to_channels_last(*model);
  model->train();
  const auto out = model->forward(random_images(4, small).contiguous(at::MemoryFormat::ChannelsLast));
  for (const auto& [map, before] : out.preactivations) {
    EXPECT_LT(before.min().item<float>(), 0) << name << ": " << map << " is handed out after its activation";
    if (relu_maps) {
      EXPECT_TRUE(before.relu().equal(out.features.at(map))) << name << ": " << map;
    }
  }
  // The maps take part, so that overwriting one that was handed out would be an error of autograd's.
  auto loss = out.logits.square().sum();
  for (const auto& [map, value] : out.features) loss = loss + value.square().mean();
  for (const auto& [map, value] : out.preactivations) loss = loss + value.square().mean();
  loss.backward();
  for (const auto& item : model->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << name << ": " << item.key();
    EXPECT_TRUE(at::isfinite(item.value().grad()).all().item<bool>()) << name << ": " << item.key();
  }
  for (const auto& item : model->named_buffers()) {
    if (!item.key().ends_with("num_batches_tracked")) continue;
    EXPECT_EQ(item.value().item<std::int64_t>(), 1) << name << ": " << item.key();
  }
}

/// What a model says to parameters or an image that it cannot work with.
inline std::string refusal(const std::string& name, const ParamValues& params, ImageShape image = {3, 32, 32}) {
  try {
    build_model(name, params, 10, image);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace kdbench::test
