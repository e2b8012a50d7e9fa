// What a run may take of the machine: -j, --memory and --memory-limit.
#include <kdbench/cli/suite_options.h>
#include <kdbench/run/process/memory.h>

#include <gtest/gtest.h>

#include <thread>

namespace kdbench {
namespace {

Plan on(const std::string& device) {
  Plan plan;
  plan.device = device;
  return plan;
}

TEST(Resources, TakeAThreadACoreAndOneOnAGpu) {
  EXPECT_EQ(slots_of({}, on("cpu")), std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
  EXPECT_EQ(slots_of({}, on("cuda:0")), 1);
  EXPECT_EQ(slots_of({.slots = 3}, on("cpu")), 3);
  EXPECT_EQ(slots_of({.slots = 3}, on("cuda:0")), 3);
}

TEST(Resources, BoundGroupsByWhatIsAvailableLessAMargin) {
  const auto available = available_memory_bytes();
  const auto bound = memory_of({}, on("cpu")).unit_bytes();
  EXPECT_GT(bound, 0.5 * available / kEstimateMargin);  // other programs come and go meanwhile
  EXPECT_LT(bound, 0.9 * available);
}

TEST(Resources, BoundGroupsByWhatIsSaid) {
  EXPECT_EQ(memory_of({.memory_bytes = 500}, on("cpu")).unit_bytes(), 500);
  EXPECT_EQ(memory_of({.memory_bytes = 500, .memory_limit_bytes = 500}, on("cpu")).unit_bytes(), 400);
  EXPECT_EQ(memory_of({.memory_bytes = 500, .memory_limit_bytes = 500}, on("cpu")).memory_limit_bytes, 500);
}

TEST(Resources, BoundNoGroupOnAGpuUnlessTold) {
  EXPECT_EQ(memory_of({}, on("cuda:0")).unit_bytes(), 0);
  EXPECT_EQ(memory_of({.memory_limit_bytes = 500}, on("cuda:0")).unit_bytes(), 0);
  EXPECT_EQ(memory_of({.memory_bytes = 500, .memory_limit_bytes = 500}, on("cuda:0")).unit_bytes(), 500);
}

}  // namespace
}  // namespace kdbench
