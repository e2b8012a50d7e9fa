// kdbench figures against a store made by hand and a worker without libtorch.
#include "unit/leaderboard/fixtures.h"
#include "unit/run/fixture.h"

#include <kdbench/base/files.h>
#include <kdbench/cli/app.h>
#include <kdbench/cli/context.h>
#include <kdbench/cli/maps/map_choice.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace kdbench {
namespace {

namespace fs = std::filesystem;
using test::World;

Job named_job(const World::Where& where, const std::string& name) {
  Job job;
  job.id = World::job_of(where);
  job.label.name = name;
  job.spec.dataset = DatasetSpec{};
  job.spec.model = PluginSpec{};
  job.spec.train = Recipe{};
  return job;
}

/// A sensitivity study named "a sweep": kl and dist at tau 1, 2 and 4 of one seed; the teacher's ECE is lowest at 2.
World sweep() {
  World world;
  const double taus[] = {1, 2, 4}, eces[] = {0.06, 0.02, 0.09};
  for (int i = 0; i < 3; ++i) {
    for (const std::string method : {"kl", "dist"}) {
      const World::Where where{
          .study = "a sweep", .kind = StudyKind::kSensitivity, .method = method, .axis = "tau", .value = taus[i]};
      world.done(where, 0.7 - 0.01 * i, eces[i]);
      world.plan.jobs.push_back(named_job(where, method + " at " + std::to_string(i)));
    }
  }
  return world;
}

boards::PlanResults results_of(const World& world) { return {world.plan, world.record_of(), {}}; }

struct FiguresVerb : ::testing::Test {
  FiguresVerb() {
    ::setenv("KDBENCH_WORKER", KDBENCH_STUB_WORKER, 1);
    ::setenv("XDG_CACHE_HOME", (folder.path / "cache").c_str(), 1);
    ::unsetenv("KDBENCH_PLUGIN_PATH");
    ::unsetenv("KDBENCH_STORE");
  }

  void keep(const World& world) {
    const Store store(folder.path / "store");
    for (const auto& [job, record] : world.records) {
      auto copy = record;
      copy.job = hex_of(job);
      if (copy.teacher) copy.teacher->job = hex_of("teacher");
      store.put(copy);
    }
    auto plan = world.plan;
    for (auto& place : plan.placements) {
      place.job = hex_of(place.job);
      place.teacher_job = hex_of(place.teacher_job);
    }
    for (auto& job : plan.jobs) job.id = hex_of(job.id);
    for (const auto& place : world.plan.placements) {  // a stored plan has every job that has a place
      for (const auto& job : {place.job, place.teacher_job}) {
        const auto is_it = [&](const Job& there) { return there.id == hex_of(job); };
        if (job.empty() || std::any_of(plan.jobs.begin(), plan.jobs.end(), is_it)) continue;
        auto added = named_job({}, job);
        added.id = hex_of(job);
        plan.jobs.push_back(std::move(added));
      }
    }
    store.put_plan(plan);
  }
  /// Job ids become file names.
  static std::string hex_of(const std::string& text) {
    std::string out;
    for (const char c : text) {
      for (const int digit : {static_cast<unsigned char>(c) / 16, static_cast<unsigned char>(c) % 16})
        out += "0123456789abcdef"[digit];
    }
    return out;
  }
  int run(std::vector<std::string> more) {
    out.str("");
    err.str("");
    std::vector<std::string> arguments = {
        "figures", "s", "--store", (folder.path / "store").string(), "--out", (folder.path / "out").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_cli(std::move(arguments), out, err);
  }

  TemporaryFolder folder;
  std::ostringstream out, err;
};

TEST_F(FiguresVerb, WritesEveryFigureAsSvgJsonAndCsv) {
  keep(sweep());
  EXPECT_EQ(run({"--perplexity", "2"}), kOk) << err.str();
  const auto written = out.str();
  for (const std::string kind : {"curves", "scatter", "tsne"}) {
    for (const std::string ending : {".svg", ".json", ".csv"}) {
      const auto path = folder.path / "out" / ("a_sweep-" + kind + ending);
      EXPECT_TRUE(fs::exists(path)) << path;
      EXPECT_NE(written.find(path.string() + "\n"), std::string::npos) << written;
    }
  }
  EXPECT_FALSE(fs::exists(folder.path / "out" / "a_sweep-teachers.svg"));
  EXPECT_NE(err.str().find("t-SNE of dist at 1, teacher's ECE 2.00 %: 6 samples of 1 numbers, iterations 250 500 750 1000\n"),
            std::string::npos)
      << err.str();
}

TEST_F(FiguresVerb, SaysWhatIsNotThere) {
  keep(sweep());
  EXPECT_EQ(run({"--kind", "teachers"}), kFailure);
  EXPECT_EQ(err.str(),
            "study 'a sweep' has nothing for teachers\nno figure: no study has a finished run of what teachers shows; --kind all "
            "draws what there is\n");
  EXPECT_EQ(run({"--study", "sweep"}), kUserMistake);
  EXPECT_EQ(err.str(), "kdbench: no study 'sweep' in the suite; did you mean 'a sweep'?\n");
  EXPECT_EQ(run({"--kind", "tsne", "--method", "dits"}), kUserMistake);
  EXPECT_EQ(err.str(), "no finished student of method 'dits'; did you mean 'dist'?\n");
  EXPECT_EQ(run({"--kind", "tsne", "--values", "3"}), kUserMistake);
  EXPECT_EQ(err.str(), "no finished student at the value 3; there are 1, 2, 4\n");
  EXPECT_EQ(run({"--kind", "tsne", "--perplexity", "30"}), kUserMistake);
  EXPECT_EQ(err.str(), "kdbench: --perplexity: expected a number from 1 to below 5 for 6 samples, found 30\n");
}

TEST_F(FiguresVerb, DrawsTheRestWhereMapsCannotBeChosen) {
  keep(sweep());
  EXPECT_EQ(run({"--values", "3"}), kOk);
  EXPECT_NE(err.str().find("no maps: no finished student at the value 3; there are 1, 2, 4\n"), std::string::npos) << err.str();
  EXPECT_TRUE(fs::exists(folder.path / "out" / "a_sweep-curves.svg"));
  EXPECT_FALSE(fs::exists(folder.path / "out" / "a_sweep-tsne.svg"));
}

std::vector<std::string> titles(const Result<std::vector<MappedJob>>& jobs) {
  std::vector<std::string> out;
  if (!jobs) return {to_text(jobs.error())};
  for (const auto& job : *jobs) out.push_back(job.title);
  return out;
}

TEST(ChooseMaps, TakesTheBestAndTheWorstCalibratedTeacherOfTheFirstMethod) {
  const auto world = sweep();
  const auto results = results_of(world);
  EXPECT_EQ(titles(choose_maps(results, "a sweep", {})),
            (std::vector<std::string>{"dist at 1, teacher's ECE 2.00 %", "dist at 2, teacher's ECE 9.00 %"}));
  EXPECT_EQ(titles(choose_maps(results, "a sweep", {.method = "kl", .values = {1}, .jobs = {}})),
            (std::vector<std::string>{"kl at 0, teacher's ECE 6.00 %"}));
  const auto job = World::job_of({.study = "a sweep", .method = "kl", .value = 4});
  EXPECT_EQ(titles(choose_maps(results, "a sweep", {.method = "", .values = {}, .jobs = {job}})),
            (std::vector<std::string>{"kl at 2, teacher's ECE 9.00 %"}));
  EXPECT_FALSE(choose_maps(results, "a sweep", {.method = "", .values = {}, .jobs = {"a"}}));
}

TEST(ChooseMaps, TakesEveryMethodOfACompareStudyAtItsLowestFinishedSeed) {
  World world;
  for (int seed = 0; seed < 3; ++seed) {
    const World::Where kl{.seed = seed};
    if (seed == 0)
      world.ended(kl, Status::kFailed, "no");
    else
      world.done(kl, 0.7);
    world.plan.jobs.push_back(named_job(kl, "kl s" + std::to_string(seed)));
  }
  const auto results = results_of(world);
  EXPECT_EQ(titles(choose_maps(results, "main", {})), (std::vector<std::string>{"kl s1"}));
  // It has no axis, so a value asks for networks of other studies.
  EXPECT_EQ(titles(choose_maps(results, "main", {.method = "kl", .values = {4}, .jobs = {}})), std::vector<std::string>{});
}

}  // namespace
}  // namespace kdbench
