#include <kdbench/base/text.h>
#include <kdbench/plan/make/halving.h>
#include <kdbench/plan/make/stages.h>
#include <kdbench/plan/make/tuning.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline plan {
namespace {

PlacedTrial placed(const TunedMethod& method, std::size_t number, std::int64_t epochs) {
  const auto& tried = *method.trials[number].method;
  return {tried.use->name, static_cast<std::int64_t>(number), join(tried.choices, ", "), epochs};
}

std::size_t size_of_rung(const Study& study, std::size_t rung) {
  return static_cast<std::size_t>(trials_of_rung(study.trials, rung));
}

}  // namespace

std::vector<std::int64_t> rungs_of(const Resolved& resolved, const Study& study) {
  if (!study.rungs.empty()) return study.rungs;
  std::vector<std::int64_t> out;
  for (const auto& pair : study.pairs) {
    const auto model = resolved.models.find(pair.student.value);
    if (model == resolved.models.end()) continue;
    const auto epochs = model->second.recipe->epochs;
    if (!out.empty() && out.front() != epochs)
      throw Error(fmt::format("its students are trained for {} and {} epochs; say by 'rungs' for how many a trial is",
                              out.front(), epochs));
    out = {epochs};
  }
  return out;
}

Usable for_epochs(const Resolved& resolved, const Usable& usable, const std::string& strategy, std::int64_t epochs) {
  for (const auto& planned : usable.stages) {
    const bool is_student = planned.stage.id == "student";
    if ((!is_student && planned.stage.loss == StageLoss::kMethod) || !planned.peers.empty()) {
      throw Error(
          fmt::format("under strategy '{}' a trial would train more networks than its student by the method, and cost more "
                      "than its epochs; tune under another strategy, the one without detours for example",
                      strategy));
    }
  }
  return with_epochs(resolved, usable, epochs);
}

TuningBudget Tuning::plan(const Study& study, const std::vector<TunedMethod>& methods, const std::vector<std::int64_t>& rungs,
                          const std::vector<std::int64_t>& seeds) {
  TuningBudget out{.rungs = {}, .seeds = study.tuning_seeds};
  for (std::size_t rung = 0; rung < rungs.size(); ++rung) out.rungs.push_back({trials_of_rung(study.trials, rung), rungs[rung]});
  out.methods = static_cast<std::int64_t>(methods.size());
  std::vector<std::size_t> chosen;
  for (const auto& method : methods) {
    const auto choice = follow(study, method, rungs);
    for (auto rung = choice.rung + 1; rung < rungs.size(); ++rung)
      out.trials_to_come += out.rungs[rung].trials * static_cast<std::int64_t>(study.tuning_seeds.size());
    if (choice.rung == rungs.size()) chosen.push_back(choice.alive.front());
  }
  if (chosen.size() != methods.size()) {
    out.students_to_come = 2 * out.methods * static_cast<std::int64_t>(seeds.size());
    return out;
  }
  for (const auto seed : seeds) {
    placer_.begin_seed(seed);
    for (std::size_t i = 0; i < methods.size(); ++i) place_students(methods[i], chosen[i]);
  }
  return out;
}

Tuning::Choice Tuning::follow(const Study& study, const TunedMethod& method, const std::vector<std::int64_t>& rungs) {
  Choice out;
  for (std::size_t i = 0; i < method.trials.size(); ++i) out.alive.push_back(i);
  for (; out.rung < rungs.size(); ++out.rung) {
    bool ended = true;
    const auto scores = place_rung(study, method, out, rungs[out.rung], ended);
    // Where no trial has a score there is nothing to choose by, and more trainings would fail likewise.
    const bool none = std::none_of(scores.begin(), scores.end(), [](const auto& score) { return score.has_value(); });
    if (!ended || none) return out;
    const bool is_last = out.rung + 1 == rungs.size();
    std::vector<std::size_t> kept;
    for (const auto place : best_of(scores, is_last ? 1 : size_of_rung(study, out.rung + 1))) kept.push_back(out.alive[place]);
    out.alive = std::move(kept);
  }
  return out;
}

/// Returns the mean score of each trial over the tuning's seeds; nothing for one that has none at some seed.
std::vector<std::optional<double>> Tuning::place_rung(const Study& study, const TunedMethod& method, const Choice& at,
                                                      std::int64_t epochs, bool& ended) {
  std::vector<std::optional<double>> scores(at.alive.size(), 0.0);
  for (const auto seed : study.tuning_seeds) {
    placer_.begin_seed(seed, Placer::Judged::kOnValidationAlone);
    for (std::size_t i = 0; i < at.alive.size(); ++i) {
      const auto number = at.alive[i];
      const auto job = placer_.place_trial(method.setting, method.rungs[at.rung][number], placed(method, number, epochs));
      const auto result = result_of_ ? result_of_(job, select_) : std::nullopt;
      ended = ended && result.has_value();
      const auto score = result ? result->validation_accuracy : std::nullopt;
      scores[i] =
          scores[i] && score ? std::optional(*scores[i] + *score / static_cast<double>(study.tuning_seeds.size())) : std::nullopt;
    }
  }
  return scores;
}

void Tuning::place_students(const TunedMethod& method, std::size_t chosen) {
  placer_.place_alone(method.setting);
  for (const auto number : {std::size_t{0}, chosen}) {
    const auto& usable = method.trials[number];
    placer_.place_method(method.setting, usable, *usable.method, 0, placed(method, number, 0));
  }
}

}  // namespace kdbench::inline plan
