/// The worker's "data" verb: loads data sets and says what is in them.
#pragma once
#include <kdbench/protocol/requests.h>

#include <atomic>

namespace kdbench::inline worker {

/// Loads what the request asks about and sends a DatasetEvent for each data set, a SplitEvent for each of its splits, and for one
/// that cannot be loaded an UnreadableEvent. Returns the exit code.
int answer_data(const DataRequest& request, const std::atomic<bool>& stop);

}  // namespace kdbench::inline worker
