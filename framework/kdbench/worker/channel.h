/// The worker's side of the protocol: one JSON request on standard input, JSON lines of events on file descriptor 3.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/base/result.h>

namespace kdbench::inline worker {

/// Ties this process to its parent (it dies with it), keeps the event pipe from children, and forbids core dumps.
/// @param parent process id the parent gave; the process ends at once if that is no longer its parent
void bind_to_parent(int parent);

/// Reads the request from standard input to its end. @throws std::exception when it is no JSON object
Json read_request();

/// Sends one event. Thread-safe; ends the process when the parent no longer listens.
void send_event(const Json& event);

/// Sends the "diagnostics" event.
void send_diagnostics(const Diagnostics& diagnostics);

}  // namespace kdbench::inline worker
