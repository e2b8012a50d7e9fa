#include <kdbench/run/process/group_members.h>
#include <kdbench/run/process/memory.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>

namespace kdbench::inline run {
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

/// How the two versions of control groups call what they say.
struct GroupFiles {
  const char *top, *limit, *usage, *inactive, *active;
};
constexpr GroupFiles kUnified{"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file", "active_file"};
constexpr GroupFiles kFirst{"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file",
                            "total_active_file"};

/// The number that a file consists of; none for "max" and for a file that is not there.
double number_in(const fs::path& file) {
  std::ifstream in(file);
  double value = 0;
  return in >> value ? value : kNone;
}

/// "KEY VALUE" on a line of memory.stat.
double statistic(const fs::path& file, const std::string& wanted) {
  std::ifstream in(file);
  double value = 0;
  for (std::string key; in >> key >> value;) {
    if (key == wanted) return value;
  }
  return 0;
}

/// What the limit of one group leaves. Pages of files count as used and are dropped where programs need the memory.
double left_in(const fs::path& folder, const GroupFiles& files) {
  const double limit = number_in(folder / files.limit), usage = number_in(folder / files.usage);
  if (limit == kNone || usage == kNone) return limit;
  const auto statistics = folder / "memory.stat";
  const double droppable = statistic(statistics, files.inactive) + statistic(statistics, files.active);
  return std::max(1.0, limit - std::max(0.0, usage - droppable));
}

/// The least that `folder` and the folders above it, up to `top`, leave.
double least_left(fs::path folder, const fs::path& top, const GroupFiles& files) {
  double least = kNone;
  while (true) {
    least = std::min(least, left_in(folder, files));
    if (folder == top || folder.parent_path() == folder) return least;
    folder = folder.parent_path();
  }
}

/// Lines are "ID:CONTROLLERS:PATH"; version 2 has no controllers. A container may see its own group as the top of the tree, so a
/// path that is not there counts as the top.
double left_by_control_groups(const fs::path& root) {
  std::ifstream groups(root / "proc/self/cgroup");
  double least = kNone;
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool unified = controllers == ",,";
    if (!unified && controllers.find(",memory,") == std::string::npos) continue;
    const auto& files = unified ? kUnified : kFirst;
    const auto top = root / files.top;
    const auto path = fs::path(line.substr(second + 1)).relative_path();
    const auto folder = path.empty() ? top : top / path;
    std::error_code ignored;
    least = std::min(least, least_left(fs::is_directory(folder, ignored) ? folder : top, top, files));
  }
  return least;
}

}  // namespace

double available_memory_bytes(const fs::path& root) {
  const auto bytes = std::min(available_by_kernel(root), left_by_control_groups(root));
  return bytes < kNone ? bytes : 0;
}

double group_rss_bytes(pid_t group) {
  const double page_bytes = double(::sysconf(_SC_PAGESIZE));
  double total = 0;
  for (const auto& process : group_members(group)) {
    std::ifstream statm(process / "statm");
    double size = 0, resident = 0;
    if (statm >> size >> resident) total += resident * page_bytes;
  }
  return total;
}

}  // namespace kdbench::inline run
