// Tune studies: what is drawn, what is planned as results come in, and what is refused.
#include "unit/plan/toys.h"

#include <kdbench/plan/make/draws.h>

#include <fmt/core.h>

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace kdbench {
namespace {

using toy::expect_says;
using toy::toys;

/// Lines 1 to 12: two suite seeds, 20 validation rows.
const std::string kWithRows = [] {
  auto text = toy::kHead;
  return text.replace(text.find("[datasets.toy]\n"), 15, "[datasets.toy]\nvalidation = 20\n");
}();

std::string tune(const std::string& losses, const std::string& search, const std::string& more = "trials = 4\nrungs = [1, 2]\n") {
  return toy::study(losses, "kind = \"tune\"\n" + more + "[studies.search]\n" + search);
}

const std::string kTwoLosses =
    kWithRows + "[losses.kl]\n[losses.sharp]\n" +
    tune(R"("kl", "sharp")", "kl = { beta = [1, 2, 3, 4, 5], tau = [1, 2] }\nsharp.gamma = [0, 1, 2, 3]\n");

/// A plan where trials have ended as `scores` says.
Plan plan_after(const std::string& text, const TrialResultOf& scores) {
  auto plan = make_plan(parse_suite(text, "s.toml"), toys(), "cpu", scores);
  if (!plan) throw std::runtime_error(to_text(plan.error()));
  return *plan;
}

std::vector<Placement> trials(const Plan& plan, const std::string& loss, std::int64_t epochs) {
  std::vector<Placement> out;
  for (const auto& p : plan.placements) {
    if (p.role == Role::kTrial && p.trial->loss == loss && p.trial->epochs == epochs) out.push_back(p);
  }
  return out;
}

std::vector<std::int64_t> numbers(const std::vector<Placement>& placements) {
  std::vector<std::int64_t> out;
  for (const auto& p : placements) out.push_back(p.trial->number);
  return out;
}

/// Follows a study to its end: every trial of a plan ends with the score that `score` gives it.
struct Followed {
  std::vector<Plan> plans;
  explicit Followed(const std::string& text, const std::function<std::optional<double>(const PlacedTrial&)>& score) {
    std::map<std::string, TrialResult> ended;
    const auto result_of = [&](const std::string& job, const std::string&) {
      const auto it = ended.find(job);
      return it == ended.end() ? std::nullopt : std::optional(it->second);
    };
    for (std::size_t jobs = 0;;) {
      plans.push_back(plan_after(text, result_of));
      if (plans.back().jobs.size() == jobs) break;
      jobs = plans.back().jobs.size();
      for (const auto& p : plans.back().placements) {
        if (p.role == Role::kTrial) ended[p.job] = {score(*p.trial)};
      }
    }
    plans.pop_back();  // it brought nothing new
  }
  const Plan& last() const { return plans.back(); }
};

TEST(Tuning, GivesEveryMethodAsManyTrialsTheDefaultFirst) {
  const auto plan = plan_after(kTwoLosses, {});
  for (const auto* loss : {"kl", "sharp"}) {
    const auto rung = trials(plan, loss, 1);
    EXPECT_EQ(numbers(rung), (std::vector<std::int64_t>{0, 1, 2, 3})) << loss;
    EXPECT_EQ(rung.front().method, loss);
    EXPECT_EQ(rung.front().trial->setting, "");
    std::set<std::string> settings, jobs;
    for (const auto& p : rung) {
      settings.insert(p.trial->setting);
      jobs.insert(p.job);
      EXPECT_EQ(p.seed, 10000);
    }
    EXPECT_EQ(settings.size(), 4u) << loss;
    EXPECT_EQ(jobs.size(), 4u) << loss;
  }
  EXPECT_EQ(plan.jobs.size(), 1 + 2 * 4u);  // a teacher at the tuning's seed, and the trials
}

TEST(Tuning, ReadsNoTestRowsBeforeEveryChoiceIsMade) {
  const Followed study(kTwoLosses, [](const PlacedTrial& trial) { return static_cast<double>(trial.number); });
  ASSERT_EQ(study.plans.size(), 3u);  // four trials each, two of them again, and the students
  for (std::size_t i = 0; i < 2; ++i) {
    for (const auto& job : study.plans[i].jobs) EXPECT_TRUE(job.spec.is_judged_on_validation()) << job.label.text();
  }
  // One method alone has ended: nothing of the other's, and no student.
  const auto first = plan_after(kTwoLosses, {});
  std::set<std::string> of_kl;
  for (const auto& p : trials(first, "kl", 1)) of_kl.insert(p.job);
  const auto half = plan_after(kTwoLosses, [&](const std::string& job, const std::string&) {
    return of_kl.contains(job) ? std::optional(TrialResult{0.5}) : std::nullopt;
  });
  EXPECT_EQ(trials(half, "kl", 2).size(), 2u);
  EXPECT_EQ(trials(half, "sharp", 2).size(), 0u);
  for (const auto& job : half.jobs) EXPECT_TRUE(job.spec.is_judged_on_validation()) << job.label.text();
}

TEST(Tuning, KeepsTheBetterHalfAndTrainsTheBestAtTheSeedsOfTheSuite) {
  // Of kl 3 > 1 > 0 > 2 after one epoch, and 1 > 3 after two; all of sharp are equal, so the earlier go on.
  const std::vector<double> after_one{0.3, 0.5, 0.1, 0.6}, after_two{0, 0.9, 0, 0.8};
  const Followed study(kTwoLosses, [&](const PlacedTrial& trial) {
    const auto number = static_cast<std::size_t>(trial.number);
    return trial.loss == "sharp" ? 0.5 : trial.epochs == 1 ? after_one[number] : after_two[number];
  });
  EXPECT_EQ(numbers(trials(study.last(), "kl", 2)), (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(numbers(trials(study.last(), "sharp", 2)), (std::vector<std::int64_t>{0, 1}));
  for (const std::int64_t seed : {0, 1}) {
    const auto students = toy::placements(study.last(), Role::kMethod, seed);
    EXPECT_EQ(numbers(students), (std::vector<std::int64_t>{0, 1, 0}))
        << seed;  // kl, kl's first draw, sharp, which is its own choice
    EXPECT_EQ(toy::placements(study.last(), Role::kAlone, seed).size(), 1u);
    EXPECT_EQ(toy::placements(study.last(), Role::kTeacher, seed).size(), 1u);
  }
  const auto& chosen = toy::placements(study.last(), Role::kMethod)[1];
  EXPECT_EQ(chosen.trial->setting, trials(study.last(), "kl", 1)[1].trial->setting);
  EXPECT_NE(chosen.trial->setting, "");
}

TEST(Tuning, LeavesOutATrialThatDiverges) {
  const Followed study(kTwoLosses, [](const PlacedTrial& trial) {
    return trial.number == 0 ? std::nullopt : std::optional(1.0 / static_cast<double>(trial.number));
  });
  EXPECT_EQ(numbers(trials(study.last(), "kl", 2)), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(numbers(toy::placements(study.last(), Role::kMethod)), (std::vector<std::int64_t>{0, 1, 0, 1}));
}

TEST(Tuning, StopsWhereEveryTrialFailed) {
  const Followed study(kTwoLosses, [](const PlacedTrial&) { return std::nullopt; });
  EXPECT_EQ(study.plans.size(), 1u);
}

TEST(Tuning, KnowsHowManyTrainingsAreStillToBeChosen) {
  const Followed study(kTwoLosses, [](const PlacedTrial& trial) { return static_cast<double>(trial.number); });
  const auto to_come = [&](std::size_t plan) {
    const auto& budget = *study.plans.at(plan).study_options.at("main").tuning;
    return std::pair(budget.trials_to_come, budget.students_to_come);
  };
  EXPECT_EQ(to_come(0),
            (std::pair<std::int64_t, std::int64_t>(2 * 2, 2 * 2 * 2)));  // two of each; default and choice at two seeds
  EXPECT_EQ(to_come(1), (std::pair<std::int64_t, std::int64_t>(0, 8)));
  EXPECT_EQ(to_come(2), (std::pair<std::int64_t, std::int64_t>(0, 0)));
  const auto& rungs = study.last().study_options.at("main").tuning->rungs;
  ASSERT_EQ(rungs.size(), 2u);
  EXPECT_EQ(to_document(rungs).dump(), R"([{"epochs":1,"trials":4},{"epochs":2,"trials":2}])");
}

TEST(Tuning, AveragesOverItsSeedsAndWantsEachOfThem) {
  auto text = kTwoLosses;
  text.replace(text.find("rungs = [1, 2]\n"), 15, "tuning_seeds = [5, 6]\n");
  // Trial 1 is best at seed 5, trial 2 in the mean; trial 3 has none at seed 6.
  const std::map<std::int64_t, std::vector<std::optional<double>>> scores{{5, {0.1, 0.9, 0.7, 1.0}}, {6, {0.1, 0.2, 0.7, {}}}};
  const auto first = plan_after(text, {});
  std::map<std::string, TrialResult> ended;
  for (const auto& p : trials(first, "kl", 2)) ended[p.job] = {scores.at(p.seed)[static_cast<std::size_t>(p.trial->number)]};
  for (const auto& p : trials(first, "sharp", 2)) ended[p.job] = {0.5};
  const auto plan = plan_after(text, [&](const std::string& job, const std::string&) {
    const auto it = ended.find(job);
    return it == ended.end() ? std::nullopt : std::optional(it->second);
  });
  EXPECT_EQ(numbers(toy::placements(plan, Role::kMethod)), (std::vector<std::int64_t>{0, 2, 0}));
}

TEST(Tuning, LeavesTheIdsOfOtherStudiesAlone) {
  const auto compare = toy::study(R"("kl")", "");
  const auto alone = toy::ids(toy::plan_of(kWithRows + "[losses.kl]\n" + compare));
  const auto tuned = tune(R"("kl")", "kl.tau = [1, 2, 3]\n");
  auto renamed = tuned;
  renamed.replace(renamed.find("\"main\""), 6, "\"tuned\"");
  const auto both = toy::ids(toy::plan_of(kWithRows + "[losses.kl]\n" + compare + renamed));
  for (const auto& id : alone) EXPECT_TRUE(both.contains(id));
  for (const auto& job : toy::plan_of(kWithRows + "[losses.kl]\n" + compare).jobs)
    EXPECT_FALSE(to_document(job.spec).contains("judged_on"));
}

TEST(Tuning, RefusesWhatCannotBeTried) {
  const auto said = [](const std::string& losses, const std::string& search, const std::string& more = "trials = 4\n") {
    return toy::mistakes(kWithRows + losses + tune("\"kl\"", search, more));
  };
  EXPECT_EQ(said("[losses.kl]\n", "kl = { tau = \"range\", beta = \"range\", betta = \"range\", gamma = [-1, 2] }\n"),
            "s.toml:21:14: loss 'kl': 'tau' has no declared minimum to draw from; write a list of values\n"
            "s.toml:21:30: loss 'kl': 'beta' has no declared maximum to draw from; write a list of values\n"
            "s.toml:21:47: loss 'kl': no parameter 'betta'; did you mean 'beta'?\n"
            "s.toml:21:65: loss 'kl': 'gamma' must be at least 0, found -1\n");
  EXPECT_EQ(
      said("[losses.kl]\n", "kl.tau = [2, 4]\n"),
      "s.toml:21:1: what is tried of 'kl' makes 2 different settings, the default among them, and 'trials' is 4: every method "
      "has as many; give more values, or set 'trials' to at most 2\n");
  expect_says(said("[losses.kl]\nfrom_epoch = 1\n", "kl.tau = [1, 2, 3]\n", "trials = 4\nrungs = [1, 2]\n"),
              "s.toml:14:1: study 'main': loss 'kl' in trials of 1 epoch: 'from_epoch' = 1 is beyond the last epoch");
}

/// The values that a parameter was given in so many draws.
std::vector<double> drawn(const ParamSpec& spec, std::int64_t trials, std::int64_t seed = 0) {
  auto catalog = toys();
  catalog.losses["kl"].params = {spec};
  const auto parsed = parse_suite(kWithRows + "[losses.kl]\n" + tune("\"kl\"", "kl." + spec.name + " = \"range\"\n"), "s.toml");
  Diagnostics diagnostics;
  const auto base = expand_methods(parsed.suite.losses.at("kl"), catalog, "s.toml", diagnostics);
  const std::string file = "s.toml";
  Draws draws(catalog, file);
  std::vector<double> out;
  for (const auto* method : draws.draw(base.front(), parsed.suite.studies.front().search.at("kl"), trials, seed, diagnostics)) {
    const auto& value = method->parts.front().params.at(spec.name);
    const auto* whole = std::get_if<std::int64_t>(&value);
    out.push_back(whole ? static_cast<double>(*whole) : std::get<double>(value));
  }
  EXPECT_EQ(to_text(diagnostics), "");
  out.erase(out.begin());  // the default
  return out;
}

double below(const std::vector<double>& values, double limit) {
  const auto n = std::count_if(values.begin(), values.end(), [&](double v) { return v < limit; });
  return static_cast<double>(n) / static_cast<double>(values.size());
}

TEST(Draws, SpreadEvenlyOverANarrowRangeAndByFactorsOverAWideOne) {
  const auto narrow = drawn({.name = "beta", .default_value = 1.0, .doc = "", .min = 1.0, .max = 100.0}, 400);
  EXPECT_NEAR(below(narrow, 10), 9.0 / 99, 0.06);  // a factor of 100 is not more than that
  const auto wide = drawn({.name = "beta", .default_value = 1.0, .doc = "", .min = 0.01, .max = 100.0}, 400);
  EXPECT_NEAR(below(wide, 1), 0.5, 0.1);  // half of four powers of ten
  for (const auto value : wide) {
    EXPECT_GE(value, 0.01);
    EXPECT_LE(value, 100);
    EXPECT_EQ(fmt::format("{}", value), fmt::format("{:.3g}", value));  // as somebody would write it
  }
}

TEST(Draws, OfIntegersAreIntegersBetweenTheirEnds) {
  const auto few = drawn({.name = "beta", .default_value = std::int64_t{2}, .doc = "", .min = 1.0, .max = 4.0}, 4);
  EXPECT_EQ(std::set<double>(few.begin(), few.end()), (std::set<double>{1, 3, 4}));  // each once, beside the default 2
}

TEST(Draws, AreAFunctionOfTheSeed) {
  const ParamSpec spec{.name = "beta", .default_value = 1.0, .doc = "", .min = 0.0, .max = 1.0};
  EXPECT_EQ(drawn(spec, 8), drawn(spec, 8));
  EXPECT_NE(drawn(spec, 8), drawn(spec, 8, 1));
}

}  // namespace
}  // namespace kdbench
