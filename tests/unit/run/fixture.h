/// What the tests of run/ share: a folder of their own, small plans, an observer that remembers.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>
#include <kdbench/run/schedule/scheduler.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <unistd.h>

namespace kdbench {

/// A folder that is gone when the test is over.
struct TemporaryFolder {
  TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "kdbench-test-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

/// What the stub worker does with a job: it takes the name of the job's model plugin for it.
inline void set_mode(Job& job, const std::string& mode) {
  job.spec.model = PluginSpec{.plugin = mode, .version = "1", .params = Json::object()};
}

/// A job the stub worker treats as `mode` says; its id is its name.
inline Job stub_job(const std::string& name, const std::string& mode = "ok", std::vector<std::string> needs = {},
                    const std::string& group = "") {
  Job job;
  job.id = name;
  job.label = {.name = "job " + name, .seed = std::nullopt};
  job.spec.device = "cpu";
  job.spec.dataset = DatasetSpec{};
  job.spec.train = Recipe{};
  set_mode(job, mode);
  job.needs = std::move(needs);
  job.group = group;
  job.estimated_s = 1;
  return job;
}

/// Another build of the library of a job's model: the stub takes the version for its content.
inline void rebuild(Job& job, const std::string& content) {
  auto model = *job.spec.model;
  model.version = content;
  job.spec.model = model;
}

/// The builds of the plugins of these jobs; those in `named` come from libraries that were named by themselves.
inline LoadedPlugins loaded_for(const std::vector<Job>& jobs, const std::set<std::string>& named = {}) {
  LoadedPlugins out;
  for (const auto& job : jobs) {
    const auto& model = *job.spec.model;
    out.all.push_back({{{PluginKind::kModel, model.plugin}, model.plugin + ".so", model.version}, named.contains(model.plugin)});
  }
  return out;
}

inline Plan stub_plan(std::vector<Job> jobs) {
  Plan plan;
  plan.suite = "stub";
  plan.device = "cpu";
  plan.jobs = std::move(jobs);
  return plan;
}

/// Sets the threads that a job's worker gets.
inline void set_threads(Job& job, std::int64_t threads) {
  Recipe recipe;
  recipe.threads = threads;
  job.spec.train = recipe;
}

/// Remembers what it was told, and runs `on_update` each time.
struct RememberingObserver : RunObserver {
  void update(const ProgressState& state) override {
    last = state;
    if (on_update) on_update(state);
  }
  void job_finished(const FinishedJob& job, const ProgressState& state) override {
    finished.push_back(job);
    if (on_finished) on_finished(job, state);
  }
  void note(const std::string& text) override { notes.push_back(text); }

  std::vector<FinishedJob> finished;
  std::vector<std::string> notes;
  ProgressState last;
  std::function<void(const ProgressState&)> on_update;
  std::function<void(const FinishedJob&, const ProgressState&)> on_finished;
};

}  // namespace kdbench
