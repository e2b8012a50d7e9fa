// ReviewKD: the student's maps, each fused with all deeper ones, are compared with the teacher's at several resolutions.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <algorithm>

namespace {

namespace em = kdbench::embeddings;
namespace fm = kdbench::feature_maps;
namespace nn = torch::nn;
using kdbench::FeatureShape;
using torch::Tensor;

Tensor resized(const Tensor& map, std::int64_t height, std::int64_t width) {
  if (map.size(2) == height && map.size(3) == width) return map;
  return at::upsample_nearest2d(map, at::IntArrayRef{height, width});
}

/// Mean squares of the maps and of what they are pooled to, 4 x 4, 2 x 2 and 1 x 1 where that is smaller, each with half the
/// weight of the one before.
Tensor hierarchical_distance(const Tensor& student, const Tensor& teacher) {
  auto sum = at::mse_loss(student, teacher);
  double part = 1, parts = 1;
  for (const std::int64_t side : {4, 2, 1}) {
    if (side >= student.size(2)) continue;
    part /= 2;
    parts += part;
    const auto pooled = [side](const Tensor& map) { return at::adaptive_avg_pool2d(map, {side, side}); };
    sum = sum + part * at::mse_loss(pooled(student), pooled(teacher));
  }
  return sum / parts;
}

/// A convolution without bias, from a uniform distribution by its fan in, and batch norm.
class ConvNorm : public nn::Module {
 public:
  ConvNorm(std::int64_t in, std::int64_t out, std::int64_t kernel)
      : conv_(register_module("conv", nn::Conv2d(nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false)))),
        norm_(register_module("bn", nn::BatchNorm2d(out))) {
    nn::init::kaiming_uniform_(conv_->weight, /*a=*/1);
  }
  Tensor forward(const Tensor& map) {
    const auto made = conv_(map);
    kdbench::connectors::expect_variance(made, "fusion");
    return norm_(made);
  }

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
};

/// Attention-based fusion of one map of the student with what was made of all deeper ones.
class Fusion : public nn::Module {
 public:
  Fusion(const FeatureShape& student, const FeatureShape& teacher, std::int64_t mid, bool is_deepest)
      : teacher_(teacher),
        reduce_(register_module("reduce", std::make_shared<ConvNorm>(student.channels, mid, 1))),
        lead_(register_module("lead", std::make_shared<ConvNorm>(mid, teacher.channels, 3))) {
    if (!is_deepest) attend_ = register_module("attend", nn::Conv2d(nn::Conv2dOptions(2 * mid, 2, 1)));
  }

  /// What is compared with the teacher's map, and what the next shallower map is fused with.
  struct Fused {
    Tensor output, residual;
  };
  Fused forward(const Tensor& map, const Tensor& deeper) {
    auto x = reduce_->forward(map);
    if (attend_) {
      const auto y = resized(deeper, x.size(2), x.size(3));
      const auto shares = attend_(at::cat({x, y}, 1)).sigmoid();
      x = x * shares.narrow(1, 0, 1) + y * shares.narrow(1, 1, 1);
    }
    x = resized(x, teacher_.height, teacher_.width);
    return {lead_->forward(x), x};
  }

 private:
  FeatureShape teacher_;
  std::shared_ptr<ConvNorm> reduce_, lead_;
  nn::Conv2d attend_{nullptr};
};

class KnowledgeReview final : public kdbench::Loss {
 public:
  struct Options {
    bool fusion = true;
    std::int64_t max_mid_channels = 512;
    double weight = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("fusion", &Options::fusion,
          "Fuse maps with deeper ones and compare embeddings, too; false: maps as they are, f1, f2, ...")
        .add("max_mid_channels", &Options::max_mid_channels,
             "Channels in which maps are fused: the student's embedding, at most these.", {.min = 1})
        .add("weight", &Options::weight, "Factor of the term.", {.min = 0.0});
  }

  KnowledgeReview(Options options, const kdbench::LossContext& context)
      : options_(options), pairs_(stages(options, context).pairs) {
    if (!options_.fusion) return;
    const auto mid = std::min(options_.max_mid_channels, context.student_embedding);
    const auto add = [&](const std::string& name, const FeatureShape& s, const FeatureShape& t, bool is_deepest) {
      fusions_.push_back(register_module(name, std::make_shared<Fusion>(s, t, mid, is_deepest)));
    };
    for (const auto& [s, t] : pairs_) add(s.name, s, t, false);
    add("embedding", {"", context.student_embedding, 1, 1}, {"", context.teacher_embedding, 1, 1}, true);
  }

  static kdbench::LossNeeds needs(const Options& options, const kdbench::LossContext&) {
    return {
        .teacher_features = true, .teacher_embedding = options.fusion, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options& options, const kdbench::LossContext& context) {
    return stages(options, context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    return kdbench::LossTerms{{"review", options_.weight * (options_.fusion ? of_fused(in) : of_maps(in))}};
  }

 private:
  fm::MapPair maps_of(const kdbench::LossInputs& in, const fm::StagePair& pair) const {
    return {fm::map_of(in.student.features, pair.student.name, "reviewkd", "student"),
            fm::preactivation_of(in.teacher.preactivations, pair.teacher.name, "reviewkd", "teacher")};
  }

  Tensor of_maps(const kdbench::LossInputs& in) const {
    return fm::sum_over(pairs_, [&](const fm::StagePair& pair) {
      const auto maps = maps_of(in, pair);
      return hierarchical_distance(maps.student, maps.teacher);
    });
  }

  /// From the embeddings, as maps of 1 x 1, to the shallowest pair.
  Tensor of_fused(const kdbench::LossInputs& in) {
    const auto embeddings = em::embeddings_of(in, "reviewkd");
    const auto as_map = [](const Tensor& embedding) { return embedding.unsqueeze(2).unsqueeze(3); };
    auto fused = fusions_.back()->forward(as_map(embeddings.student), {});
    auto sum = hierarchical_distance(fused.output, as_map(embeddings.teacher));
    for (auto i = pairs_.size(); i-- > 0;) {
      const auto maps = maps_of(in, pairs_[i]);
      fused = fusions_[i]->forward(maps.student, fused.residual);
      sum = sum + hierarchical_distance(fused.output, maps.teacher);
    }
    return sum;
  }

  static fm::StagePairs stages(const Options& options, const kdbench::LossContext& context) {
    auto found = fm::pair_stages(context, fm::Stages::kAfterStem);
    if (!found.reason.empty()) return found;
    if (options.fusion) {
      const auto why = em::why_none(context);
      return why ? fm::StagePairs{{}, *why} : found;
    }
    for (const auto& [s, t] : found.pairs) {
      if (fm::have_one_shape(s, t)) continue;
      return {{},
              "fusion = false compares maps of one shape, found the student's " + fm::to_text(s) + " and the teacher's " +
                  fm::to_text(t) + "; set fusion = true"};
    }
    return found;
  }

  Options options_;
  std::vector<fm::StagePair> pairs_;
  std::vector<std::shared_ptr<Fusion>> fusions_;  ///< by pair, and the embedding's
};

}  // namespace

KDBENCH_PLUGIN("reviewkd", "0.1.0", r) {
  r.loss<KnowledgeReview>(
      "reviewkd", {.summary = "Knowledge review: maps fused with all deeper ones, compared at several resolutions.",
                   .formula = "weight * sum_stages [mse + 1/2 mse_4x4 + 1/4 mse_2x2 + 1/8 mse_1x1] / (sum of the weights used), "
                              "between the student's fused maps and the teacher's before the activation",
                   .source = "Chen, Liu, Zhao, Jia 2021, Distilling Knowledge via Knowledge Review, sec. 3"});
}
