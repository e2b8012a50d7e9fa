/// Reads the host's part of [losses.NAME]: its knobs, and which lists advance together.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <string>

namespace kdbench::inline suite {

/// Reads `entry` if it is a knob of the host or `zip`; returns whether it is. `header` is "[losses.NAME]".
bool read_loss_key(const Node::Entry& entry, const std::string& header, LossUse& use, Reader& reader);

/// Checks the keys of a whole table against each other, once all are read. Groups of `zip` that are wrong are
/// removed.
void check_loss(const Node::Entry& table, const std::string& header, LossUse& use, Reader& reader);

}  // namespace kdbench::inline suite
