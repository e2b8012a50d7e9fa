#include <kdbench/run/process/cpu_time.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>

namespace kdbench {
namespace {

TEST(GroupCpu, CountsWhatTheProcessesOfTheGroupHaveUsed) {
  const double before = group_cpu_s(::getpgrp());
  const auto begin = std::clock();
  while (std::clock() - begin < CLOCKS_PER_SEC / 5) {
  }
  EXPECT_GE(group_cpu_s(::getpgrp()) - before, 0.15);  // 0.2 s were used, told to a hundredth
}

TEST(GroupCpu, IsNothingForAGroupThatIsNot) { EXPECT_EQ(group_cpu_s(1 << 30), 0); }

}  // namespace
}  // namespace kdbench
