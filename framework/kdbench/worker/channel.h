/// The worker's side of the protocol: one JSON request on standard input, JSON lines of events on file descriptor 3.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/base/result.h>
#include <kdbench/protocol/events.h>

#include <variant>

namespace kdbench::inline worker {

/// Ties this process to its parent (it dies with it), keeps the event pipe from children, and forbids core dumps.
/// @param parent process id the parent gave; the process ends at once if that is no longer its parent
void bind_to_parent(int parent);

/// Reads the request from standard input to its end. @throws std::exception when it is no JSON
Json read_request();

/// Sends the document of an event. Thread-safe; ends the process when the parent no longer listens.
void send_event(const Json& event);

/// The same for a struct of the protocol: an event or an answer.
template <Document E>
void send_event(const E& event) {
  send_event(to_document(event));
}
template <class First, class... E>
void send_event(const std::variant<First, E...>& event) {
  std::visit([](const auto& e) { send_event(e); }, event);
}

/// Sends the "diagnostics" event.
void send_diagnostics(const Diagnostics& diagnostics);

}  // namespace kdbench::inline worker
