// Workers that a person, a batch system, the kernel or a full disk ends: no fault of their jobs.
#include "unit/run/fixture.h"

namespace kdbench {
namespace {

struct EndedFromOutside : ::testing::Test {
  EndedFromOutside() : store(folder.path / "store") { options.setup.worker = KDBENCH_STUB_WORKER; }

  RunSummary run(const Plan& plan) { return run_plan(plan, store, options, observer); }
  std::string log(const std::string& name) { return (store.logs() / name).string(); }

  TemporaryFolder folder;
  Store store;
  RunOptions options;
  RememberingObserver observer;
};

TEST_F(EndedFromOutside, StartsAWorkerAgainThatSomebodyElseKilled) {
  const auto summary = run(stub_plan({stub_job("a", "killed_once")}));
  EXPECT_EQ(summary.done, 1u);
  EXPECT_EQ(observer.finished.front().status, "again");
  EXPECT_EQ(observer.finished.front().reason, "worker crashed: Killed; log: " + log("a.log"));
}

TEST_F(EndedFromOutside, TakesNoJobForFailedWhoseWorkerIsKilledAgainAndAgain) {
  const auto summary = run(stub_plan({stub_job("t", "killed"), stub_job("k", "ok", {"t"}), stub_job("h", "hung_up")}));
  EXPECT_EQ(summary.exit_code(), 1);
  ASSERT_EQ(summary.problems.size(), 3u);
  EXPECT_EQ(summary.problems[0].status, "interrupted");
  EXPECT_EQ(summary.problems[0].reason,
            "its worker was killed 4 times by somebody else: a person, a batch system, or the kernel for want of memory; log: " +
                log("t.log") + "; run again to go on");
  EXPECT_EQ(summary.problems[1].reason, "needs job t, which is interrupted");
  for (const auto* job : {"t", "k", "h"}) EXPECT_FALSE(store.get(job)->has_value()) << job;  // the same command goes on
}

TEST_F(EndedFromOutside, TakesNoJobForFailedThatAFullDiskStopped) {
  const auto summary = run(stub_plan({stub_job("a", "full_disk")}));
  ASSERT_EQ(summary.problems.size(), 1u);
  EXPECT_EQ(summary.problems[0].status, "interrupted");
  EXPECT_EQ(summary.problems[0].reason, "machine: no space; log: " + log("a.log") + "; run again to go on");
  EXPECT_FALSE(store.get("a")->has_value());
}

}  // namespace
}  // namespace kdbench
