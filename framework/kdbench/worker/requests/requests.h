/// What a worker answers: one function a request of the protocol.
#pragma once
#include <kdbench/protocol/requests.h>

#include <atomic>

namespace kdbench::inline worker {

/// Answers a request with events; the last is "result", "diagnostics" or "error". Returns the exit code.
/// @param stop set by SIGTERM or SIGINT: training saves and ends
int answer(const Request& request, const std::atomic<bool>& stop);

}  // namespace kdbench::inline worker
