/// check_alone: the conformance suite over one plugin, in a process of its own. Whatever the plugin does to that process is the
/// outcome of the check that was running.
#pragma once
#include <kdbench/run/process/ask.h>

#include <functional>
#include <string>

namespace kdbench::inline run {

/// Which plugin, and the library that holds it: no other is loaded.
struct PluginToCheck {
  PluginKind kind = PluginKind::kLoss;
  std::string name, library;
};

/// Reports every check of one plugin in the order in which they ran. If the process ends before its answer, or a limit of
/// `options` ends it, the check that was running has failed with how it ended, and a skipped one says that no other runs.
/// @param options limits; `on_event` is not used
/// @throws std::system_error when the worker cannot be started
void check_alone(const WorkerSetup& setup, const PluginToCheck& plugin, AskOptions options,
                 const std::function<void(const CheckEvent&)>& report);

}  // namespace kdbench::inline run
