#include "unit/run/fixture.h"

#include <kdbench/base/files.h>

#include <signal.h>
#include <sys/stat.h>

namespace kdbench {
namespace {

struct RunPlan : ::testing::Test {
  RunPlan() : store(folder.path / "store") { options.setup.worker = KDBENCH_STUB_WORKER; }

  RunSummary run(const Plan& plan) { return run_plan(plan, store, options, observer); }
  RunRecord record(const std::string& job) { return store.get(job)->value(); }
  std::string log(const std::string& name) { return (store.logs() / name).string(); }

  /// Sends this process a signal as soon as a job has reported an epoch; the next ones on further
  /// updates.
  void signal_after_an_epoch(std::vector<int> signals) {
    observer.on_update = [signals, sent = std::size_t{0}](const ProgressState& state) mutable {
      if (!state.latest.label.empty() && sent < signals.size()) ::kill(::getpid(), signals[sent++]);
    };
  }

  TemporaryFolder folder;
  Store store;
  RunOptions options;
  RememberingObserver observer;
};

TEST_F(RunPlan, RunsEveryJobAndTheSecondTimeNone) {
  const auto plan = stub_plan({stub_job("t"), stub_job("k", "ok", {"t"})});
  const auto first = run(plan);
  EXPECT_EQ(first.done, 2u);
  EXPECT_EQ(first.exit_code(), 0);
  EXPECT_EQ(observer.finished.size(), 2u);
  const auto second = run(plan);
  EXPECT_EQ(second.done_before, 2u);
  EXPECT_EQ(second.done, 0u);
  EXPECT_EQ(observer.finished.size(), 2u);
}

TEST_F(RunPlan, TrainsADoneJobAgainForASnapshotThatSomebodyWillLearnFrom) {
  run(stub_plan({stub_job("t")}));  // as another suite has it: nothing is kept
  const auto before = read_file(store.record_path("t")).value();
  auto plan = stub_plan({stub_job("t"), stub_job("k", "ok", {"t"})});
  plan.jobs[0].keep_epochs = {3, 7};
  EXPECT_FALSE(store.has_states("t", {"epoch_3", "epoch_7"}));
  const auto summary = run(plan);
  EXPECT_EQ(summary.done_before, 0u);
  EXPECT_EQ(summary.done, 2u);
  EXPECT_TRUE(store.has_states("t", {"epoch_3", "epoch_7"}));
  EXPECT_EQ(read_file(store.record_path("t")).value(), before);
  EXPECT_EQ(run(plan).done_before, 2u);
  // Once its student is done, nobody misses what it learned from.
  std::filesystem::remove(store.artifacts("t") / "epoch_3.safetensors");
  EXPECT_EQ(run(plan).done_before, 2u);
}

TEST_F(RunPlan, TrainsATeacherAgainWhoseFilesAreGoneOrDamaged) {
  const auto weights = store.root() / "artifacts/t/last.safetensors";
  auto plan = stub_plan({stub_job("t", "keeps_last"), stub_job("k", "ok", {"t"})});
  plan.jobs[1].spec.teacher = TeacherSpec{"t", {}, {}};
  run(stub_plan({plan.jobs[0]}));
  std::filesystem::remove(weights);
  EXPECT_EQ(run(plan).done, 2u);
  EXPECT_EQ(observer.notes.front(), "job t: " + weights.string() + " is missing; it is trained again");

  std::filesystem::remove(store.record_path("k"));
  auto bytes = read_file(weights).value();
  bytes.back() = '!';
  write_file_atomically(weights, bytes);
  EXPECT_EQ(run(plan).done, 2u);
  EXPECT_NE(observer.notes.back().find("it was damaged since it was written"), std::string::npos) << observer.notes.back();

  // Nobody is left to learn from it.
  std::filesystem::remove(weights);
  EXPECT_EQ(run(plan).done_before, 2u);
}

TEST_F(RunPlan, TakesASnapshotThatIsMissingAfterTrainingForAFailure) {
  run(stub_plan({stub_job("t", "keeps_nothing")}));
  auto plan = stub_plan({stub_job("t", "keeps_nothing"), stub_job("k", "ok", {"t"})});
  plan.jobs[0].keep_epochs = {3};
  const auto summary = run(plan);
  ASSERT_EQ(summary.problems.size(), 2u);
  EXPECT_EQ(summary.problems[0].reason, "worker reported 'done' and " +
                                            (store.root() / "artifacts/t/epoch_3.safetensors").string() +
                                            " is missing; log: " + log("t.log"));
  EXPECT_EQ(record("t").status, Status::kDone);  // a record that is done is never replaced
  EXPECT_EQ(record("k").reason, "needs job t, which is failed");
}

TEST_F(RunPlan, SetsTheThreadsOfAWorkerBeforeItStarts) {
  auto plan = stub_plan({stub_job("t")});
  set_threads(plan.jobs[0], 3);
  run(plan);
  EXPECT_EQ(record("t").environment.threads, 1);
  EXPECT_EQ(record("t").environment.blas, "threads of an operation: 3");
}

TEST_F(RunPlan, TellsTheWorkerWhichAllocatorToUse) {
  options.unit.caching_allocator = false;
  options.unit.memory_limit_bytes = 4e9;
  run(stub_plan({stub_job("t")}));
  EXPECT_EQ(record("t").environment.allocator, "libtorch");
  EXPECT_EQ(record("t").memory.allocator_reserved_bytes, 2'000'000'000);  // half of what may be used
}

TEST_F(RunPlan, KeepsFreedMemoryUpToHalfOfWhatThereIsForAll) {
  options.unit.memory_bytes = 6e9;
  run(stub_plan({stub_job("t")}));
  EXPECT_EQ(record("t").memory.allocator_reserved_bytes, 3'000'000'000);
}

TEST_F(RunPlan, RunsNoMoreSideBySideThanMemoryHolds) {
  auto plan = stub_plan({stub_job("a"), stub_job("b"), stub_job("c")});
  for (auto& job : plan.jobs) job.estimated_bytes = 3e9;
  options.slots = 3;
  std::size_t most = 0;
  observer.on_update = [&](const ProgressState& state) { most = std::max(most, state.running); };
  for (const double memory : {5e9, 1e9}) {  // one fits; none does, and runs alone
    options.unit.memory_bytes = memory;
    EXPECT_EQ(run(plan).done, 3u);
    EXPECT_EQ(most, 1u);
    for (const auto& job : plan.jobs) std::filesystem::remove(store.record_path(job.id));
  }
}

TEST_F(RunPlan, CountsWhatAGroupHasOnceOnceInTheTimeThatIsLeft) {
  auto plan = stub_plan({stub_job("t"), stub_job("k1", "ok", {"t"}, "g"), stub_job("k2", "ok", {"t"}, "g")});
  plan.jobs[0].estimated_s = 4;
  for (std::size_t i : {1, 2}) {
    plan.jobs[i].estimated_s = 10;  // 2 s of its own
    plan.jobs[i].shared_s = 8;
  }
  double left = 0;  // after the teacher, in units of the time so far: (2 + 2 + 8) / 4
  observer.on_finished = [&](const FinishedJob& job, const ProgressState& state) {
    if (job.label == "job t") left = state.eta_s / state.elapsed_s;
  };
  run(plan);
  EXPECT_NEAR(left, 3, 1e-6);
}

struct BoundedGroup : RunPlan {
  BoundedGroup() {
    plan = stub_plan(
        {stub_job("t"), stub_job("k1", "ok", {"t"}, "g"), stub_job("k2", "ok", {"t"}, "g"), stub_job("k3", "ok", {"t"}, "g")});
    for (auto& job : plan.jobs) {
      job.shared_bytes = 1e9;
      job.estimated_bytes = 2e9;
    }
    options.slots = 2;
  }
  bool shared_a_worker() const { return std::filesystem::exists(store.logs() / "group-k1.log"); }

  Plan plan;
};

TEST_F(BoundedGroup, TrainsOnAllThreadsWhereMemoryAllowsIt) {
  options.unit.memory_bytes = 3e9;  // 1 GB once, and 1 GB for each of two
  EXPECT_EQ(run(plan).done, 4u);
  EXPECT_TRUE(shared_a_worker());
  EXPECT_EQ(record("k2").environment.threads, 2);
  EXPECT_TRUE(observer.notes.empty());
}

TEST_F(BoundedGroup, TrainsOnFewerThreadsAndSaysSo) {
  options.unit.memory_bytes = 2.9e9;
  EXPECT_EQ(run(plan).done, 4u);
  EXPECT_TRUE(shared_a_worker());
  EXPECT_EQ(record("k2").environment.threads, 1);
  ASSERT_EQ(observer.notes.size(), 1u);
  EXPECT_EQ(observer.notes[0],
            "job k1, ...: 3 jobs on 2 threads would need more than 2.90 GB (--memory, or 80 % of what is available); "
            "jobs now: 3, threads: 1");
}

TEST_F(BoundedGroup, TrainsInPartsAndSaysSoOnce) {
  for (auto& job : plan.jobs) job.state_bytes = 3e8;
  options.unit.memory_bytes = 2e9;  // two on one thread: 1 GB, two states and 0.7 GB of a step
  EXPECT_EQ(run(plan).done, 4u);
  EXPECT_FALSE(shared_a_worker());
  ASSERT_EQ(observer.notes.size(), 1u);
  EXPECT_EQ(observer.notes[0],
            "job k1, ...: 3 jobs on 2 threads would need more than 2.00 GB (--memory, or 80 % of what is available); "
            "jobs now: 1, threads: 1");
}

TEST_F(BoundedGroup, StaysAtADistanceFromTheSizeAtWhichAWorkerIsKilled) {
  options.unit.memory_bytes = 9e9;
  options.unit.memory_limit_bytes = 3.7e9;  // 2.96 GB by estimates
  EXPECT_EQ(run(plan).done, 4u);
  EXPECT_EQ(record("k2").environment.threads, 1);
  ASSERT_EQ(observer.notes.size(), 1u);
  EXPECT_NE(observer.notes[0].find("more than 2.96 GB (80 % of --memory-limit)"), std::string::npos) << observer.notes[0];
}

TEST(UnitOptions, BoundAUnitByTheLesserOfWhatIsSaid) {
  UnitOptions options;
  EXPECT_EQ(options.unit_bytes(), 0);
  options.memory_bytes = 5;
  EXPECT_EQ(options.unit_bytes(), 5);
  options.memory_limit_bytes = 5;
  EXPECT_EQ(options.unit_bytes(), 4);
  options.memory_bytes = 0;
  EXPECT_EQ(options.unit_bytes(), 4);
  options.estimates_hold = false;  // on a GPU the size at which a worker is killed bounds no group
  EXPECT_EQ(options.unit_bytes(), 0);
  options.memory_bytes = 3;
  EXPECT_EQ(options.unit_bytes(), 3);
}

TEST_F(RunPlan, RecordsACrashWithItsSignalAndLogAndGoesOn) {
  const auto summary = run(stub_plan({stub_job("bad", "crash"), stub_job("good")}));
  EXPECT_EQ(summary.exit_code(), 1);
  EXPECT_EQ(summary.done, 1u);
  EXPECT_EQ(record("bad").status, Status::kFailed);
  EXPECT_EQ(record("bad").reason, "worker crashed: Segmentation fault; log: " + log("bad.log"));
  EXPECT_EQ(record("bad").spec->model->plugin, "crash");
  EXPECT_TRUE(std::filesystem::exists(log("bad.log")));
}

TEST_F(RunPlan, RecordsAWorkerThatEndsWithoutAResult) {
  run(stub_plan({stub_job("a", "exit0"), stub_job("b", "half_line"), stub_job("c", "silent"), stub_job("d", "lie"),
                 stub_job("e", "error")}));
  EXPECT_EQ(record("a").reason, "worker ended without a result (exit code 0); log: " + log("a.log"));
  EXPECT_EQ(record("b").reason, "worker ended without a result (exit code 0); log: " + log("b.log"));
  EXPECT_EQ(record("c").reason, "worker ended without a word about this job; log: " + log("c.log"));
  EXPECT_EQ(record("d").reason, "worker reported 'done' and wrote no such record; log: " + log("d.log"));
  EXPECT_EQ(record("e").reason, "out_of_memory: cannot allocate 8 GB; log: " + log("e.log"));
}

TEST_F(RunPlan, LooksPastGarbageOnTheChannel) {
  EXPECT_EQ(run(stub_plan({stub_job("a", "garbage"), stub_job("b", "spam")})).done, 2u);
}

TEST_F(RunPlan, KeepsFailedAndDivergedRecordsUntilARerunIsAskedFor) {
  const auto plan = stub_plan({stub_job("f", "fail"), stub_job("d", "diverge")});
  EXPECT_EQ(run(plan).exit_code(), 1);
  EXPECT_EQ(record("f").reason, "the loss said no");
  observer.finished.clear();
  const auto again = run(plan);
  EXPECT_TRUE(observer.finished.empty());
  ASSERT_EQ(again.problems.size(), 2u);
  EXPECT_TRUE(again.problems[0].earlier);
  EXPECT_EQ(again.problems[1].status, "diverged");
  EXPECT_EQ(again.problems[1].reason, "loss is nan at epoch 1, step 3");
  options.rerun_failed = true;
  run(plan);
  EXPECT_EQ(observer.finished.size(), 2u);
}

TEST_F(RunPlan, NeitherTrainsNorReplacesADoneRecordThatCannotBeRead) {
  const auto plan = stub_plan({stub_job("t", "ok"), stub_job("a", "ok", {"t"})});
  run(plan);
  auto json = to_document(record("t"));
  json["of_a_later_time"] = 1;
  write_file_atomically(store.record_path("t"), json.dump());
  observer.finished.clear();
  const auto again = run(plan);
  EXPECT_TRUE(observer.finished.empty());
  EXPECT_EQ(again.exit_code(), 1);
  ASSERT_EQ(again.problems.size(), 1u);
  EXPECT_NE(again.problems[0].reason.find("it says that the job is done, so it is not replaced"), std::string::npos);
  EXPECT_EQ(read_json(store.record_path("t")).value(), json);
}

TEST_F(RunPlan, SkipsWhatNeedsAFailedTeacherAndWhatNeedsThat) {
  const auto summary = run(stub_plan({stub_job("t", "crash"), stub_job("a", "ok", {"t"}), stub_job("k", "ok", {"a"})}));
  EXPECT_EQ(record("a").status, Status::kSkipped);
  EXPECT_EQ(record("a").reason, "needs job t, which is failed");
  EXPECT_EQ(record("k").reason, "needs job a, which is skipped");
  EXPECT_EQ(summary.problems.size(), 3u);
}

TEST_F(RunPlan, RunsASkippedJobOnceItsTeacherIsDone) {
  auto plan = stub_plan({stub_job("t", "fail"), stub_job("a", "ok", {"t"})});
  run(plan);
  set_mode(plan.jobs[0], "ok");
  options.rerun_failed = true;
  EXPECT_EQ(run(plan).done, 2u);
}

TEST_F(RunPlan, RunsAFusedGroupInOneWorker) {
  options.slots = 2;
  run(stub_plan({stub_job("a", "ok", {}, "g"), stub_job("b", "ok", {}, "g"), stub_job("c", "ok", {}, "g")}));
  EXPECT_TRUE(std::filesystem::exists(log("group-a.log")));
  EXPECT_EQ(record("c").environment.threads, 2);
  EXPECT_EQ(record("c").environment.blas, "threads of an operation: 1");
}

TEST_F(RunPlan, RunsTheRestOfACrashedGroupApart) {
  options.slots = 2;
  const auto summary =
      run(stub_plan({stub_job("a", "ok", {}, "g"), stub_job("b", "crash_together", {}, "g"), stub_job("c", "crash", {}, "g")}));
  EXPECT_EQ(summary.done, 2u);  // a in the group, b once it is alone
  EXPECT_EQ(record("b").status, Status::kDone);
  EXPECT_EQ(record("c").reason, "worker crashed: Segmentation fault; log: " + log("c.log"));
}

TEST_F(RunPlan, CountsAJobThatWasRecordedBeforeTheCrash) {
  EXPECT_EQ(run(stub_plan({stub_job("a", "done_then_crash")})).exit_code(), 0);
}

TEST_F(RunPlan, StopsAJobAtItsTimeLimit) {
  options.unit.timeout_s = 0.2;
  options.unit.grace_s = 0.2;
  run(stub_plan({stub_job("hang", "hang"), stub_job("stubborn", "stubborn"), stub_job("saves", "save")}));
  for (const std::string name : {"hang", "stubborn", "saves"}) {
    EXPECT_EQ(record(name).reason, "took longer than the 0.2 s of --timeout; log: " + log(name + ".log"));
  }
}

TEST_F(RunPlan, StopsAWorkerThatDoesNothing) {
  options.unit.stall_s = 0.4;
  options.unit.grace_s = 0.2;
  run(stub_plan({stub_job("hang", "hang"), stub_job("works")}));
  EXPECT_EQ(record("hang").reason,
            "used no processor time for the 0.4 s of --stall; a lock that nobody opens, or a disk that does not answer; log: " +
                log("hang.log"));
  EXPECT_EQ(record("works").status, Status::kDone);
}

TEST_F(RunPlan, KillsAWorkerThatEatsMemory) {
  options.unit.memory_limit_bytes = 200e6;
  run(stub_plan({stub_job("a", "eat")}));
  const auto reason = record("a").reason;
  EXPECT_TRUE(reason.starts_with("used 0.")) << reason;
  EXPECT_NE(reason.find("GB of memory, more than the 0.2 GB of --memory-limit"), std::string::npos) << reason;
}

TEST_F(RunPlan, DoesNotWaitForAGrandchildThatHoldsThePipe) { EXPECT_EQ(run(stub_plan({stub_job("a", "child")})).done, 1u); }

TEST_F(RunPlan, LetsWorkersSaveOnASignalAndGoesOnTheNextTime) {
  signal_after_an_epoch({SIGTERM});
  auto plan = stub_plan({stub_job("a", "save"), stub_job("b")});
  const auto stopped = run(plan);
  EXPECT_EQ(stopped.signal, SIGTERM);
  EXPECT_EQ(stopped.exit_code(), 143);
  EXPECT_EQ(stopped.left, 2u);
  EXPECT_TRUE(stopped.problems.empty());
  EXPECT_FALSE(store.get("a")->has_value());
  observer.on_update = nullptr;
  set_mode(plan.jobs[0], "ok");
  EXPECT_EQ(run(plan).done, 2u);
}

TEST_F(RunPlan, KillsAWorkerThatIgnoresTheSignalAfterTheGraceTime) {
  options.unit.grace_s = 0.2;
  signal_after_an_epoch({SIGINT});
  EXPECT_EQ(run(stub_plan({stub_job("a", "stubborn")})).exit_code(), 130);
}

TEST_F(RunPlan, KillsAtOnceOnASecondSignal) {
  options.unit.grace_s = 3600;
  signal_after_an_epoch({SIGINT, SIGINT});
  EXPECT_EQ(run(stub_plan({stub_job("a", "stubborn")})).exit_code(), 130);
}

TEST_F(RunPlan, ReportsAWorkerThatSomebodyElseStopped) {
  const auto summary = run(stub_plan({stub_job("t", "interrupted"), stub_job("a", "ok", {"t"})}));
  EXPECT_EQ(summary.exit_code(), 1);
  ASSERT_EQ(summary.problems.size(), 2u);
  EXPECT_EQ(summary.problems[0].status, "interrupted");
  EXPECT_FALSE(store.get("a")->has_value());
}

TEST_F(RunPlan, ThrowsWhenThereIsNoWorker) {
  options.setup.worker = "/nowhere/kdbench-worker";
  EXPECT_THROW(run(stub_plan({stub_job("a")})), std::system_error);
}

}  // namespace
}  // namespace kdbench
