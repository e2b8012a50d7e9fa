#include <kdbench/run/memory.h>

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace kdbench {

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

}  // namespace kdbench
