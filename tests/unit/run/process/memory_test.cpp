#include "unit/run/fixture.h"

#include <kdbench/base/files.h>
#include <kdbench/run/process/memory.h>

namespace kdbench {
namespace {

struct AvailableMemory : ::testing::Test {
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root.path / path).parent_path());
    write_file_atomically(root.path / path, text);
  }
  double found() const { return available_memory_bytes(root.path); }

  TemporaryFolder root;
};

TEST_F(AvailableMemory, IsWhatTheKernelSays) {
  EXPECT_EQ(found(), 0);
  write("proc/meminfo", "MemTotal:       24668864 kB\nMemFree:         100 kB\nMemAvailable:    2000 kB\n");
  EXPECT_EQ(found(), 2000 * 1024);
}

TEST_F(AvailableMemory, IsTheLeastLimitOfTheControlGroupsAboveThisProcess) {
  write("proc/meminfo", "MemAvailable:    2000 kB\n");
  write("proc/self/cgroup", "0::/job_7/step_0\n");
  write("sys/fs/cgroup/job_7/memory.max", "1000000\n");
  write("sys/fs/cgroup/job_7/step_0/memory.max", "max\n");
  EXPECT_EQ(found(), 1000000);
  write("sys/fs/cgroup/job_7/memory.max", "max\n");
  EXPECT_EQ(found(), 2000 * 1024);
}

TEST_F(AvailableMemory, IsWhatAGroupHasLeftWithItsDroppablePages) {
  write("proc/self/cgroup", "0::/job_7\n");
  write("sys/fs/cgroup/job_7/memory.max", "1000\n");
  write("sys/fs/cgroup/job_7/memory.current", "700\n");
  EXPECT_EQ(found(), 300);
  write("sys/fs/cgroup/job_7/memory.stat", "anon 500\nfile 200\ninactive_anon 7\ninactive_file 150\n");
  EXPECT_EQ(found(), 450);
  write("sys/fs/cgroup/job_7/memory.stat", "active_file 50\ninactive_file 150\n");
  EXPECT_EQ(found(), 500);
  write("sys/fs/cgroup/job_7/memory.current", "2000\n");
  EXPECT_EQ(found(), 1);  // full is not the same as unknown
}

TEST_F(AvailableMemory, ReadsTheFirstVersionOfControlGroupsToo) {
  write("proc/meminfo", "MemAvailable:    2000 kB\n");
  write("proc/self/cgroup", "7:cpu,cpuacct:/a\n4:memory:/slurm/job_7\n0::/\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes", "500000\n");
  write("sys/fs/cgroup/cpu,cpuacct/a/memory.limit_in_bytes", "1\n");
  EXPECT_EQ(found(), 500000);
  write("sys/fs/cgroup/memory/slurm/job_7/memory.usage_in_bytes", "400000\n");
  write("sys/fs/cgroup/memory/slurm/job_7/memory.stat", "inactive_file 1\ntotal_inactive_file 30000\ntotal_active_file 20000\n");
  EXPECT_EQ(found(), 150000);
}

TEST_F(AvailableMemory, TakesTheTopOfTheTreeInAContainerThatSeesNothingElse) {
  write("proc/self/cgroup", "0::/../../somebody/elses\n");
  write("sys/fs/cgroup/memory.max", "300000\n");
  EXPECT_EQ(found(), 300000);
}

TEST(AvailableMemoryHere, IsKnown) { EXPECT_GT(available_memory_bytes(), 1e6); }

}  // namespace
}  // namespace kdbench
