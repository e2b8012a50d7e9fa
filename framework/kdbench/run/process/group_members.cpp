#include <kdbench/run/process/group_members.h>

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>

namespace kdbench::inline run {
namespace {

/// Calls `visit(pid, folder)` for every process that the kernel tells of.
void for_each_process(const auto& visit) {
  std::error_code ignored;
  for (std::filesystem::directory_iterator it("/proc", ignored), end; it != end; it.increment(ignored)) {
    const auto name = it->path().filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec == std::errc{} && *parsed.ptr == '\0') visit(pid, it->path());
  }
}

/// False also for processes of others, whose environment nobody else may read.
bool has_in_environment(const std::filesystem::path& process, const std::string& entry) {
  std::ifstream in(process / "environ", std::ios::binary);
  const std::string all(std::istreambuf_iterator<char>(in), {});
  const auto whole = entry + '\0';
  return all.starts_with(whole) || all.find('\0' + whole) != std::string::npos;
}

}  // namespace

std::vector<std::filesystem::path> group_members(pid_t group) {
  std::vector<std::filesystem::path> members;
  for_each_process([&](pid_t pid, const std::filesystem::path& folder) {
    if (::getpgid(pid) == group) members.push_back(folder);
  });
  return members;
}

std::vector<pid_t> processes_with(const std::string& entry) {
  std::vector<pid_t> out;
  for_each_process([&](pid_t pid, const std::filesystem::path& folder) {
    if (pid != ::getpid() && has_in_environment(folder, entry)) out.push_back(pid);
  });
  return out;
}

}  // namespace kdbench::inline run
