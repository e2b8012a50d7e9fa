#include <kdbench/worker/channel.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>
#include <iterator>
#include <mutex>

namespace kdbench::inline worker {
namespace {

constexpr int kEvents = 3;
constexpr int kParentGone = 75;

/// What the parent opened for events; not known before bind_to_parent().
struct stat opened {};

/// False where a plugin closed the descriptor, and maybe another file took its number: events would go into somebody's weights.
bool is_open() {
  if (opened.st_ino == 0) return true;
  struct stat now {};
  return ::fstat(kEvents, &now) == 0 && now.st_dev == opened.st_dev && now.st_ino == opened.st_ino;
}

}  // namespace

void bind_to_parent(int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kParentGone);
  ::fcntl(kEvents, F_SETFD, FD_CLOEXEC);
  ::fstat(kEvents, &opened);
  ::signal(SIGPIPE, SIG_IGN);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

Json read_request() {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  return Json::parse(text);
}

void send_event(const Json& event) {
  static std::mutex mutex;
  const auto line = event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  const std::lock_guard<std::mutex> guard(mutex);
  if (!is_open()) ::_exit(kChannelLost);
  for (std::size_t done = 0; done < line.size();) {
    const auto n = ::write(kEvents, line.data() + done, line.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ::_exit(kChannelLost);
    done += static_cast<std::size_t>(n);
  }
}

void send_diagnostics(const Diagnostics& diagnostics) { send_event(diagnostics_event(diagnostics)); }

}  // namespace kdbench::inline worker
