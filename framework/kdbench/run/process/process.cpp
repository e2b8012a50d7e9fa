#include <kdbench/run/process/group_members.h>
#include <kdbench/run/process/process.h>

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <system_error>

extern char** environ;

namespace kdbench::inline run {
namespace {

// Descriptors stay above the ones the child gets, so that no dup2 of the spawn overwrites one it
// still needs.
constexpr int kLowestDescriptor = 10;

[[noreturn]] void fail(int error, const std::string& what) { throw std::system_error(error, std::generic_category(), what); }

Descriptor raised(int fd, const std::string& what) {
  if (fd < 0) fail(errno, what);
  Descriptor low(fd);
  Descriptor high(::fcntl(fd, F_DUPFD_CLOEXEC, kLowestDescriptor));
  if (!high) fail(errno, what);
  return high;
}

Descriptor request_file(const std::string& request) {
  auto file = raised(::memfd_create("kdbench-request", MFD_CLOEXEC), "cannot keep a worker's request");
  for (std::size_t done = 0; done < request.size();) {
    const auto n = ::write(file.get(), request.data() + done, request.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(errno, "cannot keep a worker's request");
    done += static_cast<std::size_t>(n);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

Descriptor log_file(const std::filesystem::path& path) {
  if (path.empty()) return raised(::memfd_create("kdbench-log", MFD_CLOEXEC), "cannot keep a worker's log");
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  const int flags = O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW;  // nobody else's file
  return raised(::open(path.c_str(), flags, 0644), "cannot write the log " + path.string());
}

constexpr const char* kMark = "KDBENCH_STARTED_BY";

/// Unlike that of any other worker of the machine.
std::string new_mark() {
  static std::atomic<int> count{0};
  return fmt::format("{}.{}.{}", ::getpid(), std::chrono::system_clock::now().time_since_epoch().count(), ++count);
}

/// What a plugin starts may make a session of its own, and then is in no group of ours.
void kill_marked(const std::string& mark) {
  constexpr int kMaxRounds = 20;  // what is killed may have started another meanwhile
  for (int round = 0; round < kMaxRounds; ++round) {
    const auto left = processes_with(fmt::format("{}={}", kMark, mark));
    if (left.empty()) return;
    for (const auto pid : left) ::kill(pid, SIGKILL);
  }
}

// These are read when the libraries start, so they must be there before the program does.
std::vector<std::string> child_environment(int threads, const std::string& mark) {
  std::map<std::string, std::string> wanted = {
      {"GOMP_SPINCOUNT", "1000"}, {"CUBLAS_WORKSPACE_CONFIG", ":4096:8"}, {"LC_ALL", "C"}, {kMark, mark}};
  for (const auto* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    wanted[name] = std::to_string(std::max(1, threads));
  }
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (wanted.count(text.substr(0, text.find('='))) == 0) out.push_back(text);
  }
  for (const auto& [name, value] : wanted) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& string : strings) out.push_back(string.data());
  out.push_back(nullptr);
  return out;
}

struct SpawnSettings {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  SpawnSettings() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

double seconds(const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; }

}  // namespace

std::string ExitStatus::text() const {
  return signal != 0 ? std::string(::strsignal(signal)) : fmt::format("exit code {}", code);
}

bool ends_from_outside(int signal) { return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP; }

Process::Process(const Command& command)
    : mark_(new_mark()), lines_(command.max_line_bytes), start_(std::chrono::steady_clock::now()) {
  const auto request = request_file(command.request);
  log_ = log_file(command.log);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail(errno, "cannot make a pipe");
  Descriptor first(ends[0]);
  const auto write_end = raised(ends[1], "cannot make a pipe");
  pipe_ = raised(::dup(first.get()), "cannot make a pipe");
  ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);

  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.files, request.get(), 0);
  posix_spawn_file_actions_adddup2(&settings.files, log_.get(), 1);
  posix_spawn_file_actions_adddup2(&settings.files, log_.get(), 2);
  posix_spawn_file_actions_adddup2(&settings.files, write_end.get(), 3);
  auto environment = child_environment(command.threads, mark_);
  std::vector<std::string> arguments = {command.executable.string(), std::to_string(::getpid())};
  const int error = ::posix_spawn(&pid_, command.executable.c_str(), &settings.files, &settings.attributes,
                                  pointers(arguments).data(), pointers(environment).data());
  if (error != 0) fail(error, "cannot start " + command.executable.string());
  pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!pidfd_) {
    const int cause = errno;
    std::vector<std::string> ignored;
    finish(ignored);
    fail(cause, "cannot watch " + command.executable.string());
  }
}

Process::~Process() {
  if (reaped_ || pid_ < 0) return;
  std::vector<std::string> ignored;
  finish(ignored);
}

std::vector<std::string> Process::read_lines() {
  // Bounded, so that a writer that never stops cannot keep the parent here.
  constexpr int kMaxReads = 256;
  std::array<char, 65536> bytes;
  std::vector<std::string> out;
  for (int i = 0; i < kMaxReads && pipe_; ++i) {
    const auto n = ::read(pipe_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    if (n == 0) {
      pipe_.reset();
      break;
    }
    auto lines = lines_.append({bytes.data(), static_cast<std::size_t>(n)});
    std::move(lines.begin(), lines.end(), std::back_inserter(out));
  }
  return out;
}

void Process::terminate() const { ::kill(pid_, SIGTERM); }

void Process::kill_group() const { ::kill(-pid_, SIGKILL); }

ExitStatus Process::finish(std::vector<std::string>& rest) {
  // The group goes first: what the plugin left behind could otherwise write for ever.
  kill_group();
  int status = 0;
  rusage usage{};
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  kill_marked(mark_);
  auto lines = read_lines();
  std::move(lines.begin(), lines.end(), std::back_inserter(rest));
  pipe_.reset();
  ExitStatus out;
  if (WIFSIGNALED(status)) out.signal = WTERMSIG(status);
  if (WIFEXITED(status)) out.code = WEXITSTATUS(status);
  out.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  out.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  out.peak_rss_bytes = double(usage.ru_maxrss) * 1024;
  return out;
}

std::string Process::log_tail(std::size_t max_bytes) const {
  const auto end = ::lseek(log_.get(), 0, SEEK_END);
  const auto size = std::min<std::size_t>(max_bytes, end > 0 ? static_cast<std::size_t>(end) : 0);
  std::string text(size, '\0');
  const auto n = ::pread(log_.get(), text.data(), size, end - static_cast<off_t>(size));
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  const auto first_end = text.find('\n');
  if (size == max_bytes && first_end != std::string::npos) text.erase(0, first_end + 1);
  return text;
}

}  // namespace kdbench::inline run
