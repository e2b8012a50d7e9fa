/// The processes of a process group, from /proc.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <vector>

namespace kdbench::inline run {

/// Returns the folder in /proc of every process of the group, those that end meanwhile among them.
std::vector<std::filesystem::path> group_members(pid_t group);

}  // namespace kdbench::inline run
