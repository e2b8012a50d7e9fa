// Every built-in plugin passes the conformance suite and the golden files, and the suite catches plugins that are wrong.
#include "built_plugins.h"

#include <kdbench/worker/conformance/conformance.h>
#include <kdbench/worker/conformance/golden.h>

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace kdbench {
namespace {

using test::built_plugins;

/// Collects checks and turns failed ones into test failures.
struct Collected {
  std::vector<Check> checks;
  Report report() {
    return [this](const Check& check) { checks.push_back(check); };
  }
  bool failed(const std::string& name) const {
    return std::any_of(checks.begin(), checks.end(), [&](const auto& c) { return c.name == name && !c.ok; });
  }
  void expect_all_pass() const {
    EXPECT_FALSE(checks.empty());
    for (const auto& c : checks) EXPECT_TRUE(c.ok) << c.plugin << ": " << c.name << ": " << c.detail;
  }
  std::size_t skipped() const {
    return static_cast<std::size_t>(std::count_if(checks.begin(), checks.end(), [](const auto& c) { return c.skipped; }));
  }
};

TEST(BuiltPlugins, AllLoad) {
  std::vector<std::string> names;
  for (const auto& library : built_plugins().libraries) {
    EXPECT_EQ(library.reason, "") << library.file;
    names.push_back(library.name);
  }
  std::sort(names.begin(), names.end());
  for (const auto* name : {"mlp", "mobilenet_v2", "resnet", "resnet_cifar", "shufflenet_v1", "shufflenet_v2", "vgg", "wrn", "gmm",
                           "idx", "fashion_mnist", "none", "kl", "dist", "soft_target", "direct", "my_loss"}) {
    EXPECT_TRUE(std::binary_search(names.begin(), names.end(), name)) << name;
  }
}

class BuiltLoss : public testing::TestWithParam<std::string> {};
TEST_P(BuiltLoss, PassesConformance) {
  Collected collected;
  check_loss(built_plugins().losses.at(GetParam()), collected.report());
  collected.expect_all_pass();
}
INSTANTIATE_TEST_SUITE_P(All, BuiltLoss, testing::Values("none", "kl", "dist", "soft_target", "logit_mse", "fitnet", "ats"));

class BuiltModel : public testing::TestWithParam<std::string> {};
TEST_P(BuiltModel, PassesConformance) {
  Collected collected;
  check_model(built_plugins().models.at(GetParam()), collected.report());
  collected.expect_all_pass();
  EXPECT_EQ(collected.skipped(), 0u);
}
INSTANTIATE_TEST_SUITE_P(All, BuiltModel,
                         testing::Values("mlp", "mobilenet_v2", "resnet", "resnet18", "resnet50", "shufflenet_v1",
                                         "shufflenet_v2", "vgg", "wrn"));

class BuiltDataset : public testing::TestWithParam<std::string> {};
TEST_P(BuiltDataset, PassesConformanceOrSaysWhatIsMissing) {
  Collected collected;
  check_dataset(built_plugins().datasets.at(GetParam()), "", collected.report());
  collected.expect_all_pass();
}
INSTANTIATE_TEST_SUITE_P(All, BuiltDataset,
                         testing::Values("gmm", "idx", "fashion_mnist", "cifar10", "cifar100", "tiny_imagenet", "image_folder",
                                         "subset", "rotated"));

TEST(CheckCatalog, KeepsToOneLibrary) {
  const auto& kl = built_plugins().losses.at("kl");
  Collected collected;
  check_catalog(built_plugins(), kl.library, "", collected.report());
  ASSERT_FALSE(collected.checks.empty());
  for (const auto& check : collected.checks) EXPECT_EQ(check.plugin, "loss kl");
}

TEST(CheckGolden, PassesEveryCaseOfTheBuiltInLosses) {
  Collected collected;
  check_golden(built_plugins(), KDBENCH_TEST_DATA "/golden/losses", collected.report());
  collected.expect_all_pass();
  EXPECT_EQ(collected.skipped(), 0u);
  EXPECT_EQ(collected.checks.size(), 56u);  // 6 ce, 4 soft_target, 11 kd, 4 kd_total, 16 dist, 4 fitnet, 4 fitnet_convreg, 7 ats
}

TEST(CheckGolden, SkipsALossWithoutPluginAndSaysSo) {
  Collected collected;
  check_golden(Catalog{}, KDBENCH_TEST_DATA "/golden/losses/kd.json", collected.report());
  ASSERT_EQ(collected.checks.size(), 11u);
  EXPECT_TRUE(collected.checks[0].skipped);
  EXPECT_EQ(collected.checks[0].detail, "no loss plugin 'kl'");
}

/// A plugin that is one function.
template <LossTerms (*kForward)(const LossInputs&)>
class FunctionLoss final : public Loss {
 public:
  LossTerms forward(const LossInputs& in) override { return kForward(in); }
};

template <LossTerms (*kForward)(const LossInputs&)>
Collected checks_of() {
  Collected collected;
  check_loss({.name = "wrong",
              .about = {.summary = "wrong on purpose"},
              .params = {},
              .create = [](const ParamValues&, const LossContext&) { return std::make_shared<FunctionLoss<kForward>>(); }},
             collected.report());
  return collected;
}

LossTerms detached(const LossInputs& in) { return (in.student.logits - in.teacher.logits).square().mean().detach(); }
LossTerms half_gradient(const LossInputs& in) {
  const auto gap = in.student.logits - in.teacher.logits;
  return (gap * gap.detach()).mean();
}
LossTerms log_of_softmax(const LossInputs& in) {
  return -(at::softmax(in.teacher.logits, 1) * at::softmax(in.student.logits, 1).log()).sum(1).mean();
}
LossTerms first_row_counts_more(const LossInputs& in) {
  return (in.student.logits - in.teacher.logits).square().mean() + in.student.logits[0].square().sum();
}
LossTerms overwrites_teacher(const LossInputs& in) {
  torch::Tensor teacher = in.teacher.logits;
  return (in.student.logits - teacher.mul_(2)).square().mean();
}
LossTerms not_averaged(const LossInputs& in) { return (in.student.logits - in.teacher.logits).square(); }

TEST(CheckLoss, CatchesALossThatIsDetached) { EXPECT_TRUE(checks_of<detached>().failed("sends a gradient to the student")); }
TEST(CheckLoss, CatchesAGradientThatIsNotTheValues) {
  EXPECT_TRUE(checks_of<half_gradient>().failed("has the gradient of finite differences"));
}
TEST(CheckLoss, CatchesALogarithmThatUnderflows) {
  EXPECT_TRUE(checks_of<log_of_softmax>().failed("stays finite for logits of 200, 0, -200"));
}
TEST(CheckLoss, CatchesDependenceOnOrder) {
  EXPECT_TRUE(checks_of<first_row_counts_more>().failed("does not depend on the order of the batch"));
}
TEST(CheckLoss, CatchesAnOverwrittenTeacher) {
  EXPECT_TRUE(checks_of<overwrites_teacher>().failed("sends no gradient to the teacher and overwrites nothing"));
}
TEST(CheckLoss, CatchesTermsThatAreNoNumbers) { EXPECT_TRUE(checks_of<not_averaged>().failed("returns finite 0-dim terms")); }

}  // namespace
}  // namespace kdbench
