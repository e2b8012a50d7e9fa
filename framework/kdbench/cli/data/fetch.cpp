#include <kdbench/cli/data/fetch.h>

#include <kdbench/base/hash.h>
#include <kdbench/cli/data/unpack.h>
#include <kdbench/cli/text/columns.h>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

/// @throws filesystem_error where the file cannot be read to its end
std::string sha256_of_file(const fs::path& file) {
  Sha256 sha;
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    sha.update(buffer.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof()) throw fs::filesystem_error("cannot read", file, std::make_error_code(std::errc::io_error));
  return sha.hex();
}

/// One fetch of a data set at a time: a second one waits and then finds the data there. The kernel lets go of a lock whose
/// program ends.
class FetchLock {
 public:
  explicit FetchLock(const fs::path& file) : fd_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0 || ::flock(fd_, LOCK_EX) != 0) {
      throw fs::filesystem_error("cannot lock", file, std::error_code(errno, std::generic_category()));
    }
  }
  FetchLock(const FetchLock&) = delete;
  FetchLock& operator=(const FetchLock&) = delete;
  ~FetchLock() { ::close(fd_); }

 private:
  int fd_;
};

/// One fetch from start to end.
class Fetch {
 public:
  Fetch(const FetchSource& source, const FetchOptions& options)
      : source_(source),
        options_(options),
        url_(options.url.empty() ? source.url : options.url),
        data_(options.to / source.folder),
        archive_(options.to / archive_name(source)),
        part_(archive_.string() + ".part") {}

  Result<fs::path> run() {
    fs::create_directories(options_.to);
    const FetchLock lock(options_.to / (".fetch-" + source_.name));
    if (fs::exists(data_)) {
      note(fmt::format("{} is there already; `kdbench data check {}` looks inside, removing it fetches it again", data_.string(),
                       source_.name));
      return data_;
    }
    if (!fs::exists(archive_)) {
      if (auto why = complete_part()) return *why;
      if (auto why = verify(part_)) return *why;
      fs::rename(part_, archive_);
    } else if (auto why = verify(archive_)) {
      return *why;
    }
    if (auto why = unpack_all()) return *why;
    if (!options_.keep_archive) fs::remove(archive_);
    return data_;
  }

 private:
  using Problem = std::optional<Diagnostic>;

  void note(const std::string& text) const {
    if (options_.note) options_.note(text);
  }

  /// Downloads until the part has as many bytes as it must have.
  Problem complete_part() {
    if (size_of(part_) > source_.bytes) fs::remove(part_);
    for (int left = options_.attempts; size_of(part_) < source_.bytes; --left) {
      const auto before = size_of(part_);
      note(before == 0
               ? fmt::format("downloading {}", url_)
               : fmt::format("downloading the rest of {}, {} of it are there", url_, bytes_text(static_cast<double>(before))));
      const auto got = download(url_, part_, source_.bytes, options_.on_bytes);
      if (size_of(part_) >= source_.bytes) break;
      if (left > 1 && size_of(part_) > before) continue;
      if (got) break;  // the server says that this is all: verify() tells what is wrong with it
      if (size_of(part_) == 0) fs::remove(part_);
      const auto rest =
          fs::exists(part_) ? fmt::format("; what came is in {}, the same command goes on from there", part_.string()) : "";
      return Diagnostic{"", {}, got.error().front().message + rest};
    }
    return {};
  }

  Problem verify(const fs::path& file) {
    note(fmt::format("checking {}", file.string()));
    const auto bytes = size_of(file);
    const auto wrong = [&](const std::string& expected, const std::string& found) {
      if (file != part_) {  // somebody put it there, and may be copying it still
        return Diagnostic{file.string(),
                          {},
                          fmt::format("expected {}, found {}; copy the archive again, or remove it and the same "
                                      "command downloads it",
                                      expected, found)};
      }
      std::error_code ignored;
      fs::remove(file, ignored);
      return Diagnostic{
          "",
          {},
          fmt::format("{}: expected {}, found {}; it is not the archive that is known, and was removed", url_, expected, found)};
    };
    if (bytes != source_.bytes) return wrong(fmt::format("{} bytes", source_.bytes), fmt::format("{}", bytes));
    const auto sha256 = sha256_of_file(file);
    if (sha256 != source_.sha256) return wrong("SHA-256 " + source_.sha256, sha256);
    return {};
  }

  /// Unpacks beside the data folder and renames, so that a stop half way leaves no half of a data set.
  Problem unpack_all() {
    const auto beside = options_.to / (".unpack-" + source_.name);
    fs::remove_all(beside);
    note(fmt::format("unpacking {}", archive_.string()));
    const auto files = unpack(archive_, beside);
    Problem problem;
    if (!files)
      problem = files.error().front();
    else if (!fs::is_directory(beside / source_.folder))
      problem = Diagnostic{archive_.string(), {}, fmt::format("holds no folder {}", source_.folder)};
    else
      fs::rename(beside / source_.folder, data_);
    fs::remove_all(beside);
    if (!problem) note(fmt::format("{} unpacked", counted(*files, "file")));
    return problem;
  }

  const FetchSource& source_;
  const FetchOptions& options_;
  std::string url_;
  fs::path data_, archive_, part_;
};

}  // namespace

std::string archive_name(const FetchSource& source) { return source.url.substr(source.url.rfind('/') + 1); }

Result<fs::path> fetch(const FetchSource& source, const FetchOptions& options) {
  try {
    return Fetch(source, options).run();
  } catch (const fs::filesystem_error& error) {
    return Diagnostic{"", {}, error.what()};
  }
}

}  // namespace kdbench::inline cli
