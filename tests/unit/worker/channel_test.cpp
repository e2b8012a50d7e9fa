// The worker's side of the protocol: one line an event, whoever sends it, and what happens when the parent is not there.
#include "captured_events.h"

#include <kdbench/worker/channel.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <sstream>
#include <thread>

namespace kdbench {
namespace {

using test::CapturedEvents;

TEST(SendEvent, WritesOneLineAnEvent) {
  const CapturedEvents parent;
  send_event({{"event", "loaded"}});
  send_event({{"event", "check"}, {"detail", "two\nlines"}});
  EXPECT_EQ(parent.text(), "{\"event\":\"loaded\"}\n{\"detail\":\"two\\nlines\",\"event\":\"check\"}\n");
}

TEST(SendEvent, ReplacesBytesThatAreNoText) {
  const CapturedEvents parent;
  send_event({{"what", "caf\xe9"}});  // Latin-1, as a plugin may throw it
  EXPECT_EQ(parent.events().at(0).at("what"), "caf\xef\xbf\xbd");
}

/// Returns what `threads` threads send, `each` events each, through a pipe that is too small for one of them.
std::string sent_by_threads(int threads, int each) {
  const CapturedEvents restores_the_descriptor;
  int ends[2];
  if (::pipe(ends) != 0 || ::dup2(ends[1], 3) < 0) return "no pipe";
  ::close(ends[1]);
  ::fcntl(3, F_SETPIPE_SZ, 4096);
  std::vector<std::thread> senders;
  for (int t = 0; t < threads; ++t) {
    senders.emplace_back([=] {
      for (int i = 0; i < each; ++i) send_event({{"thread", t}, {"i", i}, {"text", std::string(20000, 'x')}});
    });
  }
  std::thread closer([&] {
    for (auto& sender : senders) sender.join();
    ::close(3);  // the last writer: the reader sees the end
  });
  std::string all;
  char part[4096];
  for (ssize_t n = 0; (n = ::read(ends[0], part, sizeof part)) > 0;) all.append(part, static_cast<std::size_t>(n));
  closer.join();
  ::close(ends[0]);
  return all;
}

TEST(SendEvent, KeepsTheLinesOfThreadsApart) {
  constexpr int kThreads = 4, kEach = 20;
  std::vector<int> next(kThreads, 0);
  std::istringstream lines(sent_by_threads(kThreads, kEach));
  for (std::string line; std::getline(lines, line);) {
    const auto event = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    ASSERT_TRUE(event.is_object()) << "a line that is cut or mixed: " << line.substr(0, 100);
    EXPECT_EQ(event.at("i"), next.at(event.at("thread"))++);
  }
  EXPECT_EQ(next, std::vector<int>(kThreads, kEach));
}

TEST(SendDiagnostics, GivesEveryMistakeItsPlace) {
  const CapturedEvents parent;
  send_diagnostics({{"a.toml", {3, 7}, "expected a number"}, {"", {}, "no plugin 'x'"}});
  EXPECT_EQ(parent.events().at(0), Json::parse(R"({"event": "diagnostics", "diagnostics": [
    {"file": "a.toml", "line": 3, "col": 7, "message": "expected a number"},
    {"file": "", "line": 0, "col": 0, "message": "no plugin 'x'"}]})"));
}

/// Reads `text` as the request.
Json request_of(const std::string& text) {
  std::istringstream in(text);
  auto* before = std::cin.rdbuf(in.rdbuf());
  struct Restore {
    std::streambuf* buffer;
    ~Restore() { std::cin.rdbuf(buffer); }
  } const restore{before};
  return read_request();
}

TEST(ReadRequest, ReadsStandardInputToItsEnd) {
  EXPECT_EQ(request_of("{\"verb\":\n \"catalog\"}\n"), (Json{{"verb", "catalog"}}));
}

TEST(ReadRequest, ThrowsWhenItIsCutShort) {
  EXPECT_THROW(request_of("{\"verb\": \"cat"), std::exception);
  EXPECT_THROW(request_of(""), std::exception);
}

/// What ends the process happens in a fresh one, since libtorch may have started threads in this one.
struct ChannelDeathTest : testing::Test {
  ChannelDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(ChannelDeathTest, EndsAtOnceWithoutItsParent) { EXPECT_EXIT(bind_to_parent(-1), testing::ExitedWithCode(75), ""); }

TEST_F(ChannelDeathTest, EndsWhenTheParentNoLongerListens) {
  const auto send_to_nobody = [] {
    int ends[2];
    if (::pipe(ends) != 0 || ::dup2(ends[1], 3) < 0) ::_exit(1);
    for (const int end : ends) {
      if (end != 3) ::close(end);
    }
    ::signal(SIGPIPE, SIG_IGN);
    send_event({{"event", "loaded"}});
    ::_exit(0);
  };
  EXPECT_EXIT(send_to_nobody(), testing::ExitedWithCode(74), "");
}

TEST_F(ChannelDeathTest, TiesAWorkerToItsParent) {
  const auto bound = [] {
    const CapturedEvents parent;
    bind_to_parent(::getppid());
    int signal = 0;
    rlimit core{1, 1};
    ::prctl(PR_GET_PDEATHSIG, &signal);
    ::getrlimit(RLIMIT_CORE, &core);
    if (signal != SIGKILL) ::_exit(1);                        // it would outlive its parent
    if ((::fcntl(3, F_GETFD) & FD_CLOEXEC) == 0) ::_exit(2);  // a child would hold the pipe open
    if (core.rlim_cur != 0) ::_exit(3);                       // a crash would fill the disk
    if (::signal(SIGPIPE, SIG_DFL) != SIG_IGN) ::_exit(4);    // it would die without a word
    ::_exit(0);
  };
  EXPECT_EXIT(bound(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace kdbench
