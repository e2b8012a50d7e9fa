// Every built-in plugin passes the conformance suite and the golden files; that the suite catches plugins that are wrong is
// tested in tests/unit/worker/conformance.
#include "built_plugins.h"

#include <kdbench/worker/conformance/conformance.h>
#include <kdbench/worker/golden/golden.h>

#include <gtest/gtest.h>
#include <unit/worker/conformance/collected.h>

#include <algorithm>

namespace kdbench {
namespace {

using test::built_plugins;
using test::Collected;

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
INSTANTIATE_TEST_SUITE_P(All, BuiltLoss, testing::Values("none", "kl", "dist", "soft_target", "my_loss", "fitnet", "ats"));

TEST(BuiltCalibrators, PassConformance) {
  EXPECT_GE(built_plugins().calibrators.size(), 13u);
  for (const auto& [name, entry] : built_plugins().calibrators) {
    Collected collected;
    check_calibrator(entry, collected.report());
    collected.expect_all_pass();
  }
}

class BuiltModel : public testing::TestWithParam<std::string> {};
TEST_P(BuiltModel, PassesConformance) {
  Collected collected;
  check_model(built_plugins().models.at(GetParam()), collected.report());
  collected.expect_all_pass();
  EXPECT_EQ(collected.skipped(), 0u);
}
INSTANTIATE_TEST_SUITE_P(All, BuiltModel,
                         testing::Values("mixer", "mlp", "mobilenet_v1", "mobilenet_v2", "resnet", "resnet18", "resnet34",
                                         "resnet50", "resnet18_imagenet", "resnet34_imagenet", "resnet50_imagenet",
                                         "shufflenet_v1", "shufflenet_v2", "vgg", "vit", "wrn", "my_model"));

class BuiltDataset : public testing::TestWithParam<std::string> {};
TEST_P(BuiltDataset, PassesConformanceOrSaysWhatIsMissing) {
  Collected collected;
  check_dataset(built_plugins().datasets.at(GetParam()), "", collected.report());
  collected.expect_all_pass();
}
INSTANTIATE_TEST_SUITE_P(All, BuiltDataset,
                         testing::Values("gmm", "idx", "fashion_mnist", "cifar10", "cifar100", "tiny_imagenet", "image_folder",
                                         "subset", "rotated", "my_dataset"));

TEST(CheckGolden, PassesTheCasesOfTheTemplate) {
  Collected collected;
  check_golden(built_plugins(), KDBENCH_SOURCE_DIR "/plugins/template/loss/golden", collected.report());
  collected.expect_all_pass();
  EXPECT_EQ(collected.checks.size(), 2u);
}

TEST(CheckGolden, PassesEveryCaseOfTheBuiltInLosses) {
  Collected collected;
  check_golden(built_plugins(), KDBENCH_SOURCE_DIR "/plugins/losses", collected.report());
  collected.expect_all_pass();
  EXPECT_EQ(collected.skipped(), 0u);
  // 6 ce, 4 soft_target, 11 kd, 4 kd_total, 16 dist, 4 dist_dense, 4 fitnet, 4 fitnet_convreg, 7 ats; and those of later losses
  EXPECT_GE(collected.checks.size(), 60u);
}

}  // namespace
}  // namespace kdbench
