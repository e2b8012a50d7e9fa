// A plugin is checked in a process of its own: what it does to that process is the outcome of the check that was running.
#include "unit/run/fixture.h"

#include <kdbench/base/files.h>
#include <kdbench/run/process/check_alone.h>

namespace kdbench {
namespace {

struct CheckAlone : ::testing::Test {
  std::string file(const std::string& name, const std::string& text) {
    const auto path = folder.path / name;
    write_file_atomically(path, text);
    return path.string();
  }

  /// The outcomes of a plugin whose worker says and does these lines.
  std::vector<CheckEvent> outcomes(const std::string& lines, const AskOptions& options = {}) {
    std::vector<CheckEvent> seen;
    check_alone({KDBENCH_STUB_WORKER, {"/nowhere/other.so"}, {}, {}},
                {PluginKind::kLoss, file("lines", lines), file("a.so", "ok")}, options,
                [&](const CheckEvent& check) { seen.push_back(check); });
    return seen;
  }

  const std::string order = to_document(CheckingEvent{.plugin = "loss x", .name = "order"}).dump() + "\n" +
                            to_document(CheckEvent{.plugin = "loss x", .name = "order", .detail = ""}).dump() + "\n";
  const std::string gradient = to_document(CheckingEvent{.plugin = "loss x", .name = "gradient"}).dump() + "\n";
  TemporaryFolder folder;
};

TEST_F(CheckAlone, PassesTheOutcomesOn) {
  const auto seen = outcomes(order + "{\"event\":\"result\"}\n");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].name, "order");
  EXPECT_TRUE(seen[0].ok);
}

TEST_F(CheckAlone, BlamesTheRunningCheckForACrash) {
  const auto seen = outcomes(order + gradient + "crash\n");
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[2].name, "every other check");
  EXPECT_TRUE(seen[2].skipped);
  EXPECT_EQ(seen[1].plugin, "loss x");
  EXPECT_EQ(seen[1].name, "gradient");
  EXPECT_FALSE(seen[1].ok);
  EXPECT_EQ(seen[1].detail, "the worker crashed: Segmentation fault; it last printed: stub worker: \"conformance\"");
  EXPECT_EQ(seen[1].remedy, "return or throw kdbench::Error, whatever the input; code of a plugin never ends the process");
}

TEST_F(CheckAlone, ShowsWhatWasLastPrinted) {
  const auto seen = outcomes(gradient + "say\ncrash\n");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].detail, "the worker crashed: Segmentation fault; it last printed: terminate called");
}

TEST_F(CheckAlone, BlamesTheRunningCheckForAnEndWithoutAnAnswer) {
  const auto seen = outcomes(gradient + "exit\n");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].detail.starts_with("the worker ended without an answer: exit code 0")) << seen[0].detail;
}

TEST_F(CheckAlone, EndsALoopAtItsProcessorTime) {
  const auto seen = outcomes(gradient + "spin\n", {.silence_cpu_s = 0.2});
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].detail.starts_with("the worker was stopped: computes without an end: more than 0.2 s of processor time"))
      << seen[0].detail;
  EXPECT_EQ(seen[0].remedy, "let every call return; where one is sound and slow, raise --limit");
}

TEST_F(CheckAlone, EndsAWaitByTheClock) {
  const auto seen = outcomes(gradient + "wait\n", {.silence_cpu_s = 100, .silence_limit_s = 0.2});
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].detail.starts_with("the worker was stopped: waits without an end: more than 0.2 s")) << seen[0].detail;
}

TEST_F(CheckAlone, SaysWhatHappenedBeforeTheFirstCheck) {
  const auto seen = outcomes("crash\n");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].plugin, "loss " + (folder.path / "lines").string());
  EXPECT_EQ(seen[0].name, "can be checked");
}

}  // namespace
}  // namespace kdbench
