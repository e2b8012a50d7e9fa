#include "unit/run/fixture.h"

#include <kdbench/base/files.h>
#include <kdbench/run/process/ask.h>

namespace kdbench {
namespace {

struct Ask : ::testing::Test {
  std::string library(const std::string& name, const std::string& mode) {
    const auto path = folder.path / name;
    write_file_atomically(path, mode);
    return path.string();
  }
  WorkerSetup setup(std::vector<std::string> plugins) { return {KDBENCH_STUB_WORKER, std::move(plugins), {}, {}}; }

  static Json plan_request(const std::string& suite) {
    return to_document(PlanRequest{.suite_file = suite, .profile = "", .device = ""});
  }

  TemporaryFolder folder;
};

TEST_F(Ask, ReturnsTheResult) {
  const auto answer = ask(setup({library("a.so", "ok")}), to_document(CatalogRequest{}));
  ASSERT_TRUE(answer.ok()) << answer.failure;
  EXPECT_EQ(answer.result->answer<CatalogAnswer>().catalog.libraries.size(), 1u);
}

TEST_F(Ask, BlamesNoLibraryForAWorkerThatSomebodyElseKilled) {
  const auto once = ask(setup({library("once.so", "killed_once")}), to_document(CatalogRequest{}));
  ASSERT_TRUE(once.ok()) << once.failure;
  EXPECT_TRUE(once.excluded.empty());
  const auto always = ask(setup({library("always.so", "killed")}), to_document(CatalogRequest{}));
  EXPECT_TRUE(always.failure.starts_with("the worker crashed: Killed")) << always.failure;
  EXPECT_TRUE(always.excluded.empty());
}

TEST_F(Ask, ExcludesLibrariesThatEndTheWorkerAndAsksAgain) {
  const auto crash = library("crash.so", "crash"), exits = library("exit.so", "exit");
  const auto answer = ask(setup({library("a.so", "ok"), crash, exits}), to_document(CatalogRequest{}));
  ASSERT_TRUE(answer.ok()) << answer.failure;
  EXPECT_EQ(answer.excluded, (std::vector<Exclusion>{{crash, "crashes while it is loaded (Segmentation fault)"},
                                                     {exits, "ends the program while it is loaded (exit code 0)"}}));
  const auto libraries = answer.result->answer<CatalogAnswer>().catalog.libraries;
  EXPECT_TRUE(libraries[0].ok);
  EXPECT_FALSE(libraries[1].ok);
}

TEST_F(Ask, ExcludesALibraryThatHangs) {
  const auto hang = library("hang.so", "hang");
  const auto answer = ask(setup({hang}), to_document(CatalogRequest{}), {.load_limit_s = 0.3});
  ASSERT_TRUE(answer.ok()) << answer.failure;
  EXPECT_EQ(answer.excluded,
            (std::vector<Exclusion>{
                {hang, "does not finish loading: it did nothing for 0.3 s; KDBENCH_LOAD_LIMIT_S sets another limit"}}));
}

TEST_F(Ask, PassesDiagnosticsOn) {
  const auto suite =
      library("s.toml", R"({"event":"diagnostics","diagnostics":[{"file":"s.toml","line":2,"col":1,"message":"no"}]})"
                        "\n");
  const auto answer = ask(setup({}), plan_request(suite));
  EXPECT_FALSE(answer.ok());
  EXPECT_EQ(answer.diagnostics, (Diagnostics{{"s.toml", {2, 1}, "no"}}));
}

TEST_F(Ask, SaysHowAWorkerEndedWithoutAnAnswer) {
  EXPECT_EQ(ask(setup({}), {{"verb", "crash"}}).failure,
            "the worker crashed: Segmentation fault\nthe end of its output:\nstub worker: \"crash\"\n");
  const auto half = library("half", "{\"event\":\"resu");
  EXPECT_TRUE(ask(setup({}), plan_request(half)).failure.starts_with("the worker ended without an answer: exit code 0"));
  const auto error = ask(setup({}), plan_request("missing")).failure;
  EXPECT_TRUE(error.starts_with("the worker gave up (exception): missing: no such file")) << error;
}

TEST_F(Ask, StopsAnAnswerThatTakesTooLong) {
  EXPECT_TRUE(
      ask(setup({}), {{"verb", "hang"}}, {.limit_s = 0.3}).failure.starts_with("the worker was stopped: no answer within 0.3 s"));
}

TEST_F(Ask, ShowsTheEventsOnTheWay) {
  const auto file = library("checks", to_document(CheckEvent{.plugin = "loss kl", .name = "gradient", .detail = ""}).dump() +
                                          "\n{\"event\":\"check\",\"ok\":1}\n{\"event\":\"result\",\"passed\":1}\n");
  std::vector<Event> seen;
  const auto answer =
      ask(setup({}), to_document(ConformanceRequest{.plugin = file}), {.on_event = [&](const Event& e) { seen.push_back(e); }});
  ASSERT_EQ(seen.size(), 2u);  // "loaded" and the check; not the one that is malformed
  ASSERT_TRUE(std::holds_alternative<CheckEvent>(seen[1]));
  EXPECT_EQ(std::get<CheckEvent>(seen[1]).plugin, "loss kl");
  EXPECT_EQ(answer.result->document["passed"], 1);
}

TEST_F(Ask, NamesAWorkerThatIsNotThere) {
  try {
    ask({"/nowhere/kdbench-worker", {}, {}, {}}, to_document(CatalogRequest{}));
    FAIL() << "expected std::system_error";
  } catch (const std::system_error& error) {
    EXPECT_STREQ(error.what(), "cannot start /nowhere/kdbench-worker: No such file or directory");
  }
}

}  // namespace
}  // namespace kdbench
