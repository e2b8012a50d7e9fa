// A wider interface of the SDK retrains nothing: with another number of it, jobs have the ids that they always had. The room that
// makes them is compiled here once more, with such a number, and takes the place of the library's.
#include <kdbench/sdk/stamp.h>
#undef KDBENCH_SDK_ABI
#define KDBENCH_SDK_ABI 1000

#include <kdbench/plan/make/convention.cpp>
#include <kdbench/plan/make/draws.cpp>
#include <kdbench/plan/make/halving.cpp>
#include <kdbench/plan/make/job_list.cpp>
#include <kdbench/plan/make/lockstep.cpp>
#include <kdbench/plan/make/loss_answers.cpp>
#include <kdbench/plan/make/loss_window.cpp>
#include <kdbench/plan/make/make_plan.cpp>
#include <kdbench/plan/make/miscalibration.cpp>
#include <kdbench/plan/make/placer.cpp>
#include <kdbench/plan/make/spec_parts.cpp>
#include <kdbench/plan/make/stages.cpp>
#include <kdbench/plan/make/tuning.cpp>

#include "unit/plan/toys.h"

#include <kdbench/base/files.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <string_view>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

TEST(SdkAbi, IsInNoJobsIdWhateverItIs) {
  ASSERT_NE(std::string_view(KDBENCH_STAMP).find("abi=1000;"), std::string_view::npos);
  const auto plan = toy::plan_of(toy::kHead + "[losses.kl]\n" + toy::study(R"("kl")"));
  const auto student = std::find_if(plan.jobs.begin(), plan.jobs.end(), [](const Job& job) { return !job.needs.empty(); });
  for (const auto& job : plan.jobs) EXPECT_EQ(job.spec.sdk, 2);
  // The ids of tests/unit/plan/plan_test.cpp.
  EXPECT_EQ(plan.jobs.front().id, "616780ae5b26bf9bbd8849ac786ed4416a40e5a37f1ebef1cd952744d876f131");
  EXPECT_EQ(student->id, "8d4dff8c9ef25776c6ae85efbc269bc79e75b3e81944a6a753eb58b77bdd8a2a");
}

TEST(SdkAbi, IsAskedForByNoSourceThatMakesIds) {
  for (const char* layer : {"base", "suite", "plan"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(KDBENCH_SOURCE_DIR) / "framework/kdbench" / layer)) {
      if (!entry.is_regular_file()) continue;
      const auto text = read_file(entry.path()).value();
      for (const char* word : {"KDBENCH_SDK_ABI", "KDBENCH_STAMP", "KDBENCH_SDK_VERSION"})
        EXPECT_EQ(text.find(word), std::string::npos) << entry.path() << " reads " << word;
    }
  }
}

}  // namespace
}  // namespace kdbench
