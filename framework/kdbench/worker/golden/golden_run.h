/// Runs golden cases through losses.
#pragma once
#include <kdbench/registry/catalog.h>
#include <kdbench/worker/golden/golden_case.h>

#include <string>

namespace kdbench::inline worker {

/// Runs a case through its loss in float64 and compares what comes out with what is expected: loss, terms, gradients, what the
/// loss keeps. Returns a remark, which may be empty. Where the reference is not finite and the case asks for finite numbers, a
/// loss may also refuse it by kdbench::Error.
/// @throws std::exception where a number is off, naming it; and where the case cannot be given to the loss, naming its place
std::string run_golden_case(const LossEntry& entry, const GoldenCase& golden);

}  // namespace kdbench::inline worker
