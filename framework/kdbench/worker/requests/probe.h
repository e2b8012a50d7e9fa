/// Answers how the gradients of a suite's losses move with the teacher's temperature.
#pragma once
#include <kdbench/protocol/requests.h>

namespace kdbench::inline worker {

/// Sends a ProbeAnswer, or what is wrong with the suite. Returns the exit code.
int answer_probe(const ProbeRequest& request);

}  // namespace kdbench::inline worker
