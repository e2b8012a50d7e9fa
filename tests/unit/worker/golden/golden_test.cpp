// Golden files run through losses that stand here: which files and aliases are read, and what is reported.
#include "golden_losses.h"

#include <vector>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

struct CheckGolden : test::ReferenceFolder {};

TEST_F(CheckGolden, PassesACaseWhoseLossAndGradientAgree) {
  EXPECT_EQ(finding([](Json&) {}), "passed");
  EXPECT_EQ(checks().checks.at(0).plugin, "loss mse");
}

TEST_F(CheckGolden, SkipsALossWithoutPlugin) {
  EXPECT_EQ(finding([](Json& c) { c["loss"] = "crd"; }), "skipped: no loss plugin 'crd'");
}

TEST_F(CheckGolden, FindsThePluginByTheAliasesOfTheFolder) {
  const auto renamed = [](Json& c) {
    c["loss"] = "square";
    c["params"] = {{"temperature", 2.0}, {"kind", "mean"}};
    c["expected"]["components"] = {{"weighted", 8.0}, {"other", 1.0}};
  };
  EXPECT_EQ(finding(renamed), "skipped: no loss plugin 'square'");
  alias("square", R"({"plugin": "mse", "renamed": {"temperature": "tau", "kind": ""},
                      "components": [{"golden": "weighted", "term": "kd", "scale": "tau_student^2"}]})");
  EXPECT_EQ(finding(renamed), "passed");
  EXPECT_EQ(checks().checks.at(0).detail, "not compared: components.other");
  alias("square", R"({"plugin": "mse", "renamed": {"temperature": "tau", "kind": ""},
                      "components": [{"golden": "weighted", "term": "kd", "scale": "2 * tau_student^2"}]})");
  EXPECT_EQ(finding(renamed), "term kd: expected 1, found 2");
  alias("square", R"({"plugin": "mse", "renamed": {"temperature": "tau", "kind": ""},
                      "components": [{"golden": "weighted", "term": "kd", "scale": "tau_studnet"}]})");
  EXPECT_EQ(finding(renamed),
            "'tau_studnet' is no number: expected a parameter of the loss, or one of alpha, ce_weight, kd_weight, tau_student, "
            "tau_teacher");
  alias("square", R"({"plugins": "mse"})");
  EXPECT_NE(checks().finding("has aliases that can be read").find("losses.square: it has no member 'plugin'"), std::string::npos);
  write("aliases.json", R"({"schema": "kdbench-golden-aliases/1", "losses": {}})");
  EXPECT_NE(checks().finding("has aliases that can be read").find("schema: expected \"kdbench-golden-aliases/2\", found "),
            std::string::npos);
}

TEST_F(CheckGolden, TakesAliasesOfTheFileFirst) {
  alias("square", R"({"plugin": "nobody"})");
  auto one = test::one_case();
  one["loss"] = "square";
  auto document = test::document_of(one);
  document["aliases"]["square"] = {{"plugin", "mse"}};
  write("case.json", document.dump());
  EXPECT_EQ(checks().finding("by_hand"), "passed");
}

TEST_F(CheckGolden, FindsAliasesBesideTheLibrariesOfPlugins) {
  fs::create_directories(folder / "lib/plugins");
  fs::create_directories(folder / "lib/golden");
  fs::create_directories(folder / "cases");
  auto catalog = test::golden_catalog();
  for (const auto* name : {"one.so", "two.so"}) {
    catalog.libraries.emplace_back().file = (folder / "lib/plugins" / name).string();
  }
  const auto installed = [&](const char* name, const char* plugin) {
    Json table{{"schema", "kdbench-golden-aliases/2"}};
    table["losses"]["square"] = {{"plugin", plugin}};
    write(std::string("lib/golden/") + name + ".json", table.dump());
  };
  auto one = test::one_case();
  one["loss"] = "square";
  write("cases/case.json", test::document_of(one).dump());
  const auto found = [&] {
    test::Collected collected;
    check_golden(catalog, folder / "cases", collected.report());
    return collected;
  };
  EXPECT_EQ(found().finding("by_hand"), "skipped: no loss plugin 'square'");
  installed("two", "mse");
  EXPECT_EQ(found().finding("by_hand"), "passed");
  installed("one", "guarded");
  const auto golden = (folder / "lib/golden").string();
  EXPECT_EQ(found().finding("by_hand"), golden + "/one.json and " + golden +
                                            "/two.json say how cases of 'square' are given; an aliases.json beside the golden "
                                            "file would decide");
  write("lib/golden/one.json", "{");
  EXPECT_NE(found().finding("has aliases that can be read").find(golden + "/one.json: not valid JSON at byte 2"),
            std::string::npos);
}

TEST_F(CheckGolden, ReadsFoldersInOrderAndPassesOverOtherSchemas) {
  const auto named = [](const std::string& id) {
    auto one = test::one_case();
    one["id"] = id;
    return test::document_of(one).dump();
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

TEST_F(CheckGolden, FailsByAFileThatCannotBeRead) {
  write("cut.json", R"({"schema": "kdbench-golden-loss/1", "cases": [)");
  write("later.json", R"({"schema": "kdbench-golden-loss/3", "cases": []})");
  write("open.json", R"({"schema": "kdbench-golden-loss/2"})");
  const auto found = checks();
  ASSERT_EQ(found.checks.size(), 3u);
  EXPECT_EQ(found.checks[0].plugin, "golden cut.json");
  EXPECT_TRUE(found.failed("is JSON"));
  EXPECT_EQ(found.finding("has a schema that is known"),
            "schema: expected \"kdbench-golden-loss/2\" or \"kdbench-golden-loss/1\", found \"kdbench-golden-loss/3\"");
  EXPECT_EQ(found.finding("has the form of a golden file"), (folder / "open.json").string() + ": it has no member 'cases'");
}

TEST_F(CheckGolden, WritesTheNativeForm) {
  auto other = test::one_case();
  other["id"] = "other";
  other["loss"] = "crd";
  other["inputs"]["more"] = 1;
  auto third = test::one_case();
  third["id"] = "third";
  third["inputs"]["more"] = test::numbers({1, 2, 3, 4});
  write("deeper/case.json",
        Json{{"schema", "kdbench-golden-loss/1"}, {"loss", "mse"}, {"cases", {test::one_case(), other, third}}}.dump());
  test::Collected converted;
  const auto into = folder / "native";
  convert_golden(test::golden_catalog(), folder, into, converted.report());
  ASSERT_EQ(converted.checks.size(), 3u);
  EXPECT_EQ(converted.finding("other"), "skipped: no loss plugin 'crd'");
  EXPECT_EQ(converted.finding("third").find("inputs.more: it has no place"), 0u);
  EXPECT_EQ(converted.checks[2].plugin, "golden case.json");
  EXPECT_EQ(converted.checks[2].name, "is written in the native form");
  EXPECT_EQ(converted.checks[2].detail, "1 case in " + (into / "deeper/case.json").string());
  test::Collected found;
  check_golden(test::golden_catalog(), into, found.report());
  ASSERT_EQ(found.checks.size(), 1u);
  EXPECT_EQ(found.finding("by_hand"), "passed");
  test::Collected again;
  convert_golden(test::golden_catalog(), into, folder / "again", again.report());
  EXPECT_EQ(again.finding("is written in the native form"), "skipped: it has that form");
}

TEST(CheckGoldenFiles, NameTheMissingPluginOfEveryCase) {
  test::Collected collected;
  check_golden(Catalog{}, KDBENCH_SOURCE_DIR "/plugins/losses/kl/golden/kd.json", collected.report());
  ASSERT_EQ(collected.checks.size(), 11u);
  EXPECT_EQ(collected.skipped(), 11u);
  EXPECT_EQ(collected.checks[0].detail, "no loss plugin 'kl'");  // the file calls it kd
}

}  // namespace
}  // namespace kdbench
