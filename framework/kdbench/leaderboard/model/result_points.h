/// Results by place, seed by seed, for programs: what every board is made of, without the layout of any.
#pragma once
#include <kdbench/base/document.h>
#include <kdbench/leaderboard/model/plugin_name.h>
#include <kdbench/plan/plan.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard {

/// One run that is done. Fractions.
struct PointRun {
  std::int64_t seed = 0;
  double accuracy = 0;
  std::optional<double> teacher_ece;
  std::optional<double> teacher_ece_floor = {}, teacher_training_ece = {}, teacher_training_gap = {};

  static constexpr auto fields() {
    using R = PointRun;
    return std::tuple(
        field("seed", &R::seed, "of the run"), field("accuracy", &R::accuracy, "of the student, on the test split"),
        field("teacher_ece", &R::teacher_ece, "of its teacher as taught, on the test split; null where nobody taught"),
        field("teacher_ece_floor", &R::teacher_ece_floor, "95 % quantile of that ECE's floor; null where not measured",
              Presence::kSinceLater),
        field("teacher_training_ece", &R::teacher_training_ece,
              "ECE of its teacher as taught, on the training rows as its loss saw them; null where not measured",
              Presence::kSinceLater),
        field("teacher_training_gap", &R::teacher_training_gap, "confidence minus accuracy there", Presence::kSinceLater));
  }
};

/// One method under one strategy in one place of a study. What is read from records is empty while none is done.
struct Point {
  std::string study, dataset, teacher, student, strategy, method, convention, axis;
  double value = 0;
  std::vector<std::string> chain;
  PlacedCheckpoint checkpoint;
  std::string loss;
  DataName data;
  PluginName student_model;
  std::vector<PluginName> chain_models;
  bool all_rows = false;
  std::int64_t epochs = 0, teacher_epochs = 0;
  std::optional<double> tau, teacher_params;
  std::vector<PointRun> runs;
  std::int64_t expected = 0;

  static constexpr auto fields() {
    using P = Point;
    return std::tuple(
        field("study", &P::study, "name of the study"), field("dataset", &P::dataset, "its name in the suite"),
        field("teacher", &P::teacher, "name of the model in the suite"),
        field("student", &P::student, "name of the model in the suite"), field("strategy", &P::strategy, "its name in the suite"),
        field("method", &P::method, "label"), field("convention", &P::convention, "of the temperatures"),
        field("axis", &P::axis, "of a sensitivity study"), field("value", &P::value, "position on the axis"),
        field("chain", &P::chain, "models from the first teacher to the direct one; empty where nobody taught"),
        field("checkpoint", &P::checkpoint, "which state of the direct teacher taught: \"last\", \"epoch 30\""),
        field("loss", &P::loss, "plugin; empty: the labels alone"),
        field("data", &P::data, "plugin, its numbers and its rows: \"fashion_mnist downsample=2, 10000 training rows\""),
        field("all_rows", &P::all_rows, "no limit on rows to train or test on"),
        field("student_model", &P::student_model, "plugin and its numbers: \"wrn depth=16 width=1\""),
        field("chain_models", &P::chain_models, "the same of the chain; empty where no record tells"),
        field("epochs", &P::epochs, "of the student"), field("teacher_epochs", &P::teacher_epochs, "of the direct teacher"),
        field("tau", &P::tau, "of the teacher in the loss"),
        field("teacher_params", &P::teacher_params, "parameters of the direct teacher"),
        field("expected", &P::expected, "planned runs"), field("runs", &P::runs, "those that are done, by seed"));
  }
};

}  // namespace kdbench::inline leaderboard
