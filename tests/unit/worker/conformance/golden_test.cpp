// Golden files run through losses that stand here: what passes, what is found where a number is wrong, and what is skipped.
#include "collected.h"
#include "function_loss.h"

#include <kdbench/base/json.h>
#include <kdbench/worker/conformance/golden.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kdbench {
namespace {

namespace fs = std::filesystem;
using test::Collected;

Catalog catalog() {
  Catalog catalog;
  catalog.losses["mse"] = {test::loss_of<test::mean_square>("mse"), "mse.so", "1"};
  return catalog;
}

Json numbers(std::vector<double> data) { return {{"shape", {2, 2}}, {"dtype", "float64"}, {"data", std::move(data)}}; }

/// One case of the loss `mse`: ((1-1)^2 + (2-0)^2 + 0 + (-1-1)^2) / 4 = 2 times tau^2 = 4, and 2 (s - t) / 4 times 4.
Json one_case() {
  return {{"id", "by_hand"},
          {"loss", "mse"},
          {"tags", Json::array()},
          {"params", {{"tau", 2.0}}},
          {"inputs", {{"student_logits", numbers({1, 2, 0, -1})}, {"teacher_logits", numbers({1, 0, 0, 1})}}},
          {"expected", {{"loss", 8.0}, {"grad", {{"student_logits", numbers({0, 4, 0, -4})}}}}}};
}

Json document_of(Json one) { return {{"schema", "kdbench-golden-loss/1"}, {"cases", Json::array({std::move(one)})}}; }

/// Files in a folder of the test's own.
struct CheckGolden : testing::Test {
  CheckGolden() { fs::create_directories(folder / "deeper"); }
  ~CheckGolden() override { fs::remove_all(folder); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  Collected checks() const {
    Collected collected;
    check_golden(catalog(), folder, collected.report());
    return collected;
  }
  /// Returns what the one case of the file finds after `change`.
  std::string finding(const std::function<void(Json&)>& change) const {
    auto one = one_case();
    change(one);
    write("case.json", document_of(one).dump());
    return checks().finding("by_hand");
  }
  const fs::path folder = fs::path(testing::TempDir()) / ("kdbench-golden-" + std::to_string(::getpid()));
};

TEST_F(CheckGolden, PassesACaseWhoseLossAndGradientAgree) {
  EXPECT_EQ(finding([](Json&) {}), "passed");
  EXPECT_EQ(checks().checks.at(0).plugin, "loss mse");
}

TEST_F(CheckGolden, NamesTheNumberThatIsOff) {
  EXPECT_EQ(finding([](Json& c) { c["expected"]["loss"] = 9.0; }), "loss: expected 9, found 8");
  EXPECT_EQ(finding([](Json& c) { c["expected"]["loss"] = 8 * (1 + 1e-10); }), "passed");  // within a relative 1e-9
  EXPECT_NE(finding([](Json& c) { c["expected"]["loss"] = 8 * (1 + 1e-8); }), "passed");
  EXPECT_EQ(finding([](Json& c) { c["params"]["tau"] = 1.0; }), "loss: expected 8, found 2");
  EXPECT_EQ(finding([](Json& c) {
              c["expected"]["grad"]["student_logits"] = numbers({0, 4, 0, -3});
            }),
            "student_logits: off by 1, largest gradient 4");
}

TEST_F(CheckGolden, AllowsMoreWhereGradientsAreHuge) {
  const auto off = [](Json& c) { c["expected"]["grad"]["student_logits"] = numbers({0, 4, 0, -4 * (1 + 1e-7)}); };
  EXPECT_NE(finding(off), "passed");
  EXPECT_EQ(finding([&](Json& c) {
              off(c);
              c["tags"] = {"grad_huge"};
            }),
            "passed");
}

TEST_F(CheckGolden, RefusesTensorsAndParametersThatDoNotFit) {
  EXPECT_EQ(finding([](Json& c) {
              c["inputs"]["student_logits"]["data"] = {1.0, 2.0, 3.0};
            }),
            "a tensor of shape [2, 2] holds 3 numbers");
  EXPECT_EQ(finding([](Json& c) { c["params"]["beta"] = 1.0; }).find("no parameter 'beta'"), 0u);
}

TEST_F(CheckGolden, SkipsALossWithoutPlugin) {
  EXPECT_EQ(finding([](Json& c) { c["loss"] = "crd"; }), "skipped: no loss plugin 'crd'");
}

TEST_F(CheckGolden, FindsThePluginByTheAliasesOfTheFolder) {
  const auto renamed = [](Json& c) {
    c["loss"] = "square";
    c["params"] = {{"temperature", 2.0}, {"kind", "mean"}};
    c["expected"]["components"] = {{"weighted", 8.0}};
  };
  EXPECT_EQ(finding(renamed), "skipped: no loss plugin 'square'");
  Json aliases = Json::parse(R"({"schema": "kdbench-golden-aliases/1", "losses": {"square": {
    "plugin": "mse", "renamed": {"temperature": "tau", "kind": ""},
    "components": [{"golden": "weighted", "term": "kd", "scale": "tau_student^2"}]}}})");
  write("aliases.json", aliases.dump());
  EXPECT_EQ(finding(renamed), "passed");
  aliases["losses"]["square"]["components"][0]["scale"] = "2 * tau_student^2";
  write("aliases.json", aliases.dump());
  EXPECT_EQ(finding(renamed), "weighted: expected 8, found 16");
  aliases["losses"]["square"]["plugins"] = "mse";
  write("aliases.json", aliases.dump());
  EXPECT_NE(checks().finding("has aliases that can be read").find("nothing is called 'plugins' here"), std::string::npos);
}

TEST_F(CheckGolden, ReadsFoldersInOrderAndPassesOverOtherSchemas) {
  const auto named = [](const std::string& id) {
    auto one = one_case();
    one["id"] = id;
    return document_of(one).dump();
  };
  write("z.json", named("last"));
  write("deeper/a.json", named("first"));
  write("other.json", R"({"schema": "kdbench-golden-stats/1", "cases": [1]})");
  write("list.json", "[1, 2]");
  write("notes.txt", "no JSON at all");
  std::vector<std::string> names;
  for (const auto& check : checks().checks) names.push_back(check.name);
  EXPECT_EQ(names, (std::vector<std::string>{"first", "last"}));
}

TEST_F(CheckGolden, FailsByAFileThatIsCutShort) {
  write("cut.json", R"({"schema": "kdbench-golden-loss/1", "cases": [)");
  const auto found = checks();
  ASSERT_EQ(found.checks.size(), 1u);
  EXPECT_EQ(found.checks[0].plugin, "golden cut.json");
  EXPECT_TRUE(found.failed("is JSON"));
}

TEST(CheckGoldenFiles, NameTheMissingPluginOfEveryCase) {
  Collected collected;
  check_golden(Catalog{}, KDBENCH_TEST_DATA "/golden/losses/kd.json", collected.report());
  ASSERT_EQ(collected.checks.size(), 11u);
  EXPECT_EQ(collected.skipped(), 11u);
  EXPECT_EQ(collected.checks[0].detail, "no loss plugin 'kl'");  // the file calls it kd
}

}  // namespace
}  // namespace kdbench
