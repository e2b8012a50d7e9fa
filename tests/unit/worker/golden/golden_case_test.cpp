// Golden cases in the native form: what a case gives reaches the loss, and what is off is named.
#include "golden_losses.h"

#include <cmath>
#include <functional>

namespace kdbench {
namespace {

struct NativeCase : test::GoldenFolder {
  std::string found(const Json& one) const { return finding(one, "kdbench-golden-loss/2"); }
  /// Returns what the case finds after a change.
  std::string found(Json one, const std::function<void(Json&)>& change) const {
    change(one);
    return found(one);
  }
};

/// ((1-1)^2 + (2-0)^2 + 0 + (-1-1)^2) / 4 = 2 times tau^2 = 4, and 2 (s - t) / 4 times 4.
Json square_case() {
  return Json::parse(R"({"id": "square", "plugin": "mse", "keys": {"tau": 2.0},
    "steps": {"student": {"logits": [[1, 2], [0, -1]]}, "teacher": {"logits": [[1, 0], [0, 1]]}},
    "expected": {"loss": 8, "terms": {"kd": 2}, "grad": {"student": {"logits": [[0, 4], [0, -4]]}}}})");
}

/// Bank 1, 2, 3 and factor 2. First 2 (5 * 1 - 5 * 3) = -20, by s 2 (1 - 3) = -4, by the factor 5 (1 - 3) = -10; the bank is then
/// 5, 2, 3. Then 2 (1 * 2 - 1 * 5) = -6, by s 2 (2 - 5) = -6, by the factor 2 - 5 = -3; the bank is 5, 1, 3.
Json bank_case() {
  return Json::parse(R"({"id": "bank", "plugin": "bank", "context": {"num_train": 3},
    "state": {"bank": [1, 2, 3], "factor": [2]},
    "steps": [
      {"student": {"embedding": [[5]]}, "indices": [0], "draws": {"negatives": {"shape": [1], "dtype": "int64", "data": [2]}}},
      {"student": {"embedding": [[1]]}, "indices": [1], "draws": {"negatives": {"shape": [1], "dtype": "int64", "data": [0]}}}],
    "expected": {"loss": -26, "terms": {"bank": -26},
                 "grad": [{"student": {"embedding": [[-4]]}}, {"student": {"embedding": [[-6]]}}],
                 "state_grad": {"factor": [-13]}, "after": {"bank": [5, 1, 3], "steps": 2}}})");
}

TEST_F(NativeCase, PassesWhereAllAgrees) {
  EXPECT_EQ(found(square_case()), "passed");
  EXPECT_EQ(checks().checks.at(0).plugin, "loss mse");
}

TEST_F(NativeCase, NamesTheNumberThatIsOff) {
  const auto off = [&](const std::function<void(Json&)>& change) { return found(square_case(), change); };
  EXPECT_EQ(off([](Json& c) { c["expected"]["loss"] = 9; }), "loss: expected 9, found 8");
  EXPECT_EQ(off([](Json& c) { c["keys"]["tau"] = 1; }), "loss: expected 8, found 2");
  EXPECT_EQ(off([](Json& c) { c["expected"]["terms"]["kd"] = 3; }), "term kd: expected 3, found 2");
  EXPECT_EQ(off([](Json& c) { c["expected"]["terms"]["inter"] = 3; }),
            "expected.terms.inter: no term of that name; the loss has kd");
  EXPECT_EQ(off([](Json& c) { c["expected"]["grad"]["student"]["logits"][1][1] = -3; }),
            "gradient of student.logits: off by 1 where the largest entry is 4");
  EXPECT_EQ(off([](Json& c) {
              c["expected"]["grad"]["student"]["logits"] = {0, 4};
            }),
            "gradient of student.logits: expected [2], found [2, 2]");
  EXPECT_EQ(off([](Json& c) { c["expected"]["grad"]["student"] = Json::parse(R"({"embedding": [0]})"); }),
            "expected.grad.student.embedding: the case gives no such input");
}

TEST_F(NativeCase, AllowsWhatTheToleranceSays) {
  const auto loss_off_by = [&](double relative, double tolerance) {
    return found(square_case(), [&](Json& c) {
      c["expected"]["loss"] = 8 * (1 + relative);
      if (tolerance > 0) c["tolerance"] = {{"value", tolerance}};
    });
  };
  EXPECT_EQ(loss_off_by(1e-10, 0), "passed");  // 1e-9 unless said
  EXPECT_NE(loss_off_by(1e-8, 0), "passed");
  EXPECT_EQ(loss_off_by(1e-8, 1e-7), "passed");
  const auto gradient_off_by = [&](double relative, double tolerance) {
    return found(square_case(), [&](Json& c) {
      c["expected"]["grad"]["student"]["logits"][0][1] = 4 * (1 + relative);
      if (tolerance > 0) c["tolerance"] = {{"gradient", tolerance}};
    });
  };
  EXPECT_EQ(gradient_off_by(1e-10, 0), "passed");
  EXPECT_NE(gradient_off_by(1e-8, 0), "passed");
  EXPECT_EQ(gradient_off_by(1e-8, 1e-7), "passed");
}

TEST_F(NativeCase, WeighsAsTheSuiteWould) {
  const auto keys = [&](const Json& keys, double loss) {
    return found(square_case(), [&](Json& c) {
      c["keys"] = keys;
      c["steps"]["labels"] = {1, 0};
      c["expected"] = {{"loss", loss}};
    });
  };
  // The rows' cross-entropy: ln(1 + e^-1) for the first, of the label with the larger logit, and ln(1 + e^-1) for the second.
  const double ce = std::log1p(std::exp(-1.0));
  EXPECT_EQ(keys({{"tau", 2}, {"alpha", 0.25}}, 0.75 * ce + 0.25 * 8), "passed");
  EXPECT_EQ(keys({{"tau", 2}, {"kd_weight", 3}}, 24), "passed");
  EXPECT_EQ(keys({{"tau", 2}, {"ce_weight", 2}, {"kd_weight", 3}}, 2 * ce + 24), "passed");
  EXPECT_EQ(keys({{"tau_student", 2}, {"tau_squared", false}}, 2), "passed");
  // Each teacher logit halved: ((1-0.5)^2 + 2^2 + 0 + (-1-0.5)^2) / 4 = 1.625.
  EXPECT_EQ(keys({{"teacher_temperature", 2}}, 1.625), "passed");
  EXPECT_EQ(keys({{"warmup_epochs", 4}}, 0.5), "passed");                // a quarter of 2 in the first epoch
  EXPECT_EQ(keys({{"ce_weight", 1}, {"from_epoch", 1}}, ce), "passed");  // the terms are off
  EXPECT_EQ(keys({{"ce_weight", 1}, {"kd_weight", 0}, {"label_smoothing", 0.5}}, ce + 0.25), "passed");  // 1/4 of the gap 1
  EXPECT_EQ(keys({{"tau", 0}}, 8), "'tau' must be above 0, found 0");
  EXPECT_EQ(keys({{"alpha", 0.5}, {"kd_weight", 1}}, 8),
            "'alpha' stands for kd_weight = alpha and ce_weight = 1 - alpha, and one of them is set too; remove 'alpha'");
  EXPECT_EQ(found(square_case(), [](Json& c) { c["keys"]["alpha"] = 0.5; }),
            "labels: cross-entropy has a weight, and the case gives none");
}

TEST_F(NativeCase, ChecksKeysAsASuiteWould) {
  const auto keys = [&](const Json& keys) { return found(bank_case(), [&](Json& c) { c["keys"] = keys; }); };
  EXPECT_EQ(keys({{"power", 1.0}, {"kind", "other"}}), "passed");
  EXPECT_EQ(keys({{"power", 3}}), "'power' must be at most 2, found 3");
  EXPECT_EQ(keys({{"power", 1.5}}), "'power' must be an integer, found a real number 1.5");
  EXPECT_EQ(keys({{"power", {1, 2}}}), "'power' must be a boolean, a number or a string, found array");
  EXPECT_EQ(keys({{"tau_studen", 1}}), "no parameter 'tau_studen'; did you mean 'tau_student'?");
  EXPECT_EQ(keys({{"tau", "four"}}), "cases[0].keys.tau: expected a number, found string");
}

TEST_F(NativeCase, RunsStepsWithStateAndDraws) {
  EXPECT_EQ(found(bank_case()), "passed");
  const auto off = [&](const std::function<void(Json&)>& change) { return found(bank_case(), change); };
  EXPECT_EQ(off([](Json& c) { c["steps"][1]["draws"]["negatives"]["data"] = {1}; }), "loss: expected -26, found -20");
  EXPECT_EQ(off([](Json& c) { c["expected"]["grad"][1]["student"]["embedding"][0] = {-5}; }),
            "gradient of student.embedding of steps[1]: off by 1 where the largest entry is 5");
  EXPECT_EQ(off([](Json& c) { c["expected"]["grad"].erase(0); }), "expected.grad: expected one for each of 2 steps, found 1");
  EXPECT_EQ(off([](Json& c) { c["expected"]["state_grad"]["factor"] = {-10}; }),
            "gradient of state.factor: off by 3 where the largest entry is 10");
  EXPECT_EQ(off([](Json& c) {
              c["expected"]["after"]["bank"] = {1, 2, 3};
            }),
            "state.bank after the last step: off by 4 where the largest entry is 3");
  EXPECT_EQ(off([](Json& c) { c["expected"]["after"]["steps"] = 3; }), "state.steps after the last step: expected 3, found 2");
}

TEST_F(NativeCase, NamesStateAndDrawsThatTheLossLacks) {
  const auto off = [&](const std::function<void(Json&)>& change) { return found(bank_case(), change); };
  EXPECT_EQ(off([](Json& c) { c["state"]["banks"] = {1}; }),
            "state.banks: the loss has no parameter or buffer 'banks'; it has factor, bank, steps");
  EXPECT_EQ(off([](Json& c) { c["state"]["bank"] = {1, 2}; }), "state.bank: the case gives [2], the loss has [3]");
  EXPECT_EQ(off([](Json& c) { c["steps"][0]["draws"]["positives"] = {1}; }),
            "the loss refuses the case: the loss draws nothing by the name 'positives'");
  EXPECT_EQ(off([](Json& c) { c["expected"]["after"]["queue"] = 1; }),
            "expected.after: the loss has no parameter or buffer 'queue'; it has factor, bank, steps");
}

TEST_F(NativeCase, TellsTheLossWhatItIsBuiltWith) {
  // (3 * 5 + 1 * 6) * 2, and labels 1 + 0 + 1.
  const auto one = Json::parse(R"({"id": "head", "plugin": "head", "context": {"train_labels": [1, 0, 1]},
    "steps": {"student": {"classifier": {"weight": [[3], [1]]}, "embedding": [[0]]},
              "teacher": {"classifier": {"weight": [[5], [6]]}, "features": {"f0": [[[[0]]]]},
                          "norms": {"f0": {"scale": [2], "shift": [0]}}}},
    "expected": {"loss": 44, "grad": {"student": {"classifier": {"weight": [[10], [12]]}, "embedding": [[0]]}}}})");
  EXPECT_EQ(found(one), "passed");
  EXPECT_EQ(found(one,
                  [](Json& c) {
                    c["steps"] = {c["steps"], c["steps"]};
                  }),
            "steps[1]: teacher: its classifier and norms are what the loss is built with; write them in the first step alone");
}

TEST_F(NativeCase, GivesMapsFromShallowToDeep) {
  // f2 stands before f10: 1 * (1 + 2) + 2 * (7 - 5).
  EXPECT_EQ(found(Json::parse(R"({"id": "maps", "plugin": "maps",
    "steps": {"student": {"features": {"f2": [[1, 2]], "f10": [[7]]}}, "teacher": {"features": {"f2": [[0, 0]], "f10": [[5]]}}},
    "expected": {"loss": 7, "grad": {"student": {"features": {"f2": [[1, 1]], "f10": [[2]]}}}}})")),
            "passed");
}

TEST_F(NativeCase, GivesSeveralTeachers) {
  // 1 * (3 - 1) + 2 * (5 - 1) + 3 * (6 - 1), and 2 that the context tells of; by the student's logit -(1 + 2 + 3).
  const auto one = Json::parse(R"({"id": "t", "plugin": "teachers",
    "steps": {"student": {"logits": [[1]]}, "teacher": {"logits": [[3]]}, "more_teachers": [{"logits": [[5]]}, {"logits": [[6]]}]},
    "expected": {"loss": 27, "terms": {"kd": 25, "told": 2}, "grad": {"student": {"logits": [[-6]]}}}})");
  EXPECT_EQ(found(one), "passed");
  EXPECT_EQ(found(one, [](Json& c) { c["steps"].erase("teacher"); }),
            "steps: more_teachers: they stand beside 'teacher', and there is none");
  EXPECT_EQ(found(one,
                  [](Json& c) {
                    c["steps"] = {c["steps"], c["steps"]};
                    c["steps"][1]["more_teachers"].erase(0);
                  }),
            "steps[1]: more_teachers: expected 2 as in the first step, found 1");
}

TEST_F(NativeCase, GivesASecondView) {
  // 2 * 5 - 3 * 4; by the views 5 and 2. The teacher's temperature divides both of its views: 10 - 12 / 4.
  const auto one = Json::parse(R"({"id": "v", "plugin": "views",
    "steps": {"student": {"logits": [[2]]}, "student_second_view": {"logits": [[5]]},
              "teacher": {"logits": [[3]]}, "teacher_second_view": {"logits": [[4]]}},
    "expected": {"loss": -2, "grad": {"student": {"logits": [[5]]}, "student_second_view": {"logits": [[2]]}}}})");
  EXPECT_EQ(found(one), "passed");
  EXPECT_EQ(found(one, [](Json& c) { c["expected"]["grad"]["student_second_view"]["logits"][0][0] = 3; }),
            "gradient of student_second_view.logits: off by 1 where the largest entry is 3");
  EXPECT_EQ(found(one,
                  [](Json& c) {
                    c["keys"]["teacher_temperature"] = 2;
                    c["expected"]["loss"] = 7;
                  }),
            "passed");
}

TEST_F(NativeCase, GivesTheStudentsExits) {
  // 1 * (3 + 4) + 2 * 5; exit2 stands before exit10.
  const auto one = Json::parse(R"({"id": "e", "plugin": "exits",
    "steps": {"student": {"logits": [[0, 0]], "exits": {"exit10": [[5, 0]], "exit2": [[3, 4]]}}},
    "expected": {"loss": 17, "grad": {"student": {"exits": {"exit2": [[1, 1]], "exit10": [[2, 2]]}}}}})");
  EXPECT_EQ(found(one), "passed");
  EXPECT_EQ(found(one, [](Json& c) { c["expected"]["grad"]["student"]["exits"]["exit10"][0][1] = 1; }),
            "gradient of student.exits.exit10: off by 1 where the largest entry is 2");
  EXPECT_EQ(found(one, [](Json& c) { c["steps"]["teacher"]["exits"]["exit1"] = Json::parse("[[1, 1]]"); }),
            "steps: teacher.exits: a loss is given the exits of the student alone");
}

TEST_F(NativeCase, MixesLabels) {
  // Of rows whose logits are 1 apart cross-entropy is ln(1 + e^-1) for the label with the larger, and 1 more for the other.
  const double ce = std::log1p(std::exp(-1.0));
  auto one = square_case();
  one["keys"] = {{"ce_weight", 1}, {"kd_weight", 0}};
  one["steps"]["labels"] = {1, 0};
  one["steps"]["mixed_labels"] = {0, 1};
  one["steps"]["mix"] = 0.75;
  one["expected"] = {{"loss", ce + 0.25}};
  EXPECT_EQ(found(one), "passed");
  const auto wrong = [&](const std::function<void(Json&)>& change) { return found(one, change); };
  EXPECT_EQ(wrong([](Json& c) { c["steps"]["mix"] = 1.5; }), "steps: mix: expected a share in [0, 1], found 1.5");
  EXPECT_EQ(wrong([](Json& c) { c["steps"].erase("mixed_labels"); }),
            "steps: mix: it is the share of 'labels' beside 'mixed_labels', and there are none");
  EXPECT_EQ(wrong([](Json& c) {
              c["plugin"] = "mixed_in";
              c["keys"] = Json::object();
              c["expected"]["loss"] = 0.75;  // of the labels 0 and 1
            }),
            "passed");
}

TEST_F(NativeCase, ComparesTheGradientOfWhatIsGivenInPlaceOfDraws) {
  // 2 * (3 + 4) + 2 * 5: by the embedding 12, by each factor 2.
  const auto one = Json::parse(R"({"id": "g", "plugin": "given",
    "steps": {"student": {"embedding": [[2]]}, "draws": {"factor0": [3, 4], "factor1": [5]}},
    "expected": {"loss": 24, "grad": {"student": {"embedding": [[12]]}, "draws": {"factor0": [2, 2], "factor1": [2]}}}})");
  EXPECT_EQ(found(one), "passed");
  EXPECT_EQ(found(one, [](Json& c) { c["expected"]["grad"]["draws"]["factor1"] = {3}; }),
            "gradient of draws.factor1: off by 1 where the largest entry is 3");
}

TEST_F(NativeCase, ComparesWhatAnAdapterIsJudgedBy) {
  // Cross-entropy of the doubled logits: ln(1 + e^-2); by the logits 2 (p - y), p = 1 / (1 + e^-2) of the label.
  const double p = 1 / (1 + std::exp(-2.0));
  auto one = Json::parse(R"({"id": "a", "plugin": "doubling", "keys": {"ce_weight": 1},
    "steps": {"student": {"logits": [[1, 0]]}, "labels": [0]}, "expected": {"judged": [[2, 0]]}})");
  one["expected"]["loss"] = std::log1p(std::exp(-2.0));
  one["expected"]["grad"]["student"]["logits"] = Json::array({Json::array({2 * (p - 1), 2 * (1 - p)})});
  EXPECT_EQ(found(one), "passed");
  EXPECT_EQ(found(one, [](Json& c) { c["expected"]["judged"][0][1] = 1; }),
            "judged logits: off by 1 where the largest entry is 2");
}

TEST_F(NativeCase, RefusesATemperatureThatIsNotRead) {
  const auto keys = [&](const char* keys) {
    return found(Json::parse(R"({"id": "k", "plugin": "doubling", "steps": {"student": {"logits": [[1, 0]]}},
                                 "expected": {"loss": 0}})"),
                 [&](Json& c) { c["keys"] = Json::parse(keys); });
  };
  EXPECT_EQ(keys("{}"), "passed");
  EXPECT_EQ(keys(R"({"tau": 2})"), "'tau' has no effect: the loss does not read it; remove it");
  EXPECT_EQ(keys(R"({"tau_teacher": 2})"), "'tau_teacher' has no effect: the loss does not read it; remove it");
}

TEST_F(NativeCase, TellsEpochAndStep) {
  const auto told = [&](const char* context, const char* step, double loss) {
    return found({{"id", "w"},
                  {"plugin", "when"},
                  {"context", Json::parse(context)},
                  {"steps", Json::parse(step)},
                  {"expected", {{"loss", loss}}}});
  };
  EXPECT_EQ(told("{}", R"({"student": {"logits": [[0, 1]]}})", 1100), "passed");
  EXPECT_EQ(told("{}", R"({"student": {"logits": [[0, 1]]}, "epoch": 3, "step": 5})", 3 + 50 + 400 + 6000), "passed");
  EXPECT_EQ(told(R"({"num_epochs": 9, "num_steps": 8})", R"({"student": {"logits": [[0, 1]]}})", 900 + 8000), "passed");
}

TEST_F(NativeCase, ComparesWhatIsNotFinite) {
  // ln 0 = -inf; by the logits (1 / 0) / 2 = inf and (1 / 1) / 2.
  const auto of = [&](const char* plugin, const Json& loss, const char* grad, bool finite) {
    auto one = Json::parse(R"({"id": "n", "steps": {"student": {"logits": [[0, 1]]}}})");
    one["plugin"] = plugin;
    one["expected"]["loss"] = loss;
    one["expected"]["grad"]["student"]["logits"] = Json::parse(grad);
    one["expected"]["finite"] = finite;
    return found(one);
  };
  EXPECT_EQ(of("mean_log", "-inf", R"([["inf", 0.5]])", false), "passed");
  EXPECT_EQ(of("mean_log", "inf", R"([["inf", 0.5]])", false), "loss: expected inf, found -inf");
  EXPECT_EQ(of("mean_log", "nan", R"([["inf", 0.5]])", false), "loss: expected nan, found -inf");
  EXPECT_EQ(of("mean_log", "-inf", R"([["nan", 0.5]])", false),
            "gradient of student.logits: expected the same numbers where the reference is not finite, found others in 1 place");
  EXPECT_EQ(of("mean_log", "-inf", R"([["inf", 0.6]])", false),
            "gradient of student.logits: off by 0.1 where the largest entry is 0.6");
  EXPECT_EQ(of("mean_log", 1, R"([["inf", 0.5]])", false), "loss: expected 1, found -inf");
  EXPECT_EQ(of("mean_log", "-inf", R"([["inf", 0.5]])", true),
            "loss: expected a finite number where the reference has -inf, found -inf");
  EXPECT_EQ(of("guarded", "-inf", R"([["inf", 0.5]])", true), "passed");
  EXPECT_EQ(checks().checks.at(0).detail, "finite where the reference is not");
  // (ln 0.001 + ln 1) / 2: the value is known, a gradient is not.
  EXPECT_EQ(of("guarded", std::log(1e-3) / 2, R"([["nan", 0.5]])", true), "passed");
  EXPECT_EQ(of("guarded", std::log(1e-3) / 2, R"([["nan", 0.4]])", true),
            "gradient of student.logits: off by 0.1 where the largest entry is 0.4");
  EXPECT_EQ(of("guarded", "-inf", R"([["inf", 0.5]])", false), "loss: expected -inf, found -3.4538776394910684");
}

TEST_F(NativeCase, TakesARefusalWhereTheReferenceIsNotFinite) {
  const auto of = [&](const Json& loss, bool finite) {
    auto one = Json::parse(R"({"id": "r", "plugin": "refusing", "steps": {"student": {"logits": [[0, 1]]}}})");
    one["expected"] = {{"loss", loss}, {"finite", finite}};
    return found(one);
  };
  EXPECT_EQ(of("nan", true), "passed");
  EXPECT_EQ(checks().checks.at(0).detail, "refused where the reference is not finite: expected two rows, found one");
  EXPECT_EQ(of("nan", false), "the loss refuses the case: expected two rows, found one");
  EXPECT_EQ(of(1, true), "the loss refuses the case: expected two rows, found one");
}

TEST_F(NativeCase, RefusesWhatTheFormDoesNotKnow) {
  const auto wrong = [&](const std::function<void(Json&)>& change) { return found(square_case(), change); };
  EXPECT_EQ(wrong([](Json& c) { c["steps"]["student"]["logit"] = 1; }),
            "cases[0].steps.student: nothing is called 'logit' here; did you mean 'logits'?");
  EXPECT_EQ(
      wrong([](Json& c) {
        c["steps"] = Json::array({c["steps"]});
        c["steps"][0]["views"] = Json::array();
      }),
      "cases[0].steps[0]: nothing is called 'views' here; expected one of student, teacher, more_teachers, student_second_view, "
      "teacher_second_view, labels, mixed_labels, mix, indices, posterior, images, draws, epoch, step");
  EXPECT_EQ(wrong([](Json& c) { c.erase("plugin"); }), "cases[0]: it has no member 'plugin'");
  EXPECT_EQ(wrong([](Json& c) { c["steps"] = Json::array(); }), "steps: expected at least one batch, found none");
  EXPECT_EQ(wrong([](Json& c) { c["steps"] = Json::object(); }),
            "steps: expected a tensor of the student or the teacher, found none");
  EXPECT_EQ(wrong([](Json& c) { c["steps"]["labels"] = {0.5, 1}; }), "steps: labels: expected whole numbers, found a fraction");
  EXPECT_EQ(wrong([](Json& c) { c["steps"]["student"]["norms"] = Json::parse(R"({"f0": {"scale": [1], "shift": [0]}})"); }),
            "steps: student.norms: a loss is told the norms of a teacher alone");
  EXPECT_EQ(checks().checks.at(0).plugin, "loss mse");
}

TEST_F(NativeCase, NamesFileAndCaseOfWhatCannotBeRead) {
  auto one = square_case();
  one["expected"]["losses"] = 8;
  write("by_hand.json", Json{{"schema", "kdbench-golden-loss/2"}, {"cases", {square_case(), one, {{"plugin", 3}}}}}.dump());
  const auto found = checks().checks;
  ASSERT_EQ(found.size(), 3u);
  EXPECT_TRUE(found[0].ok);
  EXPECT_EQ(found[1].plugin, "golden by_hand.json");
  EXPECT_EQ(found[1].name, "square");
  EXPECT_EQ(found[1].detail, "cases[1].expected: nothing is called 'losses' here; did you mean 'loss'?");
  EXPECT_EQ(found[1].remedy, "correct the file where the message says; docs/golden_files.md has its form");
  EXPECT_EQ(found[2].name, "cases[2]");
  EXPECT_EQ(found[2].detail, "cases[2]: it has no member 'id'");
}

}  // namespace
}  // namespace kdbench
