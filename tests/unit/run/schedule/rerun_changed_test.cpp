// Results of another build of a plugin: which are told of, which are trained again, and what stays until they are.
#include "unit/run/fixture.h"

#include <kdbench/base/files.h>

#include <signal.h>

namespace kdbench {
namespace {

/// A teacher of the library "ok", whose content is the version of its model, and a student of another library.
struct Rebuilt : ::testing::Test {
  Rebuilt() : store(folder.path / "store") {
    options.setup.worker = KDBENCH_STUB_WORKER;
    plan = stub_plan({stub_job("t", "ok"), stub_job("k", "student", {"t"}), stub_job("a", "other")});
    run();
  }

  RunSummary run(const std::set<std::string>& named = {}) {
    options.loaded = loaded_for(plan.jobs, named);
    observer = {};
    return run_plan(plan, store, options, observer);
  }
  RunRecord record(const std::string& job) { return store.get(job)->value(); }
  std::string text(const std::string& job) { return read_file(store.record_path(job)).value(); }
  std::vector<std::string> finished() const {
    std::vector<std::string> out;
    for (const auto& job : observer.finished) out.push_back(job.label + ": " + job.status);
    return out;
  }
  using Lines = std::vector<std::string>;

  TemporaryFolder folder;
  Store store;
  RunOptions options;
  RememberingObserver observer;
  Plan plan;
};

TEST_F(Rebuilt, AreNothingWhereEveryLibraryIsWhatItWas) {
  EXPECT_EQ(run({"ok", "other"}).done_before, 3u);
  EXPECT_TRUE(observer.notes.empty());
}

TEST_F(Rebuilt, AreToldOfAndLeftWhereTheLibraryIsInstalled) {
  const auto before = text("t");
  rebuild(plan.jobs[0], "2");
  EXPECT_EQ(run().done_before, 3u);
  EXPECT_TRUE(finished().empty());
  EXPECT_EQ(observer.notes, (Lines{"1 job is done by another build of ok.so; kdbench run --rerun-changed trains it again",
                                   "1 job came from a network of another build; kdbench run --rerun-changed trains it again"}));
  EXPECT_EQ(text("t"), before);
}

TEST_F(Rebuilt, AreTrainedAgainWithWhatCameFromThemWhereTheLibraryWasNamed) {
  const auto untouched = text("a");
  rebuild(plan.jobs[0], "2");
  const auto summary = run({"ok"});
  EXPECT_EQ(finished(), (Lines{"job t: done", "job k: done"}));
  EXPECT_EQ(summary.done_before, 1u);
  EXPECT_EQ(observer.notes, (Lines{"1 job is done by another build of ok.so; it is trained again",
                                   "1 job came from a network of another build; it is trained again"}));
  EXPECT_EQ(record("t").origin->plugins.front().content, "2");
  EXPECT_EQ(record("k").origin->networks, (std::vector<SourceNetwork>{{"t", "t2"}}));
  EXPECT_EQ(text("a"), untouched);
  EXPECT_EQ(run({"ok"}).done_before, 3u);
  EXPECT_TRUE(observer.notes.empty());
}

TEST_F(Rebuilt, AreTrainedAgainWhereThatIsAskedFor) {
  rebuild(plan.jobs[0], "2");
  options.rerun_changed = true;
  run();
  EXPECT_EQ(finished(), (Lines{"job t: done", "job k: done"}));
  EXPECT_EQ(run().done_before, 3u);
}

TEST_F(Rebuilt, LeaveWhatComesFromANamedLibraryThatDidNotChange) {
  rebuild(plan.jobs[0], "2");
  EXPECT_EQ(run({"other"}).done_before, 3u);
  EXPECT_TRUE(finished().empty());
}

TEST_F(Rebuilt, LeaveStudentsAloneWhoseTeacherEndedWithTheSameWeights) {
  plan = stub_plan({stub_job("s", "steady"), stub_job("l", "ok", {"s"})});
  run();
  rebuild(plan.jobs[0], "2");
  run({"steady"});
  const auto before = text("l");
  EXPECT_EQ(finished(), (Lines{"job s: done", "job l: done"}));
  EXPECT_EQ(run({"steady"}).done_before, 2u);
  EXPECT_EQ(text("l"), before);
  EXPECT_EQ(record("l").origin->networks, (std::vector<SourceNetwork>{{"s", "steady"}}));
}

TEST_F(Rebuilt, AreFollowedUpWhereTheRunBetweenWasCutOff) {
  // The teacher was replaced, by another suite for instance, and its student was not trained since.
  rebuild(plan.jobs[0], "2");
  auto teacher_alone = plan;
  teacher_alone.jobs.resize(1);
  options.loaded = loaded_for(plan.jobs, {"ok"});
  run_plan(teacher_alone, store, options, observer);
  EXPECT_EQ(run().done_before, 3u);
  EXPECT_EQ(observer.notes, Lines{"1 job came from a network of another build; kdbench run --rerun-changed trains it again"});
  run({"ok"});
  EXPECT_EQ(finished(), Lines{"job k: done"});
  EXPECT_EQ(run({"ok"}).done_before, 3u);
}

TEST_F(Rebuilt, StayWhereTheNewBuildFails) {
  for (const std::string mode : {"fail", "diverge", "crash", "lie"}) {
    plan = stub_plan({stub_job(mode, "ok")});
    run();
    const auto before = text(mode);
    // The same plugin in a build that misbehaves.
    plan.jobs[0].spec.model = PluginSpec{mode, "2", Json::object()};
    options.loaded.all = {{{{PluginKind::kModel, "ok"}, "ok.so", "2"}, true}};
    observer = {};
    const auto summary = run_plan(plan, store, options, observer);
    ASSERT_EQ(summary.problems.size(), 1u) << mode;
    EXPECT_TRUE(summary.problems[0].reason.ends_with("; the earlier result is kept")) << summary.problems[0].reason;
    EXPECT_EQ(summary.problems[0].status, mode == "diverge" ? "diverged" : "failed");
    EXPECT_EQ(text(mode), before);
    EXPECT_EQ(summary.exit_code(), 1);
  }
}

TEST_F(Rebuilt, AreTriedAgainWhereTheBuildOfBeforeFailed) {
  plan = stub_plan({stub_job("f", "fail"), stub_job("c", "crash")});
  run();
  EXPECT_EQ(record("c").origin->plugins.front().content, "1");  // nobody but the parent could write that
  for (auto& job : plan.jobs) rebuild(job, "2");
  EXPECT_EQ(run().problems.size(), 2u);
  EXPECT_TRUE(finished().empty());
  EXPECT_TRUE(observer.notes.empty());  // --rerun-failed is what they need
  run({"fail", "crash"});
  EXPECT_EQ(finished().size(), 2u);
  EXPECT_EQ(observer.notes, (Lines{"1 job failed with another build of crash.so; it is trained again",
                                   "1 job failed with another build of fail.so; it is trained again"}));
}

TEST_F(Rebuilt, StayWhereTheRunIsStoppedAndAreTrainedTheNextTime) {
  const auto before = text("t");
  plan.jobs[0].spec.model = PluginSpec{"save", "2", Json::object()};
  options.loaded.all = {{{{PluginKind::kModel, "ok"}, "ok.so", "2"}, true}};
  bool sent = false;
  observer = {};
  observer.on_update = [&](const ProgressState& state) {
    if (!state.latest.label.empty() && !std::exchange(sent, true)) ::kill(::getpid(), SIGTERM);
  };
  EXPECT_EQ(run_plan(plan, store, options, observer).signal, SIGTERM);
  EXPECT_EQ(text("t"), before);
  plan.jobs[0].spec.model = PluginSpec{"ok", "2", Json::object()};
  run({"ok"});
  EXPECT_EQ(finished(), (Lines{"job t: done", "job k: done"}));
}

TEST_F(Rebuilt, AreNotGuessedFromRecordsThatKnowNoBuild) {
  for (const std::string job : {"t", "k", "a"}) {
    auto old = record(job);
    old.origin.reset();
    write_file_atomically(store.record_path(job), to_document(old).dump());
  }
  rebuild(plan.jobs[0], "2");
  EXPECT_EQ(run({"ok"}).done_before, 3u);
  EXPECT_TRUE(observer.notes.empty());
}

TEST_F(Rebuilt, AreUnknownWhereNobodySaysWhatIsLoaded) {
  rebuild(plan.jobs[0], "2");
  options.loaded = {};
  observer = {};
  EXPECT_EQ(run_plan(plan, store, options, observer).done_before, 3u);
  EXPECT_TRUE(observer.notes.empty());
}

}  // namespace
}  // namespace kdbench
