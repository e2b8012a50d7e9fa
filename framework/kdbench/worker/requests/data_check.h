/// The worker's "data" verb: loads data sets and says what is in them.
#pragma once
#include <kdbench/base/json.h>

#include <atomic>

namespace kdbench::inline worker {

/// Loads every data set of the request's "suite_file", or the one that its "plugin" makes with its "overrides" as parameters, and
/// sends for each split an event "split" (rows, seconds, rows of each class, mean and deviation of each channel), for a data set
/// that cannot be loaded an event "unreadable" with the reason. "dataset": only this [datasets.NAME]. Returns the exit code.
int answer_data(const Json& request, const std::atomic<bool>& stop);

}  // namespace kdbench::inline worker
