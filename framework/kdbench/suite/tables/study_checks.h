/// What the keys of one study must have in common, and what its losses must leave to its axis.
#pragma once
#include <kdbench/suite/text/reader.h>

namespace kdbench::inline suite {

/// Complains about a kind without what it needs or with what is another's, and about a baseline that is none
/// of the methods; sets the default baseline. `table` is what `study` was read from.
void check_study(const Node& table, Study& study, const Suite& suite, Reader& reader);

}  // namespace kdbench::inline suite
