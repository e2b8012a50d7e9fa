// Golden files run through the built losses: values of independent code, and weights that a case gives to the loss itself.
#include "built_plugins.h"

#include <kdbench/base/json.h>
#include <kdbench/worker/golden/golden.h>

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kdbench {
namespace {

using test::built_plugins;

/// Failed checks of one golden file of a plugin, one line each, after `change` was made to its first case.
std::vector<std::string> golden_failures(const std::string& plugin, const std::string& name,
                                         const std::function<void(Json&)>& change) {
  const auto golden = KDBENCH_SOURCE_DIR "/plugins/losses/" + plugin + "/golden/";
  auto document = *read_json(golden + name + ".json");
  change(document.at("cases").at(0));
  const auto folder = std::filesystem::path(testing::TempDir()) / ("golden_" + name + "_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "changed.json") << document;
  std::filesystem::copy_file(golden + "aliases.json", folder / "aliases.json", std::filesystem::copy_options::overwrite_existing);
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

TEST(GoldenLosses, TakeTheWeightsOfTheCase) {
  // A weight that is moved by 1e-6 moves the loss by far more than 1e-9 of itself; so does a gradient that is not the expected
  // one.
  auto failures = golden_failures("fitnet", "fitnet_convreg", [](Json& json) {
    auto& weight = json.at("inputs").at("conv_weight").at("data").at(0);
    weight = weight.get<double>() + 1e-6;
  });
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_NE(failures[0].find("loss: expected"), std::string::npos) << failures[0];
  failures = golden_failures("fitnet", "fitnet_convreg",
                             [](Json& json) { json.at("expected").at("grad").at("bn_bias").at("data").at(2) = 1.0; });
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_NE(failures[0].find("gradient of state.regressor.bn.bias: off by"), std::string::npos) << failures[0];
  failures = golden_failures("fitnet", "fitnet_convreg", [](Json& json) {
    json.at("inputs").at("conv_weight") = {{"shape", {1, 1, 1, 1}}, {"dtype", "float64"}, {"data", {0.5}}};
  });
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_NE(failures[0].find("state.regressor.conv.weight: the case gives [1, 1, 1, 1], the loss has [5, 3, 1, 1]"),
            std::string::npos)
      << failures[0];
}

}  // namespace
}  // namespace kdbench
