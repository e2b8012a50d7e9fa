// Golden files run through losses that stand here: which files and aliases are read, and how cases of references become cases
// here. It is so long because every word of an alias has its case.
#include "golden_losses.h"

#include <cmath>
#include <functional>
#include <vector>

namespace kdbench {
namespace {

namespace fs = std::filesystem;
using test::Collected;

Json numbers(std::vector<double> data) { return {{"shape", {2, 2}}, {"dtype", "float64"}, {"data", std::move(data)}}; }
Json column(std::vector<double> data) {
  return {{"shape", {static_cast<int>(data.size()), 1}}, {"dtype", "float64"}, {"data", std::move(data)}};
}
Json row(std::vector<double> data, const char* dtype = "float64") {
  return {{"shape", {static_cast<int>(data.size())}}, {"dtype", dtype}, {"data", std::move(data)}};
}

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

struct CheckGolden : test::GoldenFolder {
  /// Returns what the one case of the file finds after `change`.
  std::string finding(const std::function<void(Json&)>& change) const {
    auto one = one_case();
    change(one);
    write("case.json", document_of(one).dump());
    return checks().finding(one.at("id"));
  }
  /// Writes the folder's aliases: of one loss.
  void alias(const std::string& loss, const char* json) const {
    Json table{{"schema", "kdbench-golden-aliases/2"}};
    table["losses"][loss] = Json::parse(json);
    write("aliases.json", table.dump());
  }
};

TEST_F(CheckGolden, PassesACaseWhoseLossAndGradientAgree) {
  EXPECT_EQ(finding([](Json&) {}), "passed");
  EXPECT_EQ(checks().checks.at(0).plugin, "loss mse");
}

TEST_F(CheckGolden, NamesTheNumberThatIsOff) {
  EXPECT_EQ(finding([](Json& c) { c["expected"]["loss"] = 9.0; }), "loss: expected 9, found 8");
  EXPECT_EQ(checks().checks.at(0).remedy,
            "compare the formula with the reference that the case was made by: arguments, temperatures, mean or sum, weights");
  EXPECT_EQ(finding([](Json& c) { c["params"]["tau"] = 1.0; }), "loss: expected 8, found 2");
  EXPECT_EQ(finding([](Json& c) {
              c["expected"]["grad"]["student_logits"] = numbers({0, 4, 0, -3});
            }),
            "gradient of student.logits: off by 1 where the largest entry is 4");
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

TEST_F(CheckGolden, AllowsWhatTheAliasesSay) {
  const auto off = [](Json& c) { c["expected"]["grad"]["student_logits"] = numbers({0, 4, 0, -4 * (1 + 1e-8)}); };
  EXPECT_NE(finding(off), "passed");
  alias("mse", R"({"plugin": "mse", "tolerance": {"gradient": 1e-7}})");
  EXPECT_EQ(finding(off), "passed");
}

TEST_F(CheckGolden, RefusesTensorsAndParametersThatDoNotFit) {
  EXPECT_EQ(finding([](Json& c) {
              c["inputs"]["student_logits"]["data"] = {1.0, 2.0, 3.0};
            }),
            "inputs.student_logits: a tensor of shape [2, 2] has 4 numbers, found 3");
  EXPECT_EQ(finding([](Json& c) { c["params"]["beta"] = 1.0; }).find("no parameter 'beta'"), 0u);
  EXPECT_EQ(
      finding([](Json& c) {
        c["params"]["levels"] = {4, 2};
      }),
      "params.levels: a parameter is a boolean, a number or a string, found [4,2]; the aliases can leave it out (\"renamed\": "
      "{\"levels\": \"\"}) or give it another value (\"values\")");
  EXPECT_EQ(finding([](Json& c) {
              c["inputs"]["teacher_logits"] = {c["inputs"]["teacher_logits"], numbers({0, 0, 0, 0})};
            }),
            "inputs.teacher_logits: 'teacher.logits' takes one tensor, found a list of 2");
}

TEST_F(CheckGolden, SkipsALossWithoutPlugin) {
  EXPECT_EQ(finding([](Json& c) { c["loss"] = "crd"; }), "skipped: no loss plugin 'crd'");
}

TEST_F(CheckGolden, FailsWhereAnInputHasNoPlace) {
  EXPECT_EQ(finding([](Json& c) {
              c["inputs"]["weak_features"] = numbers({1, 2, 3, 4});
            })
                .find("inputs.weak_features: it has no place; say where it belongs in the aliases of 'mse' (\"inputs\": "
                      "{\"weak_features\": PLACE}), PLACE one of student.logits, student.embedding, "),
            0u);
  EXPECT_EQ(checks().checks.at(0).remedy, "correct the case or its aliases; docs/golden_files.md has their form");
  alias("mse", R"({"plugin": "mse", "inputs": {"weak_features": "student.embeddings"}})");
  EXPECT_EQ(checks().finding("by_hand").find("inputs.weak_features: no place is called 'student.embeddings'; there are "), 0u);
  alias("mse", R"({"plugin": "mse", "inputs": {"weak_features": ""}})");
  EXPECT_EQ(checks().finding("by_hand"), "passed");
  EXPECT_EQ(checks().checks.at(0).detail, "not compared: inputs.weak_features");
  EXPECT_EQ(
      finding([](Json& c) { c["after"]["queue"] = 3; }),
      "after.queue: it has no place; say in the aliases of 'mse' which state of the loss it is (\"after\": {\"queue\": \"state "
      "NAME\"}), or that it is not compared (\"\")");
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
  auto one = one_case();
  one["loss"] = "square";
  auto document = document_of(one);
  document["aliases"]["square"] = {{"plugin", "mse"}};
  write("case.json", document.dump());
  EXPECT_EQ(checks().finding("by_hand"), "passed");
}

TEST_F(CheckGolden, TranslatesValuesAndComputesKeys) {
  const auto of = [&](const char* aliases) {
    alias("mse", aliases);
    return finding([](Json& c) { c["params"] = {{"levels", {4, 2}}, {"half", 1.0}, {"epoch", 3}}; });
  };
  EXPECT_EQ(of(R"({"plugin": "mse", "renamed": {"levels": "tau_student", "half": "", "epoch": ""},
                   "values": {"levels": {"[4,2]": 2.0}}})"),
            "passed");
  EXPECT_EQ(of(R"x({"plugin": "mse", "renamed": {"levels": "", "half": "", "epoch": ""},
                   "computed": {"tau": "2 * half", "kd_weight": "min(epoch / 3, 1)", "@epoch": "epoch - 1"}})x"),
            "passed");
  EXPECT_EQ(of(R"({"plugin": "mse", "renamed": {"levels": "tau"}, "values": {"levels": {"[4]": 2.0}}})"),
            "params.levels: 'values' of the aliases has nothing for [4,2]");
  EXPECT_EQ(of(R"({"plugin": "mse", "renamed": {"levels": "", "half": "", "epoch": ""}, "computed": {"tau": "levels"}})"),
            "'computed' of the aliases names 'levels', which is no number of the case's params");
  EXPECT_EQ(of(R"({"plugin": "mse", "renamed": {"levels": "", "half": "@epochs"}})"),
            "params.half: nothing is called '@epochs'; the host tells a loss @epoch, @num_epochs, @step, @num_steps, @num_train, "
            "@num_classes and @seed, and @steps is the number of batches");
  EXPECT_EQ(of(R"({"plugin": "mse", "renamed": {"levels": "", "half": ""}, "computed": {"@epoch": "epoch / 2"}})"),
            "'@epoch' takes a whole number, found 1.5");
}

TEST_F(CheckGolden, TellsWhatTheHostTells) {
  alias("when",
        R"({"plugin": "when", "renamed": {"e": "@epoch", "s": "@step", "of": "@num_epochs"}, "fixed": {"@num_steps": 9}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "when";
              c["params"] = {{"e", 2}, {"s", 4}, {"of", 7}};
              c["expected"] = {{"loss", 2 + 40 + 700 + 9000}};
            }),
            "passed");
}

TEST_F(CheckGolden, PutsMapsWhereTheAliasesSay) {
  // The maps of the case are f1 and f2: 2 * (3 - 1) + 3 * (4 - 1); before them a copy of the first: 1 * (3 - 1).
  alias("maps", R"({"plugin": "maps", "inputs": {"student_features": "student.features from f1",
                                                 "teacher_features": "teacher.features from f1"}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "maps";
              c["params"] = Json::object();
              c["inputs"] = {{"student_features", {column({3}), column({4})}}, {"teacher_features", {column({1}), column({1})}}};
              c["expected"] = {{"loss", 2 + 4 + 9}, {"grad", {{"student_features", {column({2}), column({3})}}}}};
            }),
            "passed");
}

TEST_F(CheckGolden, PutsAListOfTeachers) {
  // The case of golden_case_test.cpp: 25, and 2 more teachers that the context tells of.
  alias("teachers", R"({"plugin": "teachers", "inputs": {"teacher_logits": "teachers.logits"}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "teachers";
              c["params"] = Json::object();
              c["inputs"] = {{"student_logits", column({1})}, {"teacher_logits", {column({3}), column({5}), column({6})}}};
              c["expected"] = {{"loss", 27}, {"grad", {{"student_logits", column({-6})}}}};
            }),
            "passed");
}

TEST_F(CheckGolden, ComparesJudgedLogits) {
  const auto judged = [](Json& c) {
    c["loss"] = "doubling";
    c["params"] = Json::object();
    c["expected"] = {{"loss", 0}};
    c["after"] = {{"predicted", numbers({2, 4, 0, -2})}};
  };
  alias("doubling", R"({"plugin": "doubling", "after": {"predicted": "judged"}})");
  EXPECT_EQ(finding(judged), "passed");
  alias("doubling", R"({"plugin": "doubling", "after": {"predicted": "student.logits"}})");
  EXPECT_EQ(finding(judged), "after.predicted: expected \"state NAME\" or \"judged\", found 'student.logits'");
  alias("doubling", R"({"plugin": "doubling", "inputs": {"student_logits": "judged"}})");
  EXPECT_EQ(finding(judged), "inputs.student_logits: 'judged' is what comes out; it is a place of 'after'");
}

TEST_F(CheckGolden, FlattensByPixel) {
  // [1, 2, 1, 2]: class planes (1, 0) and (2, -1) are the rows (1, 2) and (0, -1) of the case above.
  alias("mse", R"({"plugin": "mse", "inputs": {"student_logits": "student.logits by pixel",
                                               "teacher_logits": "teacher.logits by pixel"}})");
  const auto planes = [](std::vector<double> data) {
    return Json{{"shape", {1, 2, 1, 2}}, {"dtype", "float64"}, {"data", std::move(data)}};
  };
  const auto flat = [&](Json& c) {
    c["inputs"]["student_logits"] = planes({1, 0, 2, -1});
    c["inputs"]["teacher_logits"] = planes({1, 0, 0, 1});
    c["expected"]["grad"]["student_logits"] = planes({0, 0, 4, -4});
  };
  EXPECT_EQ(finding(flat), "passed");
  EXPECT_EQ(finding([](Json&) {}), "inputs.student_logits: 'by pixel' takes a tensor [B, C, H, W], found [2, 2]");
}

TEST_F(CheckGolden, RunsStepsOfALossWithABank) {
  // The case of golden_case_test.cpp: -20 and -6, the bank 5, 1, 3 after it.
  alias("nce", R"({"plugin": "bank", "renamed": {"n": "@num_train", "steps": "@steps"},
    "inputs": {"student_features": "student.embedding", "idx": "indices", "contrast": "draws negatives", "memory": "state bank",
               "weight": "state factor"},
    "after": {"memory": "state bank", "calls": "state steps", "Z": ""}})");
  const auto steps = [](Json& c) {
    c["loss"] = "nce";
    c["params"] = {{"n", 3}, {"steps", 2}};
    c["inputs"] = {{"student_features", {column({5}), column({1})}},
                   {"idx", {row({0}, "int64"), row({1}, "int64")}},
                   {"contrast", {row({2}, "int64"), row({0}, "int64")}},
                   {"memory", row({1, 2, 3})},
                   {"weight", row({2})}};
    c["expected"] = {{"loss", -26}, {"grad", {{"student_features", {column({-4}), column({-6})}}, {"weight", row({-13})}}}};
    c["after"] = {{"memory", row({5, 1, 3})}, {"calls", 2}, {"Z", 0.5}};
  };
  EXPECT_EQ(finding(steps), "passed");
  EXPECT_EQ(checks().checks.at(0).detail, "not compared: after.Z");
  const auto off = [&](const std::function<void(Json&)>& change) {
    return finding([&](Json& c) {
      steps(c);
      change(c);
    });
  };
  EXPECT_EQ(off([](Json& c) { c["after"]["calls"] = 3; }), "state.steps after the last step: expected 3, found 2");
  EXPECT_EQ(off([](Json& c) { c["params"]["steps"] = 3; }), "inputs.contrast: expected a list of 3, one for each step, found 2");
  EXPECT_EQ(off([](Json& c) { c["params"]["steps"] = 0; }), "params.steps: '@steps' must be at least 1, found 0");
  EXPECT_EQ(off([](Json& c) { c["expected"]["grad"]["student_features"] = column({-4}); }),
            "expected.grad.student_features: expected a list of 2, one for each step");
  EXPECT_EQ(off([](Json& c) { c["expected"]["grad"]["idx"] = row({1}); }),
            "expected.grad.idx: no gradient reaches what is no output of the student and no parameter of the loss");
}

TEST_F(CheckGolden, ComparesWithTheStableValueWhereTheReferenceIsNotFinite) {
  // ln(1e-3) / 2 where the reference has the logarithm of 0; the gradient of what is clamped is 0.
  const auto guarded = [&](const std::function<void(Json&)>& change) {
    return finding([&](Json& c) {
      c["loss"] = "guarded";
      c["params"] = Json::object();
      c["inputs"] = {{"student_logits", column({0, 1})}};
      c["expected"] = {{"loss", "-inf"}, {"grad", {{"student_logits", column({0, 0.5})}}}};
      c["expected"]["grad"]["student_logits"]["data"][0] = "inf";
      c["tags"] = {"loss_nonfinite", "grad_nonfinite"};
      change(c);
    });
  };
  EXPECT_EQ(guarded([](Json&) {}), "passed");
  EXPECT_EQ(checks().checks.at(0).detail, "finite where the reference is not");
  EXPECT_EQ(guarded([](Json& c) { c["tags"] = Json::array(); }), "loss: expected -inf, found -3.4538776394910684");
  const auto stable = [&](double loss, double grad) {
    return guarded([&](Json& c) {
      c["stable"] = {{"source", "log space"}, {"loss", loss}, {"grad", {{"student_logits", column({grad, 0.5})}}}};
    });
  };
  EXPECT_EQ(stable(std::log(1e-3) / 2, 0), "passed");
  EXPECT_EQ(checks().checks.at(0).detail, "");
  EXPECT_EQ(stable(-3, 0), "loss: expected -3, found -3.4538776394910684");
  EXPECT_EQ(stable(std::log(1e-3) / 2, 1), "gradient of student.logits: off by 1 where the largest entry is 1");
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
  auto one = one_case();
  one["loss"] = "square";
  write("cases/case.json", document_of(one).dump());
  const auto found = [&] {
    Collected collected;
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
  auto other = one_case();
  other["id"] = "other";
  other["loss"] = "crd";
  other["inputs"]["more"] = 1;
  auto third = one_case();
  third["id"] = "third";
  third["inputs"]["more"] = numbers({1, 2, 3, 4});
  write("deeper/case.json",
        Json{{"schema", "kdbench-golden-loss/1"}, {"loss", "mse"}, {"cases", {one_case(), other, third}}}.dump());
  Collected converted;
  const auto into = folder / "native";
  convert_golden(test::golden_catalog(), folder, into, converted.report());
  ASSERT_EQ(converted.checks.size(), 3u);
  EXPECT_EQ(converted.finding("other"), "skipped: no loss plugin 'crd'");
  EXPECT_EQ(converted.finding("third").find("inputs.more: it has no place"), 0u);
  EXPECT_EQ(converted.checks[2].plugin, "golden case.json");
  EXPECT_EQ(converted.checks[2].name, "is written in the native form");
  EXPECT_EQ(converted.checks[2].detail, "1 case in " + (into / "deeper/case.json").string());
  Collected found;
  check_golden(test::golden_catalog(), into, found.report());
  ASSERT_EQ(found.checks.size(), 1u);
  EXPECT_EQ(found.finding("by_hand"), "passed");
  Collected again;
  convert_golden(test::golden_catalog(), into, folder / "again", again.report());
  EXPECT_EQ(again.finding("is written in the native form"), "skipped: it has that form");
}

TEST(CheckGoldenFiles, NameTheMissingPluginOfEveryCase) {
  Collected collected;
  check_golden(Catalog{}, KDBENCH_SOURCE_DIR "/plugins/losses/kl/golden/kd.json", collected.report());
  ASSERT_EQ(collected.checks.size(), 11u);
  EXPECT_EQ(collected.skipped(), 11u);
  EXPECT_EQ(collected.checks[0].detail, "no loss plugin 'kl'");  // the file calls it kd
}

}  // namespace
}  // namespace kdbench
