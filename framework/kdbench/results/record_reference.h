/// What a record's document holds, for people: docs/records.md.
#pragma once
#include <string>

namespace kdbench::inline results {

/// Returns docs/records.md: every member of a record and of what is inside it, from the lists of fields.
std::string record_reference_markdown();

}  // namespace kdbench::inline results
