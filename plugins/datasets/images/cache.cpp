#include "cache.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iomanip>
#include <sstream>
#include <system_error>

namespace images {
namespace {

constexpr std::size_t kHeaderBytes = 256;
constexpr const char* kMagic = "kdbench-images 1";

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const fs::path& file) {
  throw std::system_error(errno, std::generic_category(), "cannot write " + file.string());
}

bool read_all(int fd, void* out, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const auto n = ::read(fd, static_cast<char*>(out) + done, bytes - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

bool write_all(int fd, const void* data, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const auto n = ::write(fd, static_cast<const char*>(data) + done, bytes - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

std::string header_of(const std::uint8_t* data, std::size_t bytes, const Origin& origin) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(0) << kMagic << '\n'
       << sha256(data, bytes) << '\n'
       << bytes << ' ' << origin.images_per_s << ' ' << origin.cores << '\n';
  auto header = text.str();
  header.resize(kHeaderBytes, '\n');
  return header;
}

bool can_write_in(const fs::path& folder) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  return ::access(folder.c_str(), W_OK | X_OK) == 0;
}

fs::path home_cache() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return fs::path(cache) / "kdbench" / "images";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return fs::path(home) / ".cache" / "kdbench" / "images";
  return {};
}

}  // namespace

std::string sha256(const void* data, std::size_t bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(data, bytes, digest, &size, EVP_sha256(), nullptr);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out += kDigits[digest[i] >> 4];
    out += kDigits[digest[i] & 15];
  }
  return out;
}

CacheState read_cache(const fs::path& file, std::uint8_t* out, std::size_t bytes, Origin& origin) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) return CacheState::kMissing;
  struct stat facts {};
  std::string header(kHeaderBytes, '\0');
  if (::fstat(in.get(), &facts) != 0 || static_cast<std::size_t>(facts.st_size) != kHeaderBytes + bytes ||
      !read_all(in.get(), header.data(), header.size())) {
    return CacheState::kDamaged;
  }
  std::istringstream lines(header);
  std::string magic, checksum;
  std::size_t size = 0;
  std::getline(lines, magic);
  lines >> checksum >> size >> origin.images_per_s >> origin.cores;
  const bool whole =
      lines && magic == kMagic && size == bytes && read_all(in.get(), out, bytes) && sha256(out, bytes) == checksum;
  return whole ? CacheState::kRead : CacheState::kDamaged;
}

void write_cache(const fs::path& file, const std::uint8_t* data, std::size_t bytes, const Origin& origin) {
  const auto header = header_of(data, bytes, origin);
  const auto temporary = file.parent_path() / (".tmp." + file.filename().string() + "." + std::to_string(::getpid()));
  try {
    const Descriptor out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (out.get() < 0 || !write_all(out.get(), header.data(), header.size()) || !write_all(out.get(), data, bytes) ||
        ::fsync(out.get()) != 0 || ::rename(temporary.c_str(), file.c_str()) != 0) {
      fail(file);
    }
  } catch (const std::system_error&) {
    ::unlink(temporary.c_str());
    throw;
  }
}

fs::path cache_folder(const fs::path& data_folder) {
  std::error_code ec;
  auto here = fs::absolute(data_folder, ec).lexically_normal();
  if (!here.has_filename()) here = here.parent_path();
  for (const auto& folder : {here.parent_path() / ".kdbench-cache", home_cache()}) {
    if (!folder.empty() && can_write_in(folder)) return folder;
  }
  return {};
}

CacheLock::CacheLock(const fs::path& folder) {
  if (folder.empty()) return;
  fd_ = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  while (fd_ >= 0 && ::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
  }
}

CacheLock::~CacheLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace images
