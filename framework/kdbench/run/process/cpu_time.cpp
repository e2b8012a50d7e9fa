#include <kdbench/run/process/cpu_time.h>

#include <kdbench/run/process/group_members.h>

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace kdbench::inline run {
namespace {

/// Of /proc/PID/stat: "PID (NAME) STATE" and numbers. The name may hold anything, also spaces and brackets, so the fields are
/// counted from the last bracket: user and system time are the twelfth and thirteenth after it.
double ticks_of(const std::string& stat) {
  constexpr int kFieldsBefore = 11;
  const auto name_ends = stat.rfind(')');
  if (name_ends == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_ends + 1));
  std::string passed;
  for (int i = 0; i < kFieldsBefore; ++i) fields >> passed;
  double user = 0, system = 0;
  return fields >> user >> system ? user + system : 0;
}

}  // namespace

double group_cpu_s(pid_t group) {
  double ticks = 0;
  for (const auto& process : group_members(group)) {
    std::ifstream stat(process / "stat");
    ticks += ticks_of({std::istreambuf_iterator<char>(stat), {}});
  }
  return ticks / double(::sysconf(_SC_CLK_TCK));
}

}  // namespace kdbench::inline run
