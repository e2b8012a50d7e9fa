// The pairs that `kdbench test` measures losses on have the shapes of the networks that they are named after, and every built-in
// loss trains on each or declines it.
#include "model_checks.h"

#include <kdbench/worker/conformance/loss_pairs.h>
#include <kdbench/worker/conformance/loss_subject.h>

#include <unit/worker/conformance/collected.h>

namespace kdbench::test {
namespace {

/// "f0 16x32x32, ...; 64, 8x8": maps, embedding, and the size of the map that is pooled into it, if there is one.
std::string text_of(const std::vector<FeatureShape>& maps, std::int64_t embedding, const std::optional<FeatureShape>& pooled) {
  std::string text;
  const auto size_of = [](const FeatureShape& map) { return std::to_string(map.height) + "x" + std::to_string(map.width); };
  for (const auto& map : maps) text += map.name + " " + std::to_string(map.channels) + "x" + size_of(map) + ", ";
  return text + "; " + std::to_string(embedding) + (pooled ? ", " + size_of(*pooled) : "");
}

std::string text_of(const std::string& name, const ParamValues& params, std::int64_t side) {
  torch::NoGradGuard no_grad;
  const auto model = build_model(name, params, 10, {3, side, side});
  model->eval();
  const auto out = model->forward(random_images(1, {3, side, side}));
  const auto shape = [](const std::string& map, const torch::Tensor& t) {
    return FeatureShape{map, t.size(1), t.size(2), t.size(3)};
  };
  std::vector<FeatureShape> maps;
  for (const auto& map : model->feature_names()) maps.push_back(shape(map, out.features.at(map)));
  std::optional<FeatureShape> pooled;
  if (out.embedding_map.defined()) pooled = shape("", out.embedding_map);
  return text_of(maps, out.embedding.size(1), pooled);
}

TEST(NamedPairs, HaveTheShapesOfTheirNetworks) {
  const auto pairs = named_pairs(10);
  ASSERT_EQ(pairs.size(), 4u);
  const auto teacher = [&](std::size_t i) {
    const auto& c = pairs[i].context;
    return text_of(c.teacher, c.teacher_embedding, c.teacher_embedding_map);
  };
  const auto student = [&](std::size_t i) {
    const auto& c = pairs[i].context;
    return text_of(c.student, c.student_embedding, c.student_embedding_map);
  };
  const auto resnet = text_of("resnet", {{"depth", std::int64_t{8}}}, 32);
  EXPECT_EQ(teacher(0), resnet);
  EXPECT_EQ(student(0), resnet);
  EXPECT_EQ(teacher(1), text_of("wrn", {{"depth", std::int64_t{10}}, {"width", std::int64_t{2}}}, 32));
  EXPECT_EQ(student(1), text_of("mobilenet_v2", {}, 32));
  EXPECT_EQ(teacher(2), resnet);
  EXPECT_EQ(student(2), text_of("vit", {{"width", std::int64_t{64}}}, 32));
  EXPECT_EQ(teacher(3), text_of("resnet", {{"depth", std::int64_t{8}}}, 64));
  EXPECT_EQ(student(3), teacher(3));
}

TEST(NamedPairs, AreTrainedOrDeclinedByEveryBuiltInLoss) {
  for (const auto& [name, entry] : built_plugins().losses) {
    Collected collected;
    const Checker checker("loss " + name, collected.report());
    const auto subject = make_subject(entry);
    for (const auto& check : loss_pair_checks()) checker.run(check.rule, [&] { return check.body(subject); });
    collected.expect_all_pass();
  }
}

}  // namespace
}  // namespace kdbench::test
