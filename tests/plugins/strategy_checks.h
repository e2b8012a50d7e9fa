/// What the tests of the strategy plugins share: a suite to plan for, and its stages as lines of text.
#pragma once
#include "built_plugins.h"
#include "complaint.h"

#include <kdbench/registry/check_params.h>

#include <fmt/format.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kdbench::test {

using Lines = std::vector<std::string>;

/// A suite of five models, and the pair of its largest and one of its small ones.
inline const StrategyContext kPair{.teacher = "large",
                                   .student = "small",
                                   .models = {{"large", 1000}, {"middle", 300}, {"modest", 200}, {"small", 100}, {"tiny", 50}},
                                   .teacher_epochs = 20,
                                   .student_epochs = 9};

/// Returns the stages that a strategy plans for the pair.
inline std::vector<Stage> stages(const std::string& name, const ParamValues& params = {},
                                 const StrategyContext& context = kPair) {
  const auto& entry = built_plugins().strategies.at(name);
  return entry.create(resolve_params(entry.params, params), {})->plan(context);
}

/// Returns "student: small by method from teacher, 9 epochs", and whatever is not at its default.
inline std::string line_of(const Stage& s) {
  const auto by = s.loss == StageLoss::kLabels ? "labels" : s.loss == StageLoss::kMethod ? "method" : s.loss_name;
  auto text = fmt::format("{}: {} by {}", s.id, s.model, by);
  if (s.teacher) text += " from " + *s.teacher;
  for (const auto& more : s.more_teachers) text += " and " + more.stage;
  for (std::size_t i = 0; i < s.peers.size(); ++i) text += (i == 0 ? " beside " : ", ") + s.peers[i].id + " " + s.peers[i].model;
  if (s.teacher_checkpoint.rule != "last") text += " at " + s.teacher_checkpoint.rule;
  if (s.teacher_checkpoint.epoch != 0) text += fmt::format(" {}", s.teacher_checkpoint.epoch);
  text += fmt::format(", {} epochs", s.epochs);
  if (s.kd_begin != 0 || s.kd_end != 0) text += fmt::format(", KD in [{}, {})", s.kd_begin, s.kd_end);
  if (s.label_smoothing != 0) text += fmt::format(", smoothed by {}", s.label_smoothing);
  if (s.fit_teacher_temperature) text += ", temperature fitted";
  if (s.init) text += ", started from " + *s.init;
  if (s.added_to) text += ", added to " + *s.added_to;
  if (s.loss_init) text += ", loss from " + *s.loss_init;
  if (s.trains_loss_alone) text += ", loss alone";
  return text;
}

/// Returns the planned stages, a line each.
inline Lines plan(const std::string& name, const ParamValues& params = {}, const StrategyContext& context = kPair) {
  Lines lines;
  for (const auto& stage : stages(name, params, context)) lines.push_back(line_of(stage));
  return lines;
}

/// Returns the words with which a strategy refuses, or "accepted".
inline std::string refused(const std::string& name, const ParamValues& params, const StrategyContext& context = kPair) {
  return complaint([&] { stages(name, params, context); });
}

}  // namespace kdbench::test
