#include "unit/run/fixture.h"

#include <kdbench/run/schedule/queue.h>

namespace kdbench {
namespace {

using Indices = std::vector<std::size_t>;

// Teacher, student alone, three students of the teacher in one group, then the next seed's teacher.
Plan sweep() {
  return stub_plan({stub_job("t"), stub_job("a"), stub_job("k1", "ok", {"t"}, "g"), stub_job("k2", "ok", {"t"}, "g"),
                    stub_job("k3", "ok", {"t"}, "g"), stub_job("t2")});
}

TEST(JobQueue, HandsOutWhatIsReadyInPlanOrder) {
  const auto plan = sweep();
  JobQueue queue(plan, {2, true});
  EXPECT_EQ(queue.next(2, 0)->jobs, Indices{0});
  EXPECT_EQ(queue.next(1, 0)->jobs, Indices{1});
  EXPECT_FALSE(queue.next(0, 0));
}

TEST(JobQueue, FusesAGroupOnceItsTeacherIsDone) {
  const auto plan = sweep();
  JobQueue queue(plan, {2, true});
  queue.settle(0, Status::kDone);
  queue.settle(1, Status::kDone);
  const auto unit = queue.next(2, 0);
  EXPECT_EQ(unit->jobs, (Indices{2, 3, 4}));
  EXPECT_EQ(unit->slots, 2);  // min(3 jobs, 2 slots)
  EXPECT_EQ(unit->workers, 2);
  EXPECT_EQ(unit->threads, 1);               // of one operation: two would round otherwise
  EXPECT_DOUBLE_EQ(unit->estimated_s, 1.5);  // 3 jobs of 1 s, 2 at a time
}

TEST(JobQueue, GivesEveryJobItsOwnWorkerWithoutFusing) {
  const auto plan = sweep();
  JobQueue queue(plan, {2, false});
  queue.settle(0, Status::kDone);
  queue.settle(1, Status::kDone);
  EXPECT_EQ(queue.next(2, 0)->jobs, Indices{2});
  EXPECT_EQ(queue.next(1, 0)->jobs, Indices{3});
}

TEST(JobQueue, LetsAShortJobPassAWideUnitOnlyWhileThatMustWaitAnyway) {
  const auto plan = sweep();
  JobQueue queue(plan, {2, true});
  queue.settle(0, Status::kDone);
  queue.next(1, 0);                  // the student alone runs in one of the two slots
  EXPECT_FALSE(queue.next(1, 0.5));  // the group needs both; t2 takes 1 s, the slot is free for 0.5 s
  EXPECT_EQ(queue.next(1, 1.0)->jobs, Indices{5});
}

TEST(JobQueue, WaitsForEverythingAJobNeedsAndFusesItThenWithItsGroup) {
  // Two students of teacher t, the second of which starts from the weights of i.
  const auto plan =
      stub_plan({stub_job("t"), stub_job("i"), stub_job("k1", "ok", {"t"}, "g"), stub_job("k2", "ok", {"t", "i"}, "g")});
  JobQueue early(plan, {2, true}), late(plan, {2, true});
  for (auto* queue : {&early, &late}) queue->settle(0, Status::kDone);
  EXPECT_EQ(early.next(1, 0)->jobs, Indices{1});
  EXPECT_EQ(early.next(1, 0)->jobs, Indices{2});
  EXPECT_FALSE(early.next(2, 0));  // k2 waits for i
  late.settle(1, Status::kDone);
  EXPECT_EQ(late.next(2, 0)->jobs, (Indices{2, 3}));
  EXPECT_EQ(late.dependents(1), Indices{3});
}

TEST(JobQueue, RunsAJobApartAfterItWasPutBack) {
  const auto plan = sweep();
  JobQueue queue(plan, {2, true});
  queue.settle(0, Status::kDone);
  queue.settle(1, Status::kDone);
  const auto unit = queue.next(2, 0);
  for (const auto job : unit->jobs) queue.requeue_apart(job);
  EXPECT_EQ(queue.next(2, 0)->jobs, Indices{2});
}

TEST(JobQueue, CountsAJobsThreadsAgainstTheSlots) {
  auto plan = stub_plan({stub_job("t"), stub_job("a")});
  set_threads(plan.jobs[0], 4);
  JobQueue queue(plan, {2, true});
  const auto unit = queue.next(2, 0);
  EXPECT_EQ(unit->slots, 2);    // no more than there are
  EXPECT_EQ(unit->threads, 4);  // decides the result, so it stays
}

/// The sweep, whose students need 100 bytes once, 10 each and 30 while they train.
Plan measured_sweep() {
  auto plan = sweep();
  for (auto& job : plan.jobs) {
    job.shared_bytes = 100;
    job.state_bytes = 10;
    job.estimated_bytes = 140;
  }
  return plan;
}

TEST(JobQueue, CutsAGroupWhereMemoryEndsAndHandsOutTheRestLater) {
  const auto plan = measured_sweep();
  JobQueue queue(plan, {2, true, 180});  // 100 + 2 x 10 + 2 x 30
  queue.settle(0, Status::kDone);
  queue.settle(1, Status::kDone);
  const auto first = queue.next(2, 0);
  EXPECT_EQ(first->jobs, (Indices{2, 3}));
  EXPECT_EQ(first->left_out, 1u);
  EXPECT_TRUE(first->is_bounded);
  EXPECT_DOUBLE_EQ(first->bytes, 180);
  const auto rest = queue.next(2, 0);
  EXPECT_EQ(rest->jobs, Indices{4});
  EXPECT_EQ(rest->left_out, 0u);
  EXPECT_FALSE(rest->is_bounded);
  EXPECT_DOUBLE_EQ(rest->bytes, 140);
}

TEST(JobQueue, TakesOneThreadForAGroupWhereTwoWouldLeaveNothingToShare) {
  const auto plan = measured_sweep();
  JobQueue queue(plan, {2, true, 160});  // 100 + 3 x 10 + 30
  queue.settle(0, Status::kDone);
  queue.settle(1, Status::kDone);
  const auto unit = queue.next(2, 0);
  EXPECT_EQ(unit->jobs, (Indices{2, 3, 4}));
  EXPECT_TRUE(unit->is_bounded);
  EXPECT_EQ(unit->left_out, 0u);
  EXPECT_EQ(unit->slots, 1);
  EXPECT_EQ(unit->workers, 1);
  EXPECT_DOUBLE_EQ(unit->estimated_s, 3);
}

TEST(JobQueue, LetsAUnitWaitForMemory) {
  const auto plan = measured_sweep();
  JobQueue queue(plan, {2, true});
  EXPECT_EQ(queue.next(2, 0, 140)->jobs, Indices{0});
  EXPECT_FALSE(queue.next(1, 0, 139));
  EXPECT_EQ(queue.next(1, 0, 140)->jobs, Indices{1});
}

TEST(JobQueue, LetsASmallJobPassOneThatWaitsForMemoryOnlyWhileThatMustWaitAnyway) {
  auto plan = stub_plan({stub_job("large"), stub_job("small")});
  plan.jobs[0].estimated_bytes = 300;
  plan.jobs[1].estimated_bytes = 10;
  JobQueue queue(plan, {2, true});
  EXPECT_FALSE(queue.next(1, 0.5, 100));  // the small one takes 1 s, memory is short for 0.5 s
  EXPECT_EQ(queue.next(1, 1.0, 100)->jobs, Indices{1});
  EXPECT_EQ(queue.next(1, 0, 300)->jobs, Indices{0});
}

TEST(JobQueue, HoldsBackWhatNeedsAFailedJob) {
  const auto plan = sweep();
  JobQueue queue(plan, {8, true});
  queue.settle(0, Status::kFailed);
  EXPECT_EQ(queue.next(8, 0)->jobs, Indices{1});
  EXPECT_EQ(queue.next(8, 0)->jobs, Indices{5});
  EXPECT_FALSE(queue.next(8, 0));
  EXPECT_EQ(queue.dependents(0), (Indices{2, 3, 4}));
}

}  // namespace
}  // namespace kdbench
