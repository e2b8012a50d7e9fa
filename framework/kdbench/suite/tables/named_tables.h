/// Reads the tables of a suite file other than its studies.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <map>
#include <string>

namespace kdbench::inline suite {

/// Reads [suite]; `table` is null where the file has none.
void read_suite_table(const Node::Entry* table, Suite& suite, Reader& reader);

/// Reads [train], and [datasets], [models], [losses], [strategies] with every table in them. `root` is the
/// whole file.
void read_tables(const Node& root, Suite& suite, Reader& reader);

/// Complains about what stands at the top of the file and is none of its tables.
void check_top(const Node& root, Reader& reader);

}  // namespace kdbench::inline suite
