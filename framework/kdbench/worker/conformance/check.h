/// What the conformance suite reports: one outcome a check.
#pragma once
#include <kdbench/protocol/events.h>

#include <functional>

namespace kdbench::inline worker {

/// The outcome of one check, as it is sent.
using Check = CheckEvent;
using Report = std::function<void(const Check&)>;

}  // namespace kdbench::inline worker
