#include <kdbench/base/files.h>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <system_error>

namespace kdbench::inline base {
namespace {

namespace fs = std::filesystem;

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

[[noreturn]] void fail(int error, const std::string& what) { throw std::system_error(error, std::generic_category(), what); }

void sync_folder(const fs::path& folder) {
  Descriptor d{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (d.fd < 0 || ::fsync(d.fd) != 0) fail(errno, "cannot sync folder " + folder.string());
}

void write_all(int fd, std::string_view data) {
  for (std::size_t done = 0; done < data.size();) {
    const auto n = ::write(fd, data.data() + done, data.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::system_error(errno, std::generic_category());
    done += static_cast<std::size_t>(n);
  }
}

constexpr const char* kTemporary = ".tmp.";

std::string why_not_opened(int error) {
  if (error == ENOENT || error == ENOTDIR) return "no such file";
  if (error == ELOOP) return "a symbolic link, which is not followed here";
  return fmt::format("cannot be opened: {}", std::generic_category().message(error));
}

/// The permissions that new files lack. Read from the kernel: umask() would have to set it, under the feet of other threads.
mode_t current_umask() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Umask:")) return static_cast<mode_t>(std::stoul(line.substr(6), nullptr, 8));
  }
  return 022;
}

}  // namespace

Result<std::string> read_file(const fs::path& path, Links links) {
  // Without O_NONBLOCK the opening of a FIFO would wait for its writer.
  const int follow = links == Links::kRefused ? O_NOFOLLOW : 0;
  const Descriptor d{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | follow)};
  if (d.fd < 0) return Diagnostic{path.string(), {}, why_not_opened(errno)};
  struct stat facts {};
  if (::fstat(d.fd, &facts) != 0) return Diagnostic{path.string(), {}, "cannot be read"};
  if (!S_ISREG(facts.st_mode)) return Diagnostic{path.string(), {}, "not a regular file"};
  std::string out;
  out.reserve(static_cast<std::size_t>(facts.st_size));
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const auto n = ::read(d.fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Diagnostic{path.string(), {}, fmt::format("cannot be read: {}", std::generic_category().message(errno))};
    if (n == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

void write_file_atomically(const fs::path& path, std::string_view data) {
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  fs::create_directories(folder);
  auto temporary = (folder / fmt::format("{}{}.XXXXXX", kTemporary, path.filename().string())).string();
  bool made = false;
  try {
    Descriptor d{::mkostemp(temporary.data(), O_CLOEXEC)};  // a name that nobody can have left there
    if (d.fd < 0) throw std::system_error(errno, std::generic_category());
    made = true;
    if (::fchmod(d.fd, 0666 & ~current_umask()) != 0) throw std::system_error(errno, std::generic_category());
    write_all(d.fd, data);
    if (::fsync(d.fd) != 0) throw std::system_error(errno, std::generic_category());
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw std::system_error(errno, std::generic_category());
  } catch (const std::system_error& error) {
    if (made) ::unlink(temporary.c_str());
    fail(error.code().value(), "cannot write " + path.string());
  }
  sync_folder(folder);
}

void sweep_temporary_files(const fs::path& folder) {
  if (is_link(folder)) return;
  std::error_code ec;
  const auto old = ::time(nullptr) - 3600;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (!entry.path().filename().string().starts_with(kTemporary)) continue;
    struct stat facts {};
    if (::lstat(entry.path().c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid()) continue;
    if (facts.st_mtim.tv_sec < old) ::unlink(entry.path().c_str());
  }
}

bool is_link(const fs::path& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode);
}

}  // namespace kdbench::inline base
