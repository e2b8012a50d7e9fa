// Golden files run through the built losses: values of independent code, and weights that a case gives to the loss itself.
#include "built_plugins.h"

#include <kdbench/base/json.h>
#include <kdbench/worker/conformance/golden.h>

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kdbench {
namespace {

using test::built_plugins;

/// Failed checks of one golden file, one line each, after `change` was made to its first case.
std::vector<std::string> golden_failures(const std::string& name, const std::function<void(Json&)>& change) {
  auto document = *read_json(KDBENCH_TEST_DATA "/golden/losses/" + name + ".json");
  change(document.at("cases").at(0));
  const auto folder = std::filesystem::path(testing::TempDir()) / ("golden_" + name + "_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "changed.json") << document;
  std::filesystem::copy_file(KDBENCH_TEST_DATA "/golden/losses/aliases.json", folder / "aliases.json",
                             std::filesystem::copy_options::overwrite_existing);
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

}  // namespace
}  // namespace kdbench
