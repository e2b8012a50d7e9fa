// Whole commands, as somebody waits for them: wall time, and the largest process of each.
#include "large_suite.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;

struct Cost {
  bool ok = false;
  double peak_mb = 0;  ///< of the program or of a worker it waited for, whichever is larger
};

/// Runs the program with its output thrown away.
Cost run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), KDBENCH_PROGRAM);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, KDBENCH_PROGRAM, &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return {};
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0, static_cast<double>(usage.ru_maxrss) / 1e3};
}

void plan_command(benchmark::State& state) {
  const auto folder = fs::temp_directory_path() / fmt::format("kdbench-bench-{}", ::getpid());
  fs::create_directories(folder);
  const auto suite = (folder / "large.toml").string();
  std::ofstream(suite) << kdbench::bench::suite_of_10000();
  double peak = 0;
  for (auto _ : state) {
    const auto cost = run({"--store", (folder / "store").string(), "plan", suite, "--device", "cpu"});
    if (!cost.ok) {
      state.SkipWithError("kdbench plan failed");
      break;
    }
    peak = std::max(peak, cost.peak_mb);
  }
  state.counters["peak_mb"] = peak;
  fs::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("plan/command", plan_command)->Unit(benchmark::kMillisecond)->UseRealTime();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
