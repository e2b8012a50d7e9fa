// Numbers of the built-in losses and models that are known from elsewhere: hand arithmetic, published parameter counts, keys.
#include "built_plugins.h"

#include <kdbench/base/json.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/golden.h>

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

namespace kdbench {
namespace {

using test::built_plugins;

std::shared_ptr<Model> model(const std::string& name, ParamValues params, std::int64_t num_classes,
                             ImageShape image = {3, 32, 32}) {
  const auto& entry = built_plugins().models.at(name);
  return entry.create(resolve_params(entry.params, params), {num_classes, image});
}

std::int64_t num_params(const Model& m) {
  std::int64_t count = 0;
  for (const auto& p : m.parameters()) count += p.numel();
  return count;
}

struct Size {
  std::string model;
  std::int64_t depth, width, classes, params;
};

TEST(ModelSizes, AreThePublishedOnes) {
  const std::vector<Size> sizes{
      {"resnet", 8, 1, 100, 83892},     {"resnet", 14, 1, 100, 181108},  {"resnet", 20, 1, 100, 278324},
      {"resnet", 32, 1, 100, 472756},   {"resnet", 44, 1, 100, 667188},  {"resnet", 56, 1, 100, 861620},
      {"resnet", 110, 1, 100, 1736564}, {"resnet", 8, 4, 100, 1233540},  {"resnet", 32, 4, 100, 7433860},
      {"resnet", 14, 1, 10, 175258},    {"resnet", 20, 1, 10, 272474},   {"resnet", 32, 1, 10, 466906},
      {"resnet", 56, 1, 10, 855770},    {"resnet", 110, 1, 10, 1730714}, {"resnet", 32, 1, 200, 479256},
      {"wrn", 16, 1, 100, 180916},      {"wrn", 16, 2, 100, 703284},     {"wrn", 16, 3, 100, 1566900},
      {"wrn", 16, 4, 100, 2772020},     {"wrn", 22, 1, 100, 278132},     {"wrn", 22, 4, 100, 4322100},
      {"wrn", 28, 1, 100, 375348},      {"wrn", 28, 2, 100, 1479220},    {"wrn", 28, 3, 100, 3311412},
      {"wrn", 28, 4, 100, 5872180},     {"wrn", 40, 1, 100, 569780},     {"wrn", 40, 2, 100, 2255156},
      {"wrn", 28, 1, 10, 369498},       {"wrn", 28, 2, 10, 1467610},     {"wrn", 28, 3, 10, 3294042},
      {"wrn", 16, 1, 200, 187416},      {"wrn", 16, 3, 200, 1586200},    {"wrn", 28, 1, 200, 381848},
      {"wrn", 28, 3, 200, 3330712}};
  for (const auto& s : sizes) {
    EXPECT_EQ(num_params(*model(s.model, {{"depth", s.depth}, {"width", s.width}}, s.classes)), s.params)
        << s.model << "-" << s.depth << "-" << s.width << ", " << s.classes << " classes";
  }
}

TEST(ModelSizes, OfAPerceptronAreItsMatrices) {
  // (2 + 1) 64 + (64 + 1) 64 + (64 + 1) 10
  EXPECT_EQ(num_params(*model("mlp", {}, 10, {2, 1, 1})), 192 + 4160 + 650);
  // batch norm adds 2 * 64 a layer
  EXPECT_EQ(num_params(*model("mlp", {{"batch_norm", true}}, 10, {2, 1, 1})), 192 + 4160 + 650 + 256);
}

std::vector<std::string> keys(const Model& m) {
  std::vector<std::string> names;
  for (const auto& item : m.named_parameters()) names.push_back(item.key());
  for (const auto& item : m.named_buffers()) names.push_back(item.key());
  std::sort(names.begin(), names.end());
  return names;
}

void add_norm(std::vector<std::string>& names, const std::string& prefix) {
  for (const auto* tail : {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"})
    names.push_back(prefix + "." + tail);
}

TEST(ModelKeys, OfResNetAreThoseOfPublicCheckpoints) {
  std::vector<std::string> expected{"conv1.weight", "fc.weight", "fc.bias"};
  add_norm(expected, "bn1");
  for (const std::string layer : {"layer1", "layer2", "layer3"}) {
    for (const std::string block : {".0", ".1"}) {
      expected.push_back(layer + block + ".conv1.weight");
      expected.push_back(layer + block + ".conv2.weight");
      add_norm(expected, layer + block + ".bn1");
      add_norm(expected, layer + block + ".bn2");
    }
    if (layer == "layer1") continue;
    expected.push_back(layer + ".0.downsample.0.weight");
    add_norm(expected, layer + ".0.downsample.1");
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(keys(*model("resnet", {{"depth", std::int64_t{14}}}, 100)), expected);
  // resnet8x4: the stem of 32 becomes 64 in layer1, which needs a projection too.
  const auto wide = keys(*model("resnet", {{"depth", std::int64_t{8}}, {"width", std::int64_t{4}}}, 100));
  EXPECT_TRUE(std::binary_search(wide.begin(), wide.end(), "layer1.0.downsample.0.weight"));
}

TEST(ModelKeys, OfWideResNetAreThoseOfPublicCheckpoints) {
  std::vector<std::string> expected{"conv1.weight", "fc.weight", "fc.bias"};
  add_norm(expected, "bn1");
  for (const std::string block : {"block1", "block2", "block3"}) {
    for (const std::string layer : {".layer.0", ".layer.1"}) {
      expected.push_back(block + layer + ".conv1.weight");
      expected.push_back(block + layer + ".conv2.weight");
      add_norm(expected, block + layer + ".bn1");
      add_norm(expected, block + layer + ".bn2");
    }
    expected.push_back(block + ".layer.0.convShortcut.weight");
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(keys(*model("wrn", {{"depth", std::int64_t{16}}, {"width", std::int64_t{2}}}, 100)), expected);
  // WRN-16-1: 16 channels stay 16 in block1, no shortcut convolution.
  const auto thin = keys(*model("wrn", {{"depth", std::int64_t{16}}, {"width", std::int64_t{1}}}, 100));
  EXPECT_FALSE(std::binary_search(thin.begin(), thin.end(), "block1.layer.0.convShortcut.weight"));
}

TEST(ModelFeatures, HaveThePublishedShapes) {
  torch::NoGradGuard no_grad;
  const auto images = at::zeros({2, 3, 32, 32});
  auto resnet = model("resnet", {{"depth", std::int64_t{8}}, {"width", std::int64_t{4}}}, 100);
  resnet->eval();
  const auto out = resnet->forward(images);
  EXPECT_EQ(out.features.at("f0").sizes(), at::IntArrayRef({2, 32, 32, 32}));
  EXPECT_EQ(out.features.at("f1").sizes(), at::IntArrayRef({2, 64, 32, 32}));
  EXPECT_EQ(out.features.at("f2").sizes(), at::IntArrayRef({2, 128, 16, 16}));
  EXPECT_EQ(out.features.at("f3").sizes(), at::IntArrayRef({2, 256, 8, 8}));
  EXPECT_EQ(out.embedding.sizes(), at::IntArrayRef({2, 256}));
  EXPECT_EQ(out.preactivations.size(), 3u);
  EXPECT_TRUE(out.preactivations.at("f2").relu().equal(out.features.at("f2")));
  auto wrn = model("wrn", {{"depth", std::int64_t{16}}, {"width", std::int64_t{2}}}, 100);
  wrn->eval();
  const auto wide = wrn->forward(images);
  EXPECT_EQ(wide.features.at("f0").sizes(), at::IntArrayRef({2, 16, 32, 32}));
  EXPECT_EQ(wide.features.at("f3").sizes(), at::IntArrayRef({2, 128, 8, 8}));
  EXPECT_TRUE(wide.preactivations.at("f3").relu().mean({2, 3}).equal(wide.embedding));
}

std::string refusal(const std::string& name, std::int64_t depth) {
  try {
    model(name, {{"depth", depth}}, 10);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ModelDepth, IsRefusedWithTheNearestValidOnes) {
  EXPECT_EQ(refusal("resnet", 21), "resnet: depth must be 6n + 2, found 21; the nearest are 20 and 26");
  EXPECT_EQ(refusal("wrn", 18), "wrn: depth must be 6n + 4, found 18; the nearest are 16 and 22");
}

/// Terms of a loss on two sets of logits.
LossTerms terms(const std::string& name, ParamValues params, ModelOutput& student, const torch::Tensor& teacher_logits,
                double tau) {
  const auto& entry = built_plugins().losses.at(name);
  LossContext context{.num_classes = student.logits.size(1), .num_train = 0, .student = {}, .teacher = {}};
  auto loss = entry.create(resolve_params(entry.params, params), context);
  ModelOutput teacher;
  teacher.logits = teacher_logits;
  const torch::Tensor none;
  return loss->forward({.student = student,
                        .teacher = teacher,
                        .labels = none,
                        .indices = none,
                        .posterior = none,
                        .images = none,
                        .tau_student = tau,
                        .tau_teacher = tau});
}

ModelOutput output(const torch::Tensor& logits) {
  ModelOutput out;
  out.logits = logits.clone().requires_grad_(true);
  return out;
}

TEST(KlLoss, SumsOverClassesAndAveragesOverTheBatch) {
  const auto s = at::tensor({1.0, 2.0, 0.0, -1.0, 0.0, 0.0, 3.0, 1.0}, torch::kFloat64).view({2, 4});
  const auto t = at::tensor({2.0, 1.0, 0.0, 0.0, 1.0, -1.0, 2.0, 0.0}, torch::kFloat64).view({2, 4});
  auto student = output(s);
  const double kl = terms("kl", {}, student, t, 4).terms()[0].second.item<double>();
  EXPECT_NEAR(kl * 16, 0.36897304600502695, 1e-15);
  auto twice = output(s.repeat({2, 1}));
  EXPECT_NEAR(terms("kl", {}, twice, t.repeat({2, 1}), 4).terms()[0].second.item<double>(), kl, 1e-15);
  auto swapped = output(t);
  EXPECT_GT(std::abs(terms("kl", {}, swapped, s, 4).terms()[0].second.item<double>() - kl), 1e-4);
}

TEST(KlLoss, IsZeroWithZeroGradientWhenTheNetworksAgree) {
  auto student = output(at::tensor({1.0f, 2.0f, 0.0f, -1.0f}).view({1, 4}));
  auto value = terms("kl", {}, student, student.logits.detach(), 4).terms()[0].second;
  value.backward();
  EXPECT_NEAR(value.item<double>(), 0, 1e-6);
  EXPECT_LT(student.logits.grad().abs().max().item<double>(), 1e-6);
}

TEST(KlLoss, RefusesTeachersOfOtherClasses) {
  auto student = output(at::zeros({3, 4}));
  EXPECT_THROW(terms("kl", {}, student, at::zeros({3, 1}), 1), Error);
  EXPECT_THROW(terms("dist", {}, student, at::zeros({3, 5}), 1), Error);
}

TEST(DistLoss, HasTwoNamedTermsOfKnownValue) {
  auto student = output(at::tensor({1.0, 2.0, 0.0, -1.0, 0.0, 0.0, 3.0, 1.0, 2.0, -1.0, 0.0, 1.0}, torch::kFloat64).view({3, 4}));
  const auto teacher = at::tensor({2.0, 1.0, 0.0, 0.0, 1.0, -1.0, 2.0, 0.0, 0.0, 0.0, 1.0, 2.0}, torch::kFloat64).view({3, 4});
  const auto plain = terms("dist", {}, student, teacher, 1).terms();
  ASSERT_EQ(plain.size(), 2u);
  EXPECT_EQ(plain[0].first, "inter");
  EXPECT_NEAR(plain[0].second.item<double>(), 0.656428, 1e-6);
  EXPECT_EQ(plain[1].first, "intra");
  EXPECT_NEAR(plain[1].second.item<double>(), 0.400930, 1e-6);
  const auto weighted = terms("dist", {{"beta", 0.0}, {"gamma", 2.0}}, student, teacher, 1).terms();
  ASSERT_EQ(weighted.size(), 1u);
  EXPECT_NEAR(weighted[0].second.item<double>(), 2 * 0.400930, 2e-6);
}

TEST(DistLoss, StaysBoundedOnConstantRowsWithALargerEps) {
  for (const auto& [eps, bound] : {std::pair{1e-8, 1e9}, std::pair{1e-4, 1e3}}) {
    auto student = output(at::zeros({2, 4}));
    const auto teacher = at::tensor({2.0f, 1.0f, 0.0f, 0.0f, 1.0f, -1.0f, 2.0f, 0.0f}).view({2, 4});
    const auto both = terms("dist", {{"eps", eps}}, student, teacher, 1).terms();
    (both[0].second + both[1].second).backward();
    const double largest = student.logits.grad().abs().max().item<double>();
    EXPECT_LT(largest, bound) << "eps " << eps;
  }
}

TEST(DistLoss, TakesOneImageAndTwoClasses) {
  auto one = output(at::tensor({1.0f, 2.0f, 0.0f}).view({1, 3}));
  // One value a column has no variance: correlation 0, so the intra term is 1 and teaches nothing.
  EXPECT_FLOAT_EQ(terms("dist", {}, one, at::tensor({0.0f, 1.0f, 5.0f}).view({1, 3}), 1).terms()[1].second.item<float>(), 1.0f);
  auto two = output(at::tensor({1.0f, 2.0f, 3.0f, 0.0f}).view({2, 2}));
  EXPECT_TRUE(std::isfinite(
      terms("dist", {}, two, at::tensor({0.0f, 1.0f, 5.0f, 1.0f}).view({2, 2}), 1).terms()[0].second.item<float>()));
}

TEST(NoneLoss, ReturnsNoTermsAndNeedsNoTeacher) {
  auto student = output(at::zeros({2, 3}));
  EXPECT_TRUE(terms("none", {}, student, {}, 1).terms().empty());
  const auto& entry = built_plugins().losses.at("none");
  EXPECT_FALSE(entry.create({}, {.student = {}, .teacher = {}})->needs().teacher);
}

TEST(SoftTargetLoss, RefusesADataSetWithoutPosterior) {
  auto student = output(at::zeros({2, 3}));
  EXPECT_THROW(terms("soft_target", {}, student, {}, 1), Error);
}

/// Failed checks of one golden file, one line each, after `change` was made to its first case.
std::vector<std::string> golden_failures(const std::string& name, const std::function<void(Json&)>& change) {
  auto document = *read_json(KDBENCH_TEST_DATA "/golden/losses/" + name + ".json");
  change(document.at("cases").at(0));
  const auto folder = std::filesystem::path(testing::TempDir()) / ("golden_" + name);
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "changed.json") << document;
  std::vector<std::string> failures;
  std::size_t checks = 0;
  check_golden(built_plugins(), folder, [&](const Check& check) {
    ++checks;
    if (!check.ok || check.skipped) failures.push_back(check.name + ": " + check.detail);
  });
  EXPECT_EQ(checks, document.at("cases").size());
  std::filesystem::remove_all(folder);
  return failures;
}

TEST(GoldenLosses, AreThoseOfIndependentCode) {
  for (const auto* name : {"fitnet", "fitnet_convreg", "ats"}) {
    EXPECT_EQ(golden_failures(name, [](Json&) {}), std::vector<std::string>{}) << name;
  }
}

TEST(GoldenLosses, TakeTheWeightsOfTheCase) {
  // A weight that is moved by 1e-6 moves the loss by far more than 1e-9 of itself; so does a gradient that is not the expected
  // one.
  auto failures = golden_failures("fitnet_convreg", [](Json& json) {
    auto& weight = json.at("inputs").at("conv_weight").at("data").at(0);
    weight = weight.get<double>() + 1e-6;
  });
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_NE(failures[0].find("loss: expected"), std::string::npos) << failures[0];
  failures =
      golden_failures("fitnet_convreg", [](Json& json) { json.at("expected").at("grad").at("bn_bias").at("data").at(2) = 1.0; });
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_NE(failures[0].find("bn_bias: off by"), std::string::npos) << failures[0];
  failures = golden_failures("fitnet_convreg", [](Json& json) {
    json.at("inputs").at("conv_weight") = {{"shape", {1, 1, 1, 1}}, {"dtype", "float64"}, {"data", {0.5}}};
  });
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_NE(failures[0].find("conv_weight: expected a parameter of [1, 1, 1, 1], the loss has [5, 3, 1, 1]"), std::string::npos)
      << failures[0];
}

TEST(DirectStrategy, TrainsTheTeacherFirstOrTheStudentAlone) {
  auto direct = built_plugins().strategies.at("direct").create({}, {});
  StrategyContext context{.teacher = "big", .student = "small", .models = {}, .teacher_epochs = 7, .student_epochs = 5};
  const auto both = direct->plan(context);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].model, "big");
  EXPECT_EQ(both[0].epochs, 7);
  EXPECT_EQ(both[0].loss, StageLoss::kLabels);
  EXPECT_EQ(both[1].id, "student");
  EXPECT_EQ(both[1].epochs, 5);
  EXPECT_EQ(both[1].teacher, both[0].id);
  EXPECT_EQ(both[1].loss, StageLoss::kMethod);
  context.teacher.clear();
  const auto alone = direct->plan(context);
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_FALSE(alone[0].teacher);
}

TEST(GmmDataset, IsAFunctionOfItsSeed) {
  const auto& entry = built_plugins().datasets.at("gmm");
  const auto load = [&](std::int64_t seed) {
    return entry
        .create(resolve_params(entry.params, {{"train", std::int64_t{50}}, {"test", std::int64_t{20}}, {"seed", seed}}), {})
        ->load(SplitKind::kTrain, "");
  };
  EXPECT_TRUE(load(1).images.equal(load(1).images));
  EXPECT_FALSE(load(1).images.equal(load(2).images));
}

TEST(GmmDataset, StatesTheMomentsOfItsPoints) {
  const auto& entry = built_plugins().datasets.at("gmm");
  const auto dataset = entry.create(resolve_params(entry.params, {{"train", std::int64_t{40000}}}), {});
  const auto info = dataset->info();
  const auto points = dataset->load(SplitKind::kTrain, "").images.flatten(1).to(torch::kFloat64);
  for (std::int64_t i = 0; i < 2; ++i) {
    // The mean of 40,000 draws of deviation s lies within 5 s / 200 of the true one.
    const double s = info.stddev[static_cast<std::size_t>(i)];
    EXPECT_NEAR(points.select(1, i).mean().item<double>(), info.mean[static_cast<std::size_t>(i)], 5 * s / 200);
    EXPECT_NEAR(points.select(1, i).std().item<double>(), s, 0.05 * s);
  }
}

}  // namespace
}  // namespace kdbench
