/// What time it is and where we are, for records and logs; nothing that is computed depends on it.
#pragma once
#include <string>

namespace kdbench::inline base {

/// Returns the time in UTC, ISO 8601: "2026-01-01T00:00:00Z".
std::string utc_now();

std::string host_name();

}  // namespace kdbench::inline base
