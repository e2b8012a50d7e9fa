/// Reads the host's part of [losses.NAME]: its knobs, which lists advance together, and what a combination is made of.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <map>
#include <string>

namespace kdbench::inline suite {

/// Reads `entry` if it is a key of the host; returns whether it is. `header` is "[losses.NAME]".
bool read_loss_key(const Node::Entry& entry, const std::string& header, LossUse& use, Reader& reader);

/// Checks the keys of a whole table against each other, once all are read. Groups of `zip` that are wrong are
/// removed.
void check_loss(const Node::Entry& table, const std::string& header, LossUse& use, Reader& reader);

/// Checks that combinations are made of losses that are defined and no combinations, once all tables are read.
void check_parts(const std::map<std::string, LossUse>& losses, Reader& reader);

}  // namespace kdbench::inline suite
