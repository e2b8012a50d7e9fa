/// SignalWatch: SIGINT, SIGTERM and SIGHUP as something that can be polled.
#pragma once
#include <kdbench/run/process/descriptor.h>

#include <signal.h>

#include <optional>

namespace kdbench::inline run {

/// While it lives, the three signals do not end the program; they make fd() readable. Meant for a
/// program with one thread.
class SignalWatch {
 public:
  SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

  int fd() const { return fd_.get(); }
  /// Returns a signal that has arrived, or nothing; does not block.
  std::optional<int> take() const;

 private:
  Descriptor fd_;
  sigset_t before_;
};

}  // namespace kdbench::inline run
