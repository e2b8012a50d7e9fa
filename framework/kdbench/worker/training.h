/// The worker's "train" verb: plugins of the catalog handed to a training session.
#pragma once
#include <kdbench/base/json.h>

#include <atomic>

namespace kdbench {

/// Trains the jobs of the request and writes their records. Returns the exit code.
int answer_train(const Json& request, const std::atomic<bool>& stop);

}  // namespace kdbench
