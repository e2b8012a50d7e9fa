/// What a worker answers: one function a verb of the protocol.
#pragma once
#include <kdbench/base/json.h>

#include <atomic>

namespace kdbench::inline worker {

/// Answers a request with events; the last is "result", "diagnostics" or "error". Returns the exit code.
/// @param stop set by SIGTERM or SIGINT: training saves and ends
int answer(const Json& request, const std::atomic<bool>& stop);

}  // namespace kdbench::inline worker
