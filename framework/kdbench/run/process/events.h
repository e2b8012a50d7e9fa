/// Events: the JSON lines of a worker, read without trusting them.
#pragma once
#include <kdbench/base/json.h>

#include <optional>
#include <string>

namespace kdbench::inline run {

/// Returns the event of a line, an object whose "event" is a string; nothing for any other text.
std::optional<Json> parse_event(const std::string& line);

/// Returns a member that is a string, or "" for anything else.
std::string text_field(const Json& object, const char* key);

/// Returns a member that is a number, or `otherwise` for anything else (null, too).
double number_field(const Json& object, const char* key, double otherwise);

/// Reads the "diagnostics" list of an event; entries that are no objects are left out.
Diagnostics diagnostics_field(const Json& event);

}  // namespace kdbench::inline run
