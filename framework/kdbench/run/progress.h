/// Progress: what a person sees while jobs run. One live line on a terminal, plain lines elsewhere.
#pragma once
#include <cstddef>
#include <functional>
#include <limits>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace kdbench::inline run {

/// A job that has begun.
struct RunningJob {
  std::string label;
  int epoch = 0, epochs = 0;                                       ///< epochs finished and in all; 0 of 0: not known yet
  double samples_per_s = 0;                                        ///< 0: unknown
  double val_accuracy = std::numeric_limits<double>::quiet_NaN();  ///< fraction in [0, 1], or NaN
};

/// The run as it stands. Counts are of the whole plan, earlier runs included.
struct ProgressState {
  std::size_t total = 0, done = 0, failed = 0, skipped = 0, running = 0;
  RunningJob latest;  ///< the job heard from last; empty label: none yet
  double elapsed_s = 0;
  double eta_s = -1;  ///< negative: unknown
};

/// A job that is over.
struct FinishedJob {
  std::string label, status,
      reason;                            ///< status as in records; "apart" for one that is run again by itself
  double wall_s = 0;                     ///< since its worker began
  double cpu_s = 0, peak_rss_bytes = 0;  ///< of the whole worker; 0: it still runs
};

/// Returns the seconds left when `finished` of `total` units of work took `elapsed_s`; -1 when that
/// cannot be told yet.
double eta_s(double finished, double total, double elapsed_s);

/// Returns "12/56 done, 1 failed, 2 running | kl[tau=4] r20->r8 s0 epoch 3/10, 812 samples/s,
/// val 91.2 % | ETA 3m05s", cut to `columns` (0: not cut).
std::string progress_line(const ProgressState& state, std::size_t columns);

/// Returns "[13/56] done kl[tau=4] r20->r8 s0 (12s)", with the reason of what did not end well.
std::string finished_line(const FinishedJob& job, const ProgressState& state);

/// Told what happens in a run.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void update(const ProgressState&) {}
  virtual void job_finished(const FinishedJob&, const ProgressState&) {}
  virtual void note(const std::string&) {}
};

/// Prints a run. On a terminal the live line is redrawn at most ten times a second and only what
/// went wrong stays; elsewhere every finished job is a line, and a silence of half a minute is
/// broken by a progress line. A note that many workers send is printed once.
class ProgressPrinter : public RunObserver {
 public:
  struct Options {
    bool terminal = false;
    std::function<std::size_t()> columns = {};  ///< of the terminal now, which may be resized; empty: 80
    std::function<double()> now_s;              ///< a clock in seconds; empty: the machine's
  };

  ProgressPrinter(std::ostream& out, Options options);
  ~ProgressPrinter() override;

  void update(const ProgressState& state) override;
  void job_finished(const FinishedJob& job, const ProgressState& state) override;
  void note(const std::string& text) override;
  /// Removes the live line.
  void clear();

 private:
  void line(const std::string& text);

  std::ostream& out_;
  Options options_;
  double last_s_;
  bool live_ = false;
  std::set<std::string> noted_;
};

}  // namespace kdbench::inline run
