#include <kdbench/run/process/group_members.h>

#include <unistd.h>

#include <charconv>
#include <string>
#include <system_error>

namespace kdbench::inline run {

std::vector<std::filesystem::path> group_members(pid_t group) {
  std::vector<std::filesystem::path> members;
  std::error_code ignored;
  for (std::filesystem::directory_iterator it("/proc", ignored), end; it != end; it.increment(ignored)) {
    const auto name = it->path().filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec == std::errc{} && *parsed.ptr == '\0' && ::getpgid(pid) == group) members.push_back(it->path());
  }
  return members;
}

}  // namespace kdbench::inline run
