#include <kdbench/suite/keys/fields.h>

namespace kdbench::inline suite {
namespace {

constexpr double kManyTrials = 10000;

}  // namespace

const std::vector<Field<Study>>& study_fields() {
  static const auto fields = completed<Study>({
      {{.key = "name", .doc = "Heads the study's board.", .required = true}, &Study::name},
      {{.key = "kind",
        .doc = "compare: methods x pairs x seeds. sensitivity: the same along an axis that moves the "
               "teacher's calibration. tune: methods by the settings that validation rows choose, each with the same budget. "
               "miscalibration: students of a teacher whose confidence is moved in several ways.",
        .choices = {"compare", "sensitivity", "tune", "miscalibration"},
        .type = "string",
        .default_text = "\"compare\""},
       {}},
      {{.key = "dataset", .doc = "A [datasets.NAME].", .default_text = "the only one"}, &Study::dataset},
      {{.key = "losses", .doc = "Names of [losses.NAME].", .type = "list of strings", .required = true}, {}},
      {{.key = "pairs",
        .doc = "Pairs [\"teacher\", \"student\"] of [models.NAME]; [\"student\"] is trained without a teacher.",
        .type = "list of lists of strings",
        .required = true},
       {}},
      {{.key = "strategies",
        .doc = "Names of [strategies.NAME] or of strategy plugins.",
        .type = "list of strings",
        .default_text = "the strategy without detours"},
       {}},
      {{.key = "calibrator",
        .doc = "What is done to the logits of every teacher before losses see them: a [calibrators.NAME] or a calibrator plugin. "
               "It is handed what a strategy that fits a temperature makes of them; 'teacher_temperature' divides what it "
               "returns.",
        .default_text = "none"},
       &Study::calibrator},
      {{.key = "axis",
        .doc =
            "sensitivity: what is varied, \"tau\" or \"teacher_temperature\". miscalibration: \"teacher\" compares the teachers "
            "of the pairs and strategies as they are, at a fixed temperature, in place of calibrators.",
        .choices = {"tau", "teacher_temperature", "teacher"},
        .default_text = "none"},
       &Study::axis},
      {{.key = "values",
        .doc = "sensitivity: positions on the axis; all differ.",
        .limits = {.above = 0},
        .default_text = "none"},
       &Study::values},
      {{.key = "trials",
        .doc = "tune: how many settings of each method are tried: the default, and random draws that differ.",
        .limits = {.at_least = 2, .at_most = kManyTrials},
        .default_text = "none"},
       &Study::trials},
      {{.key = "rungs",
        .doc = "tune: epochs of a trial, rising. The better half of the trials of a rung is trained afresh for the epochs of the "
               "next; the best of the last is chosen.",
        .limits = {.at_least = 1, .at_most = kManyEpochs},
        .default_text = "the student's epochs"},
       &Study::rungs},
      {{"tuning_seeds", "tune: seeds of the trials; none of them is one of suite.seeds.", {.at_least = 0}}, &Study::tuning_seeds},
      {{"draw_seed", "tune: seed of the draws.", {.at_least = 0}}, &Study::draw_seed},
      {{.key = "search",
        .doc =
            "tune: for each loss what is tried: `kl = { tau = [1, 2, 4], alpha = \"range\" }`. A list of values, or \"range\": "
            "from the declared minimum to the maximum, log-uniform where they are a factor of more than 100 apart.",
        .type = "table of tables",
        .default_text = "none"},
       {}},
      {{.key = "calibrators",
        .doc =
            "miscalibration: what is done to the teacher's logits: names of [calibrators.NAME], whose lists are strengths, or of "
            "calibrator plugins. The teacher as it is always stands beside them.",
        .type = "list of strings",
        .default_text = "none"},
       {}},
      {{.key = "student_tau",
        .doc =
            "miscalibration: temperatures of the student in the loss. The teacher's is 1: what the calibrator makes is what is "
            "taught.",
        .limits = {.above = 0}},
       &Study::student_tau},
      {{.key = "budgets",
        .doc = "miscalibration: for how many times its epochs the student is trained, its schedule stretched to them.",
        .limits = {.at_least = 1, .at_most = kManyEpochs}},
       &Study::budgets},
      {{"match_gradient",
        "miscalibration: each calibrator also with learning rates that are multiplied so that the student's first step is as "
        "long "
        "as that of the teacher as it is: what is then left is not the size of the gradient."},
       &Study::match_gradient},
      {{.key = "baseline", .doc = "Method the others are compared with.", .default_text = "the baseline loss where it is used"},
       &Study::baseline},
      {{"per_seed", "Also print the accuracy of every seed, their mean and their population variance."}, &Study::per_seed},
  });
  return fields;
}

}  // namespace kdbench::inline suite
