#include <kdbench/run/process/signals.h>

#include <kdbench/base/check.h>

#include <sys/signalfd.h>

namespace kdbench::inline run {

SignalWatch::SignalWatch() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched, signal);
  KDBENCH_CHECK(::pthread_sigmask(SIG_BLOCK, &watched, &before_) == 0, "signals cannot be blocked");
  fd_.reset(::signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC));
  KDBENCH_CHECK(fd_, "signals cannot be watched");
}

SignalWatch::~SignalWatch() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> SignalWatch::take() const {
  signalfd_siginfo info;
  if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace kdbench::inline run
