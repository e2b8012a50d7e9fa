#include <kdbench/run/memory.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

constexpr double kNone = std::numeric_limits<double>::infinity();

/// "MemAvailable:   12345 kB"
double available_by_kernel(const fs::path& root) {
  std::ifstream info(root / "proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("MemAvailable:")) continue;
    const double kilobytes = std::strtod(line.c_str() + line.find(':') + 1, nullptr);
    return kilobytes > 0 ? kilobytes * 1024 : kNone;
  }
  return kNone;
}

/// The least limit in `folder` and the folders above it, up to `top`; "max" and files that are not there are none.
double least_limit(fs::path folder, const fs::path& top, const char* file) {
  double least = kNone;
  while (true) {
    std::ifstream in(folder / file);
    if (double limit = 0; in >> limit && limit > 0) least = std::min(least, limit);
    if (folder == top || folder.parent_path() == folder) return least;
    folder = folder.parent_path();
  }
}

/// Lines are "ID:CONTROLLERS:PATH"; version 2 has no controllers. A container may see its own group as the top of the tree, so a
/// path that is not there counts as the top.
double limit_by_control_group(const fs::path& root) {
  std::ifstream groups(root / "proc/self/cgroup");
  double least = kNone;
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool unified = controllers == ",,";
    if (!unified && controllers.find(",memory,") == std::string::npos) continue;
    const auto top = root / (unified ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
    const auto path = fs::path(line.substr(second + 1)).relative_path();
    const auto folder = path.empty() ? top : top / path;
    std::error_code ignored;
    const auto start = fs::is_directory(folder, ignored) ? folder : top;
    least = std::min(least, least_limit(start, top, unified ? "memory.max" : "memory.limit_in_bytes"));
  }
  return least;
}

}  // namespace

double available_memory_bytes(const fs::path& root) {
  const auto bytes = std::min(available_by_kernel(root), limit_by_control_group(root));
  return bytes < kNone ? bytes : 0;
}

double group_rss_bytes(pid_t group) {
  const double page_bytes = double(::sysconf(_SC_PAGESIZE));
  double total = 0;
  std::error_code ignored;
  for (std::filesystem::directory_iterator it("/proc", ignored), end; it != end;
       it.increment(ignored)) {
    const auto name = it->path().filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc{} || *parsed.ptr != '\0' || ::getpgid(pid) != group) continue;
    std::ifstream statm(it->path() / "statm");
    double size = 0, resident = 0;
    if (statm >> size >> resident) total += resident * page_bytes;
  }
  return total;
}

double memory_for_estimates(const fs::path& root) { return available_memory_bytes(root) / 1.25; }

}  // namespace kdbench
