// Results that are lost, or half there, because many write at once or the disk is full. There is no database: a record is a file.
#include <kdbench/results/store.h>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace kdbench::public_faults {
namespace {

namespace fs = std::filesystem;

struct OwnStore : testing::Test {
  OwnStore() {
    std::string name = (fs::temp_directory_path() / "kdbench-public-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  ~OwnStore() override { fs::remove_all(folder); }

  static RunRecord done(const std::string& job) {
    RunRecord out;
    out.job = job;
    out.status = Status::kDone;
    return out;
  }

  /// Runs `work` in a process of its own; returns its id.
  template <class Work>
  static pid_t in_a_process(const Work& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    return child;
  }
  static int exit_code(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  fs::path folder;
};

using KB_36 = OwnStore;
using KB_20 = OwnStore;

TEST_F(KB_36, TwentyProcessesThatEndAtOnceLeaveTwentyRecords) {
  std::vector<pid_t> children;
  for (int i = 0; i < 20; ++i) {
    children.push_back(in_a_process([&] {
      const Store store(folder);
      store.put(done("job" + std::to_string(i)));
      store.put(done("shared"));  // and one that all of them have done
      return 0;
    }));
  }
  for (const auto child : children) EXPECT_EQ(exit_code(child), 0);
  const Store store(folder);
  EXPECT_EQ(store.jobs().size(), 21u);
  for (const auto& job : store.jobs()) EXPECT_TRUE(store.is_done(job)) << job;
}

TEST_F(KB_36, AFileInPlaceOfTheStoreIsToldBeforeAnythingIsTrained) {
  std::ofstream(folder / "file") << "text";
  EXPECT_THROW(Store(folder / "file"), std::exception);
  EXPECT_NO_THROW(Store(folder / "made" / "on" / "demand"));
}

TEST_F(KB_36, ARecordOfALaterVersionIsNamedAndKept) {
  const Store store(folder);
  store.put(done("ab12"));
  std::ofstream(store.record_path("ab12")) << R"({"schema": 99, "job": "ab12", "status": "done"})";
  const auto read = store.get("ab12");
  ASSERT_FALSE(read);
  EXPECT_NE(to_text(read.error()).find("99"), std::string::npos) << to_text(read.error());
  EXPECT_NE(store.why_not_replaceable("ab12"), "");
}

TEST_F(KB_20, ARecordThatTheDiskCannotHoldIsAnErrorAndTheOneBeforeStays) {
  const Store store(folder);
  auto before = done("ab12");
  before.status = Status::kFailed;
  before.reason = "out of memory";
  store.put(before);
  const auto child = in_a_process([&] {
    const rlimit small{64, 64};  // bytes a file, as a disk with no more room
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    try {
      store.put(done("ab12"));
    } catch (const std::exception& error) {
      return std::string(error.what()).find("ab12") == std::string::npos ? 2 : 0;
    }
    return 1;
  });
  EXPECT_EQ(exit_code(child), 0) << "1: it was taken for written, 2: without the file's name";
  EXPECT_EQ(store.get("ab12").value()->reason, "out of memory");
}

}  // namespace
}  // namespace kdbench::public_faults
