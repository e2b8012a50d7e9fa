#include <kdbench/base/files.h>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
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

}  // namespace

Result<std::string> read_file(const fs::path& path) {
  std::error_code ec;
  const auto status = fs::status(path, ec);
  if (!fs::exists(status)) return Diagnostic{path.string(), {}, "no such file"};
  if (!fs::is_regular_file(status)) return Diagnostic{path.string(), {}, "not a regular file"};
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  if (!in) return Diagnostic{path.string(), {}, "cannot be read"};
  return std::move(out).str();
}

void write_file_atomically(const fs::path& path, std::string_view data) {
  static std::atomic<unsigned> counter{0};
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  fs::create_directories(folder);
  const auto temporary = folder / fmt::format(".tmp.{}.{}.{}", path.filename().string(), ::getpid(), counter++);
  try {
    Descriptor d{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
    if (d.fd < 0) throw std::system_error(errno, std::generic_category());
    write_all(d.fd, data);
    if (::fsync(d.fd) != 0) throw std::system_error(errno, std::generic_category());
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw std::system_error(errno, std::generic_category());
  } catch (const std::system_error& error) {
    ::unlink(temporary.c_str());
    fail(error.code().value(), "cannot write " + path.string());
  }
  sync_folder(folder);
}

void sweep_temporary_files(const fs::path& folder) {
  std::error_code ec;
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    if (!entry.path().filename().string().starts_with(".tmp.")) continue;
    if (fs::last_write_time(entry.path(), ec) < old && !ec) fs::remove(entry.path(), ec);
  }
}

}  // namespace kdbench::inline base
