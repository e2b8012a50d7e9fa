/// Process: one kdbench-worker, from spawn to the last byte it wrote. Nothing a plugin does in it
/// can reach the parent.
#pragma once
#include <kdbench/run/process/descriptor.h>
#include <kdbench/run/process/line_buffer.h>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline run {

/// What to start. The child gets the request as standard input, a log as standard output and error,
/// and a pipe as descriptor 3 on which it writes lines.
struct Command {
  std::filesystem::path executable;
  std::string request;                    ///< a whole JSON document
  std::filesystem::path log;              ///< truncated at the start; empty: kept in memory
  int threads = 1;                        ///< of one operation: OMP_NUM_THREADS and its kin in the child's environment, >= 1
  std::size_t max_line_bytes = 8u << 20;  ///< longer lines are dropped
};

/// How a process ended and what it cost.
struct ExitStatus {
  int code = 0;    ///< exit code; meaningful when signal is 0
  int signal = 0;  ///< signal that ended it, or 0
  double wall_s = 0, cpu_s = 0;
  double peak_rss_bytes = 0;  ///< largest resident size of the process itself

  /// Returns "Segmentation fault" or "exit code 3".
  std::string text() const;
};

/// True for the signals by which somebody ends a program; those of its own faults are others. A worker that runs saves its state
/// at all of them but SIGKILL; while its libraries are loaded it does not yet.
bool ends_from_outside(int signal);

/// A running worker in its own process group. What it starts carries a mark in its environment, by which it is found when it has
/// left the group. Spawn it from a thread that outlives it: the worker
/// asks to be killed when that thread ends. The destructor kills what still runs.
class Process {
 public:
  /// @throws std::system_error naming the executable or the log when it cannot be started.
  explicit Process(const Command& command);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  /// Readable when the process has ended. Wait on this one, never on the end of the pipe: a
  /// grandchild may hold it open.
  int exit_fd() const { return pidfd_.get(); }
  /// Readable when there are bytes; -1 once the pipe is closed.
  int pipe_fd() const { return pipe_.get(); }

  /// Returns the whole lines that have arrived; does not block.
  std::vector<std::string> read_lines();
  /// True once a line was longer than the cap.
  bool overflowed() const { return lines_.overflowed(); }

  /// Asks the worker (SIGTERM) to save its state and end.
  void terminate() const;
  /// Ends every process of the group at once.
  void kill_group() const;

  /// Kills what is left of the group and of what the worker started, appends the last lines to `rest` and reaps the process.
  /// Call once.
  ExitStatus finish(std::vector<std::string>& rest);

  /// Returns the last `max_bytes` of the log, without the first, cut line.
  std::string log_tail(std::size_t max_bytes = 2000) const;

 private:
  pid_t pid_ = -1;
  std::string mark_;
  Descriptor pidfd_, pipe_, log_;
  LineBuffer lines_;
  std::chrono::steady_clock::time_point start_;
  bool reaped_ = false;
};

}  // namespace kdbench::inline run
