#include <kdbench/run/progress.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <sstream>

namespace kdbench {
namespace {

ProgressState example() {
  ProgressState state;
  state.total = 56;
  state.done = 12;
  state.failed = 1;
  state.running = 2;
  state.latest = {"kl[tau=4] r20->r8 s0", 3, 10, 812.4, 0.912};
  state.eta_s = 185;  // 3 min 5 s
  return state;
}

TEST(Eta, IsTheWorkLeftAtThePaceSoFar) {
  EXPECT_DOUBLE_EQ(eta_s(2, 10, 30), 120);  // 15 s a unit, 8 left
  EXPECT_DOUBLE_EQ(eta_s(10, 10, 30), 0);
  EXPECT_EQ(eta_s(0, 10, 30), -1);
  EXPECT_EQ(eta_s(1, 10, 0), -1);
}

TEST(ProgressLine, ShowsCountsTheLatestJobAndTheTimeLeft) {
  EXPECT_EQ(progress_line(example(), 0),
            "12/56 done, 1 failed, 2 running | kl[tau=4] r20->r8 s0 epoch 3/10, 812 samples/s, val "
            "91.2 % | ETA 3m05s");
}

TEST(ProgressLine, GivesUpTheJobBeforeTheTimeLeftOnANarrowTerminal) {
  const auto line = progress_line(example(), 60);
  EXPECT_EQ(line.size(), 60u);
  EXPECT_EQ(line, "12/56 done, 1 failed, 2 running | kl[tau=4] r20- | ETA 3m05s");
  EXPECT_EQ(progress_line(example(), 20), "12/56 done, 1 failed");
}

TEST(ProgressLine, CutsBetweenLetters) {
  auto state = example();
  state.latest = {"\xCF\x84\xCF\x84\xCF\x84", 0, 0, 0};  // three Greek letters of two bytes
  // counts 31 + " | " 3 + " | ETA 3m05s" 12 = 46 columns, so one letter fits into 47
  EXPECT_EQ(progress_line(state, 47), "12/56 done, 1 failed, 2 running | \xCF\x84 | ETA 3m05s");
}

TEST(FinishedLine, NamesTheReasonOfAFailure) {
  EXPECT_EQ(finished_line({"kl s0", "done", "", 12.2}, example()), "[13/56] done kl s0 (12s)");
  EXPECT_EQ(finished_line({"kl s0", "failed", "worker crashed", 0}, example()), "[13/56] failed kl s0: worker crashed");
}

TEST(ProgressPrinter, RedrawsTheLiveLineTenTimesASecondAtMost) {
  std::ostringstream out;
  double now = 0;
  ProgressPrinter printer(out, {.terminal = true, .now_s = [&] { return now; }});
  printer.update(example());
  EXPECT_EQ(out.str(), "");  // less than 0.1 s since the start
  now = 0.2;
  printer.update(example());
  const auto once = out.str();
  EXPECT_TRUE(once.starts_with("\r\x1b[K12/56 done"));
  now = 0.25;
  printer.update(example());
  EXPECT_EQ(out.str(), once);
}

TEST(ProgressPrinter, FollowsATerminalThatIsResized) {
  std::ostringstream out;
  double now = 1;
  std::size_t columns = 20;
  ProgressPrinter printer(out, {.terminal = true, .columns = [&] { return columns; }, .now_s = [&] { return now; }});
  now = 2;
  printer.update(example());
  // The last column stays free.
  EXPECT_EQ(out.str(), "\r\x1b[K" + progress_line(example(), 19));
  out.str("");
  columns = 60;
  now = 3;
  printer.update(example());
  EXPECT_EQ(out.str(), "\r\x1b[K" + progress_line(example(), 59));
}

TEST(ProgressPrinter, KeepsFailuresAboveTheLiveLine) {
  std::ostringstream out;
  double now = 0;
  ProgressPrinter printer(out, {.terminal = true, .now_s = [&] { return now; }});
  printer.job_finished({"a", "done", "", 1}, example());
  EXPECT_EQ(out.str(), "");
  printer.job_finished({"b", "failed", "no", 0}, example());
  EXPECT_EQ(out.str(), "[13/56] failed b: no\n");
}

TEST(ProgressPrinter, WritesPlainLinesElsewhereAndBreaksALongSilence) {
  std::ostringstream out;
  double now = 0;
  ProgressPrinter printer(out, {.now_s = [&] { return now; }});
  printer.job_finished({"a", "done", "", 1}, example());
  now = 29;
  printer.update(example());
  EXPECT_EQ(out.str(), "[13/56] done a (1.0s)\n");
  now = 31;
  printer.update(example());
  EXPECT_EQ(out.str(), "[13/56] done a (1.0s)\n" + progress_line(example(), 0) + "\n");
}

TEST(ProgressPrinter, PrintsANoteThatManyWorkersSendOnce) {
  std::ostringstream out;
  ProgressPrinter printer(out, {.now_s = [] { return 0.0; }});
  for (const auto* note : {"images from the cache", "another", "images from the cache"}) printer.note(note);
  EXPECT_EQ(out.str(), "images from the cache\nanother\n");
}

}  // namespace
}  // namespace kdbench
