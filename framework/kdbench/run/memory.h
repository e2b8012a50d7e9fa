/// Memory of a process group, read from /proc.
#pragma once
#include <sys/types.h>

namespace kdbench {

/// Returns the resident bytes of every process in the group together; shared pages count once a
/// process. 0 when there is none.
double group_rss_bytes(pid_t group);

}  // namespace kdbench
