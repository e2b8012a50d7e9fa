#include <kdbench/run/schedule/group_memory.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

/// 100 bytes once a worker, 10 of state, and `step` while it trains.
Job job(double step = 30) {
  Job out;
  out.shared_bytes = 100;
  out.state_bytes = 10;
  out.estimated_bytes = 110 + step;
  return out;
}

std::vector<const Job*> pointers(const std::vector<Job>& jobs) {
  std::vector<const Job*> out;
  for (const auto& j : jobs) out.push_back(&j);
  return out;
}

TEST(GroupMemory, CountsDataOnceEveryStateAndTheStepsThatRunAtATime) {
  GroupMemory one(1), two(2);
  for (int i = 0; i < 3; ++i) {
    one.add(job());
    two.add(job());
  }
  EXPECT_DOUBLE_EQ(one.bytes(), 100 + 3 * 10 + 30);
  EXPECT_DOUBLE_EQ(two.bytes(), 100 + 3 * 10 + 2 * 30);
  two.add(job(500));  // another model: what the first leaves behind does not fit it
  EXPECT_DOUBLE_EQ(two.bytes(), 100 + 4 * 10 + 2 * 30 + 500);
}

TEST(GroupMemory, CountsACopyOfTheTeacherForEveryThreadAtWork) {
  auto one = job();
  one.thread_bytes = 20;
  one.estimated_bytes += 20;
  GroupMemory memory(2);
  memory.add(one);
  EXPECT_DOUBLE_EQ(memory.bytes(), 100 + 20 + 10 + 30);
  memory.add(one);
  EXPECT_DOUBLE_EQ(memory.bytes(), 100 + 2 * 20 + 2 * 10 + 2 * 30);
  memory.add(one);
  EXPECT_DOUBLE_EQ(memory.bytes(), 100 + 2 * 20 + 3 * 10 + 2 * 30);
}

TEST(GroupMemory, TakesTheFirstWhateverItNeedsAndTheNextOnlyWithinTheLimit) {
  GroupMemory memory(1);
  EXPECT_TRUE(memory.add(job(), 50));
  EXPECT_FALSE(memory.add(job(), 149));   // two would be 100 + 2 x 10 + 30 = 150
  EXPECT_DOUBLE_EQ(memory.bytes(), 140);  // as if it had not been asked
  EXPECT_TRUE(memory.add(job(), 150));
}

TEST(GroupMemory, KnowsNothingOfAGroupWithAJobOfUnknownMemory) {
  GroupMemory memory(1);
  memory.add(job());
  EXPECT_TRUE(memory.add(Job{}, 1));  // what is not known is not bounded
  EXPECT_EQ(memory.bytes(), 0);
}

TEST(GroupParts, AreOneWhereNothingLimitsThem) {
  const std::vector<Job> jobs(5, job());
  const auto parts = parts_of(pointers(jobs), 2, 0);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].jobs, 5u);
  EXPECT_EQ(parts[0].threads, 2u);
  EXPECT_DOUBLE_EQ(parts[0].bytes, 100 + 50 + 60);
}

TEST(GroupParts, AreAsManyJobsAsFitOneAfterTheOther) {
  const std::vector<Job> jobs(5, job());
  const auto parts = parts_of(pointers(jobs), 2, 180);  // 100 + 2 x 30 leave 20 for the states of two
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].jobs, 2u);
  EXPECT_EQ(parts[1].jobs, 2u);
  EXPECT_EQ(parts[2].jobs, 1u);
  EXPECT_EQ(parts[2].threads, 1u);
  EXPECT_DOUBLE_EQ(parts[2].bytes, 140);
}

/// A student takes a second, the teacher's passes `teacher_s`.
std::vector<Job> timed(std::size_t jobs, double teacher_s) {
  auto one = job();
  one.estimated_s = 1 + teacher_s;
  one.shared_s = teacher_s;
  return std::vector<Job>(jobs, one);
}

TEST(GroupParts, PayTheTeacherOnceEach) {
  const auto parts = parts_of(pointers(timed(4, 5)), 2, 0);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_DOUBLE_EQ(parts[0].seconds, 4 * 1 + 5);
}

TEST(GroupParts, UseFewerThreadsWhereTheTeacherCostsMore) {
  // Within 180 bytes, two jobs fit on two threads and all five on one.
  // A teacher of 1 s: on two threads (2 + 1) / 2 + (2 + 1) / 2 + (1 + 1) = 5 s, on one 5 + 1 = 6 s.
  EXPECT_EQ(parts_of(pointers(timed(5, 1)), 2, 180).size(), 3u);
  // A teacher of 3 s: (2 + 3) / 2 + (2 + 3) / 2 + (1 + 3) = 9 s, and 5 + 3 = 8 s.
  const auto parts = parts_of(pointers(timed(5, 3)), 2, 180);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].threads, 1u);
  EXPECT_DOUBLE_EQ(parts[0].bytes, 100 + 50 + 30);
}

TEST(GroupParts, TryEveryNumberOfThreads) {
  // 500 bytes once, 1 a state, 300 a step: within 1500 three jobs fit on eight threads, and all hundred on three.
  Job one;
  one.shared_bytes = 500;
  one.state_bytes = 1;
  one.estimated_bytes = 801;
  const std::vector<Job> jobs(100, one);
  const auto parts = parts_of(pointers(jobs), 8, 1500);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].threads, 3u);
  EXPECT_DOUBLE_EQ(parts[0].bytes, 1500);
}

TEST(GroupParts, ChooseTheThreadsOfEveryPart) {
  // A hundred small students and ten large ones of a teacher of 6.4 s. On eight threads the small ones fit and no two large ones
  // do.
  Job small, large;
  small.shared_bytes = large.shared_bytes = 1000;
  small.state_bytes = 1;
  large.state_bytes = 30;
  small.estimated_bytes = 1000 + 1 + 100;
  large.estimated_bytes = 1000 + 30 + 700;
  small.shared_s = large.shared_s = 6.4;
  small.estimated_s = 6.4 + 0.342;
  large.estimated_s = 6.4 + 1.2;
  std::vector<Job> jobs(100, small);
  jobs.resize(110, large);
  const auto group = pointers(jobs);
  const auto parts = parts_of(group, 8, 2300);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].jobs, 100u);
  EXPECT_EQ(parts[0].threads, 8u);
  EXPECT_EQ(parts[1].jobs, 10u);
  EXPECT_EQ(parts[1].threads, 1u);
  const auto rest = parts_of(std::span(group).subspan(100), 8, 2300);  // what is left is cut as it was
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].threads, 1u);
}

TEST(GroupParts, AreFewerWhereThatTakesAsLong) {
  const auto parts = parts_of(pointers(timed(5, 0)), 2, 170);  // two on two threads need 180; four on one 170
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].jobs, 4u);
  EXPECT_EQ(parts[0].threads, 1u);
}

TEST(GroupParts, AreSingleJobsWhereNoTwoFit) { EXPECT_EQ(parts_of(pointers(timed(3, 1)), 4, 1).size(), 3u); }

}  // namespace
}  // namespace kdbench
