/// What most strategies share: the plain stages of the two ends, and looking up a model that the user named.
#pragma once
#include <kdbench/sdk/strategy.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace strategies {

/// Returns the pair's teacher on labels for its whole schedule: the stage "teacher".
inline kdbench::Stage teacher_stage(const kdbench::StrategyContext& context) {
  kdbench::Stage stage;
  stage.id = "teacher";
  stage.model = context.teacher;
  stage.epochs = context.teacher_epochs;
  return stage;
}

/// Returns a stage that trains `model` by the method under study from stage `teacher`, for as long as the student trains.
inline kdbench::Stage taught_stage(const kdbench::StrategyContext& context, std::string id, std::string model,
                                   std::string teacher) {
  kdbench::Stage stage;
  stage.id = std::move(id);
  stage.model = std::move(model);
  stage.teacher = std::move(teacher);
  stage.loss = kdbench::StageLoss::kMethod;
  stage.epochs = context.student_epochs;
  return stage;
}

/// Returns the pair's student taught by the stage "teacher".
inline kdbench::Stage student_stage(const kdbench::StrategyContext& context) {
  return taught_stage(context, "student", context.student, "teacher");
}

/// Returns the plan for a method that needs no teacher (`context.teacher` is empty): no strategy has anything to change there.
inline std::vector<kdbench::Stage> student_alone(const kdbench::StrategyContext& context) {
  auto stage = student_stage(context);
  stage.teacher.reset();
  return {std::move(stage)};
}

/// Splits "a, b" at its commas; blanks around a name do not count.
/// @throws kdbench::Error for an empty name; `who` begins the message: "takd: 'assistants'"
inline std::vector<std::string> split_names(const std::string& list, const std::string& who) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    auto name = list.substr(begin, end - begin);
    name.erase(0, name.find_first_not_of(" \t"));
    name.erase(name.find_last_not_of(" \t") + 1);
    if (name.empty()) throw kdbench::Error(who + " has an empty name in \"" + list + "\"; write \"large, small\"");
    names.push_back(std::move(name));
    begin = end + 1;
  }
  return names;
}

/// Returns the number of single-character edits between two words.
inline std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

/// Returns the model of that name.
/// @throws kdbench::Error naming the nearest model, or all of them where none is near. `who` begins the message: "takd:
/// assistant".
inline const kdbench::ModelSize& named_model(const kdbench::StrategyContext& context, const std::string& name,
                                             const std::string& who) {
  const kdbench::ModelSize* nearest = nullptr;
  std::string all;
  for (const auto& model : context.models) {
    if (model.name == name) return model;
    if (!nearest || edits(name, model.name) < edits(name, nearest->name)) nearest = &model;
    all += (all.empty() ? "" : ", ") + model.name;
  }
  const bool near = nearest && edits(name, nearest->name) <= std::max<std::size_t>(2, name.size() / 3);
  throw kdbench::Error(who + " '" + name + "' is no [models.NAME] of the suite; " +
                       (near ? "did you mean '" + nearest->name + "'?" : "expected one of " + all));
}

}  // namespace strategies
