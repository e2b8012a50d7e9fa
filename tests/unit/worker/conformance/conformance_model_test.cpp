// The suite catches models that are wrong, one mistake each.
#include "collected.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/nn/modules/linear.h>

#include <gtest/gtest.h>

#include <memory>

namespace kdbench {
namespace {

using test::Collected;

enum class Mistake {
  kNone,
  kOneClassTooMany,
  kUnlistedMap,
  kMissingMap,
  kOtherPreactivation,
  kCountsInEvalMode,
  kSeesTheBatch,
  kUnusedParameter,
  kRegisteredTwice,
  kNotRegistered,
  kOverwritesImages,
  kTurnsGradientsOff,
  kOtherEmbeddingMap,
  kOtherClassifier,
  kNormOfAnotherMap
};

/// A linear network of the channels' means, whose one feature map is the image, with a mistake.
class Net final : public Model {
 public:
  Net(const ModelContext& context, Mistake mistake)
      : mistake_(mistake), fc_(context.image.channels, context.num_classes + (mistake == Mistake::kOneClassTooMany ? 1 : 0)) {
    if (mistake != Mistake::kNotRegistered) register_module("fc", fc_);
    calls_ = register_buffer("calls", at::zeros({1}));
    if (mistake == Mistake::kUnusedParameter) register_parameter("unused", at::ones({2}));
    if (mistake == Mistake::kRegisteredTwice) register_parameter("again", fc_->weight);
  }

  ModelOutput forward(const torch::Tensor& images) override {
    ModelOutput out;
    if (mistake_ == Mistake::kOverwritesImages) torch::Tensor(images).mul_(0.5);
    if (mistake_ == Mistake::kTurnsGradientsOff) c10::GradMode::set_enabled(false);
    if (mistake_ == Mistake::kCountsInEvalMode) calls_.add_(1);
    out.embedding = images.mean({2, 3});
    out.embedding_map = mistake_ == Mistake::kOtherEmbeddingMap ? images.relu() : images;
    if (mistake_ == Mistake::kSeesTheBatch) {
      out.embedding = out.embedding - out.embedding.mean(0, true);
      out.embedding_map = torch::Tensor();
    }
    out.logits = fc_(out.embedding);
    if (mistake_ != Mistake::kMissingMap) out.features["f0"] = images.relu();
    if (mistake_ == Mistake::kUnlistedMap) out.features["f1"] = images;
    out.preactivations["f0"] = mistake_ == Mistake::kOtherPreactivation ? images.narrow(2, 0, 1) : images;
    if (mistake_ == Mistake::kMissingMap) out.preactivations.clear();
    return out;
  }

  std::vector<std::string> feature_names() const override { return {"f0"}; }
  Classifier classifier() const override {
    return {fc_->weight, mistake_ == Mistake::kOtherClassifier ? torch::Tensor() : fc_->bias};
  }
  std::map<std::string, NormAffine, std::less<>> feature_norms() const override {
    const auto channel = fc_->weight[0];  // as many numbers as channels
    return {{mistake_ == Mistake::kNormOfAnotherMap ? "f7" : "f0", {channel, channel}}};
  }

 private:
  Mistake mistake_;
  torch::nn::Linear fc_;
  torch::Tensor calls_;
};

Collected checks_of(Mistake mistake) {
  Collected collected;
  check_model(
      {.name = "x",
       .about = {.summary = "A model."},
       .params = {},
       .create = [mistake](const ParamValues&, const ModelContext& context) { return std::make_shared<Net>(context, mistake); }},
      collected.report());
  return collected;
}

const std::string kShapes = "returns what it lists, 10 classes, 3 x 32 x 32", kEval = "changes nothing in eval mode";

TEST(CheckModel, PassesAModelThatIsRight) {
  const auto checks = checks_of(Mistake::kNone);
  checks.expect_all_pass();
  EXPECT_EQ(checks.checks.size(), 13u);                     // 3 of declarations, and 10 of the model
  EXPECT_EQ(checks.checks.at(11).detail, "40 parameters");  // (3 + 1) 10
}

TEST(CheckModel, CatchesLogitsOfAnotherShape) {
  EXPECT_EQ(checks_of(Mistake::kOneClassTooMany).finding(kShapes), "expected logits of [4, 10]");
}

TEST(CheckModel, CatchesMapsThatAreNotThoseItLists) {
  EXPECT_EQ(checks_of(Mistake::kUnlistedMap).finding(kShapes), "forward() returns a map 'f1' that feature_names() does not list");
  EXPECT_EQ(checks_of(Mistake::kMissingMap).finding(kShapes), "forward() does not return 'f0'");
  EXPECT_EQ(checks_of(Mistake::kOtherPreactivation).finding(kShapes), "preactivation 'f0' differs from its map in shape");
}

TEST(CheckModel, CatchesAClassifierAndAMapThatAreNotTheNetworks) {
  EXPECT_EQ(checks_of(Mistake::kOtherEmbeddingMap).finding(kShapes),
            "the mean of the embedding map over height and width is not the embedding");
  EXPECT_EQ(checks_of(Mistake::kOtherClassifier).finding(kShapes),
            "classifier() makes other logits of the embedding than forward()");
  EXPECT_EQ(checks_of(Mistake::kNormOfAnotherMap).finding(kShapes), "feature_norms() has 'f7', which has no preactivation");
}

TEST(CheckModel, CatchesAnEvaluationThatLeavesTraces) {
  EXPECT_EQ(checks_of(Mistake::kCountsInEvalMode).finding(kEval), "a forward pass in eval mode changes the state: calls");
  EXPECT_EQ(checks_of(Mistake::kSeesTheBatch).finding(kEval), "an image's logits depend on the rest of the batch");
}

TEST(CheckModel, CatchesParametersThatNothingReachesOrThatCountTwice) {
  EXPECT_EQ(checks_of(Mistake::kUnusedParameter).finding("sends a gradient to every parameter"), "no gradient reaches unused");
  EXPECT_EQ(checks_of(Mistake::kRegisteredTwice).finding("names every parameter and buffer once"),
            "parameter fc.weight is registered twice");
}

TEST(CheckModel, CatchesATensorThatIsTrainedAndUnknown) {
  const auto found = checks_of(Mistake::kNotRegistered).finding("registers every tensor that it trains");
  EXPECT_TRUE(found.ends_with("takes a gradient and is no registered parameter")) << found;
}

TEST(CheckModel, CatchesWhatItDoesToTheHost) {
  const std::string name = "leaves the host as it was";
  EXPECT_EQ(checks_of(Mistake::kOverwritesImages).finding(name), "the model overwrites its images");
  EXPECT_EQ(checks_of(Mistake::kTurnsGradientsOff).finding(name),
            "changes whether gradients are recorded (GradMode; NoGradGuard puts it back by itself)");
}

TEST(CheckModel, StopsAtAModelThatCannotBeBuilt) {
  Collected collected;
  check_model(
      {.name = "x",
       .about = {.summary = "A model."},
       .params = {},
       .create = [](const ParamValues&, const ModelContext&) -> std::shared_ptr<Model> { throw Error("depth must be 6n + 2"); }},
      collected.report());
  EXPECT_EQ(collected.finding("builds the same weights from the same seed"), "depth must be 6n + 2");
  EXPECT_EQ(collected.finding(kEval), "not run");
}

}  // namespace
}  // namespace kdbench
