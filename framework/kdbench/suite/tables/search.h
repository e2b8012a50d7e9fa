/// Reads what a tune study tries: `[studies.search.NAME]`.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <map>
#include <string>

namespace kdbench::inline suite {

/// Reads the table `search` of a study. Complains about losses that are not in the file, keys that cannot be tried, and values
/// that the host's knobs cannot have. `suite` has its losses already.
std::map<std::string, LossSearch> read_search(const Node::Entry& entry, const Suite& suite, Reader& reader);

/// Checks a tune study against the rest of the suite, once all its keys are read: every loss is searched, and can be; the seeds
/// are its own; there are validation rows to choose on.
void check_search(const Node& table, const Study& study, const Suite& suite, Reader& reader);

}  // namespace kdbench::inline suite
