// kdbench-worker: loads plugins and computes. Started by kdbench, never by hand; worker/channel.h says how it talks.
#include <kdbench/base/machine_fault.h>
#include <kdbench/train/device/allocator.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/requests/requests.h>

#include <c10/util/Exception.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>
#include <variant>

namespace {

std::atomic<bool> stop{false};

void on_signal(int) { stop = true; }

int fail(const char* kind, const std::string& what) {
  kdbench::send_event(kdbench::ErrorEvent{.kind = kind, .what = what.substr(0, what.find('\n'))});
  return 70;
}

int run() {
  try {
    const auto request = kdbench::request_of(kdbench::read_request());
    const auto* training = std::get_if<kdbench::TrainRequest>(&request);
    if (training == nullptr || training->caching_allocator) {
      kdbench::install_caching_allocator(training ? static_cast<std::size_t>(training->cache_limit_bytes) : 0);
    }
    return kdbench::answer(request, stop);
  } catch (const std::bad_alloc&) {
    return fail("out_of_memory", "out of memory");
  } catch (const std::system_error& error) {
    return fail(kdbench::is_machine_fault(error.code()) ? kdbench::kMachineFault : "exception", error.what());
  } catch (const c10::Error& error) {
    return fail("torch", error.what_without_backtrace());
  } catch (const std::exception& error) {
    return fail("exception", error.what());
  } catch (...) {
    return fail("exception", "a plugin threw something that is no std::exception");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "kdbench-worker is started by kdbench; use `kdbench --help`\n");
    return 2;
  }
  kdbench::bind_to_parent(std::atoi(argv[1]));
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGHUP, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond the limit is then a write that fails, and says which file
  const int code = run();
  std::fflush(nullptr);
  ::_exit(code);  // everything durable is written; destructors of libraries could only hang or crash
}
