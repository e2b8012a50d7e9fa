// How cases in the words of a reference become cases here: what their aliases say, and what has no place.
#include "golden_losses.h"

#include <cmath>

namespace kdbench {
namespace {

struct ReferenceCases : test::ReferenceFolder {};

TEST_F(ReferenceCases, NamesTheNumberThatIsOff) {
  EXPECT_EQ(finding([](Json& c) { c["expected"]["loss"] = 9.0; }), "loss: expected 9, found 8");
  EXPECT_EQ(checks().checks.at(0).remedy,
            "compare the formula with the reference that the case was made by: arguments, temperatures, mean or sum, weights");
  EXPECT_EQ(finding([](Json& c) { c["params"]["tau"] = 1.0; }), "loss: expected 8, found 2");
  EXPECT_EQ(finding([](Json& c) {
              c["expected"]["grad"]["student_logits"] = test::numbers({0, 4, 0, -3});
            }),
            "gradient of student.logits: off by 1 where the largest entry is 4");
}

TEST_F(ReferenceCases, AllowsMoreWhereGradientsAreHuge) {
  const auto off = [](Json& c) { c["expected"]["grad"]["student_logits"] = test::numbers({0, 4, 0, -4 * (1 + 1e-7)}); };
  EXPECT_NE(finding(off), "passed");
  EXPECT_EQ(finding([&](Json& c) {
              off(c);
              c["tags"] = {"grad_huge"};
            }),
            "passed");
}

TEST_F(ReferenceCases, AllowsWhatTheAliasesSay) {
  const auto off = [](Json& c) { c["expected"]["grad"]["student_logits"] = test::numbers({0, 4, 0, -4 * (1 + 1e-8)}); };
  EXPECT_NE(finding(off), "passed");
  alias("mse", R"({"plugin": "mse", "tolerance": {"gradient": 1e-7}})");
  EXPECT_EQ(finding(off), "passed");
}

TEST_F(ReferenceCases, RefusesTensorsAndParametersThatDoNotFit) {
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
              c["inputs"]["teacher_logits"] = {c["inputs"]["teacher_logits"], test::numbers({0, 0, 0, 0})};
            }),
            "inputs.teacher_logits: 'teacher.logits' takes one tensor, found a list of 2");
}

TEST_F(ReferenceCases, FailsWhereAnInputHasNoPlace) {
  EXPECT_EQ(finding([](Json& c) {
              c["inputs"]["weak_features"] = test::numbers({1, 2, 3, 4});
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
      "NAME\"}), that it is what an adapter is judged by (\"judged\"), or that it is not compared (\"\")");
}

TEST_F(ReferenceCases, TranslatesValuesAndComputesKeys) {
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
            "@num_classes, @seed and @mix, and @steps is the number of batches");
  EXPECT_EQ(of(R"({"plugin": "mse", "renamed": {"levels": "", "half": ""}, "computed": {"@epoch": "epoch / 2"}})"),
            "'@epoch' takes a whole number, found 1.5");
}

TEST_F(ReferenceCases, ComputesKeysFromSizesOfInputs) {
  const auto of = [&](const char* aliases) {
    alias("mse", aliases);
    return finding([](Json& c) {
      c["params"] = Json::object();
      c["inputs"]["width"] = test::column({0, 0, 0});
    });
  };
  // [3, 1]: tau = 3 - 1 = 2, as the case wants.
  EXPECT_EQ(of(R"({"plugin": "mse", "inputs": {"width": ""}, "computed": {"tau": "width[0] - width[1]"}})"), "passed");
  EXPECT_EQ(of(R"({"plugin": "mse", "inputs": {"width": ""}, "computed": {"tau": "width[2]"}})"),
            "'computed' of the aliases names 'width[2]', and it has 2 dimensions");
  EXPECT_EQ(of(R"({"plugin": "mse", "inputs": {"width": ""}, "computed": {"tau": "height[0]"}})"),
            "'computed' of the aliases names 'height', which is no input");
}

TEST_F(ReferenceCases, ChoosesTheAliasByAParameter) {
  Json table{{"schema", "kdbench-golden-aliases/2"}};
  table["losses"]["mse"] = Json::parse(R"({"plugin": "mse", "renamed": {"views": ""}, "fixed": {"tau": 1.0}})");
  table["losses"]["mse where views = 2"] = Json::parse(R"({"plugin": "mse", "renamed": {"views": ""}, "fixed": {"tau": 2.0}})");
  write("aliases.json", table.dump());
  const auto views = [&](int number) { return finding([&](Json& c) { c["params"] = {{"views", number}}; }); };
  EXPECT_EQ(views(2), "passed");
  EXPECT_EQ(views(1), "loss: expected 8, found 2");
}

TEST_F(ReferenceCases, TellsTheShareOfMixedLabels) {
  // 0.75 times the labels 1 and 1.
  alias("mixed_in", R"({"plugin": "mixed_in", "renamed": {"lambda": "@mix"}, "inputs": {"labels_b": "mixed_labels"}})");
  const auto mixed = [&](const Json& share) {
    return finding([&](Json& c) {
      c["loss"] = "mixed_in";
      c["params"] = {{"lambda", share}};
      c["inputs"]["labels_b"] = test::row({1, 1}, "int64");
      c["expected"] = {{"loss", 1.5}};
    });
  };
  EXPECT_EQ(mixed(0.75), "passed");
  EXPECT_EQ(mixed("half"), "params.lambda: '@mix' takes a number, found \"half\"");
}

TEST_F(ReferenceCases, ComparesATermWhereTheReferenceIsAPart) {
  // The case of TeachersLoss: 25 and, of a term of its own, 0 * sum + 2, which the reference knows nothing of.
  alias("teachers", R"({"plugin": "teachers", "term": "kd", "inputs": {"teacher_logits": "teachers.logits"}})");
  const auto part = [&](double loss) {
    return finding([&](Json& c) {
      c["loss"] = "teachers";
      c["params"] = Json::object();
      c["inputs"] = {{"student_logits", test::column({1})},
                     {"teacher_logits", {test::column({3}), test::column({5}), test::column({6})}}};
      c["expected"] = {{"loss", loss}, {"grad", {{"student_logits", test::column({-6})}}}};
    });
  };
  EXPECT_EQ(part(25), "passed");
  EXPECT_EQ(part(27), "term kd: expected 27, found 25");
}

TEST_F(ReferenceCases, PutsListsIntoExitsAndDraws) {
  alias("exits", R"({"plugin": "exits", "inputs": {"exit_logits": "student.exits"}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "exits";
              c["params"] = Json::object();
              c["inputs"] = {{"exit_logits", {test::column({3}), test::column({5})}}};
              c["expected"] = {{"loss", 3 + 2 * 5}, {"grad", {{"exit_logits", {test::column({1}), test::column({2})}}}}};
            }),
            "passed");
  // The case of golden_case_test.cpp, the embedding that of a list, which has a second place.
  alias("given", R"({"plugin": "given", "inputs": {"factors": ["draws factor each", "student.embedding of first"]}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "given";
              c["params"] = Json::object();
              c["inputs"] = {{"factors", {test::column({2}), test::column({5})}}};
              c["expected"] = {{"loss", 2 * 2 + 2 * 5}, {"grad", {{"factors", {test::column({2}), test::column({2})}}}}};
            }),
            "passed");
}

TEST_F(ReferenceCases, TellsWhatTheHostTells) {
  alias("when",
        R"({"plugin": "when", "renamed": {"e": "@epoch", "s": "@step", "of": "@num_epochs"}, "fixed": {"@num_steps": 9}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "when";
              c["params"] = {{"e", 2}, {"s", 4}, {"of", 7}};
              c["expected"] = {{"loss", 2 + 40 + 700 + 9000}};
            }),
            "passed");
}

TEST_F(ReferenceCases, PutsMapsWhereTheAliasesSay) {
  // The maps of the case are f1 and f2: 2 * (3 - 1) + 3 * (4 - 1); before them a copy of the first: 1 * (3 - 1).
  alias("maps", R"({"plugin": "maps", "inputs": {"student_features": "student.features from f1",
                                                 "teacher_features": "teacher.features from f1"}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "maps";
              c["params"] = Json::object();
              c["inputs"] = {{"student_features", {test::column({3}), test::column({4})}},
                             {"teacher_features", {test::column({1}), test::column({1})}}};
              c["expected"] = {{"loss", 2 + 4 + 9}, {"grad", {{"student_features", {test::column({2}), test::column({3})}}}}};
            }),
            "passed");
}

TEST_F(ReferenceCases, PutsAListOfTeachers) {
  // The case of golden_case_test.cpp: 25, and 2 more teachers that the context tells of.
  alias("teachers", R"({"plugin": "teachers", "inputs": {"teacher_logits": "teachers.logits"}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "teachers";
              c["params"] = Json::object();
              c["inputs"] = {{"student_logits", test::column({1})},
                             {"teacher_logits", {test::column({3}), test::column({5}), test::column({6})}}};
              c["expected"] = {{"loss", 27}, {"grad", {{"student_logits", test::column({-6})}}}};
            }),
            "passed");
}

TEST_F(ReferenceCases, PutsTensorsIntoTheSecondView) {
  // The case of golden_case_test.cpp.
  alias("views", R"({"plugin": "views", "inputs": {"student_logits_strong": "student_second_view.logits",
                                                   "teacher_logits_strong": "teacher_second_view.logits"}})");
  EXPECT_EQ(finding([](Json& c) {
              c["loss"] = "views";
              c["params"] = Json::object();
              c["inputs"] = {{"student_logits", test::column({2})},
                             {"student_logits_strong", test::column({5})},
                             {"teacher_logits", test::column({3})},
                             {"teacher_logits_strong", test::column({4})}};
              c["expected"] = {{"loss", -2},
                               {"grad", {{"student_logits", test::column({5})}, {"student_logits_strong", test::column({2})}}}};
            }),
            "passed");
}

TEST_F(ReferenceCases, ComparesJudgedLogits) {
  const auto judged = [](Json& c) {
    c["loss"] = "doubling";
    c["params"] = Json::object();
    c["expected"] = {{"loss", 0}};
    c["after"] = {{"predicted", test::numbers({2, 4, 0, -2})}};
  };
  alias("doubling", R"({"plugin": "doubling", "after": {"predicted": "judged"}})");
  EXPECT_EQ(finding(judged), "passed");
  alias("doubling", R"({"plugin": "doubling", "after": {"predicted": "student.logits"}})");
  EXPECT_EQ(finding(judged), "after.predicted: expected \"state NAME\" or \"judged\", found 'student.logits'");
  alias("doubling", R"({"plugin": "doubling", "inputs": {"student_logits": "judged"}})");
  EXPECT_EQ(finding(judged), "inputs.student_logits: 'judged' is what comes out; it is a place of 'after'");
}

TEST_F(ReferenceCases, FlattensByPixel) {
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

TEST_F(ReferenceCases, RunsStepsOfALossWithABank) {
  // The case of golden_case_test.cpp: -20 and -6, the bank 5, 1, 3 after it.
  alias("nce", R"({"plugin": "bank", "renamed": {"n": "@num_train", "steps": "@steps"},
    "inputs": {"student_features": "student.embedding", "idx": "indices", "contrast": "draws negatives", "memory": "state bank",
               "weight": "state factor"},
    "after": {"memory": "state bank", "calls": "state steps", "Z": ""}})");
  const auto steps = [](Json& c) {
    c["loss"] = "nce";
    c["params"] = {{"n", 3}, {"steps", 2}};
    c["inputs"] = {{"student_features", {test::column({5}), test::column({1})}},
                   {"idx", {test::row({0}, "int64"), test::row({1}, "int64")}},
                   {"contrast", {test::row({2}, "int64"), test::row({0}, "int64")}},
                   {"memory", test::row({1, 2, 3})},
                   {"weight", test::row({2})}};
    c["expected"] = {{"loss", -26},
                     {"grad", {{"student_features", {test::column({-4}), test::column({-6})}}, {"weight", test::row({-13})}}}};
    c["after"] = {{"memory", test::row({5, 1, 3})}, {"calls", 2}, {"Z", 0.5}};
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
  EXPECT_EQ(off([](Json& c) { c["expected"]["grad"]["student_features"] = test::column({-4}); }),
            "expected.grad.student_features: expected a list of 2, one for each step");
  EXPECT_EQ(off([](Json& c) { c["expected"]["grad"]["idx"] = test::row({1}); }),
            "expected.grad.idx: no gradient reaches what is no output of the student and no parameter of the loss");
}

TEST_F(ReferenceCases, ComparesWithTheStableValueWhereTheReferenceIsNotFinite) {
  // ln(1e-3) / 2 where the reference has the logarithm of 0; the gradient of what is clamped is 0.
  const auto guarded = [&](const std::function<void(Json&)>& change) {
    return finding([&](Json& c) {
      c["loss"] = "guarded";
      c["params"] = Json::object();
      c["inputs"] = {{"student_logits", test::column({0, 1})}};
      c["expected"] = {{"loss", "-inf"}, {"grad", {{"student_logits", test::column({0, 0.5})}}}};
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
      c["stable"] = {{"source", "log space"}, {"loss", loss}, {"grad", {{"student_logits", test::column({grad, 0.5})}}}};
    });
  };
  EXPECT_EQ(stable(std::log(1e-3) / 2, 0), "passed");
  EXPECT_EQ(checks().checks.at(0).detail, "");
  EXPECT_EQ(stable(-3, 0), "loss: expected -3, found -3.4538776394910684");
  EXPECT_EQ(stable(std::log(1e-3) / 2, 1), "gradient of student.logits: off by 1 where the largest entry is 1");
}

}  // namespace
}  // namespace kdbench
