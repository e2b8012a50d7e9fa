/// Processes that belong together: of a group, or with the same mark in their environment; from /proc.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::inline run {

/// Returns the folder in /proc of every process of the group, those that end meanwhile among them.
std::vector<std::filesystem::path> group_members(pid_t group);

/// Returns the processes of this user, but for the caller, that began with the variable in their environment.
/// @param entry "NAME=VALUE"
std::vector<pid_t> processes_with(const std::string& entry);

}  // namespace kdbench::inline run
