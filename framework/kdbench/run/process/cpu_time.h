/// Processor time of a process group, read from /proc.
#pragma once
#include <sys/types.h>

namespace kdbench::inline run {

/// Returns the seconds of processor time that the processes of the group have used since they began, to a hundredth of a second.
/// What has ended does not count. 0 when there is none.
double group_cpu_s(pid_t group);

}  // namespace kdbench::inline run
