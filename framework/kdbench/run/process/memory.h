/// Memory of the machine and of a process group, read from /proc.
#pragma once
#include <sys/types.h>

#include <filesystem>

namespace kdbench::inline run {

/// Returns the resident bytes of every process in the group together; shared pages count once a
/// process. 0 when there is none.
double group_rss_bytes(pid_t group);

/// Returns the bytes that programs started now can have without swapping: what the kernel says is available, or what the control
/// group that this process is in (a container's or a batch system's) has left, whichever is less. 0 when nothing says.
/// @param root where /proc and /sys are
double available_memory_bytes(const std::filesystem::path& root = "/");

/// By how much a job may need more than its plan estimates; docs/performance.md has what was measured.
inline constexpr double kEstimateMargin = 1.25;

}  // namespace kdbench::inline run
