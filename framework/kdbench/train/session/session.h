/// One training request: the jobs of a group, from their specs to their records in the store.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>
#include <kdbench/train/network/factories.h>
#include <kdbench/train/session/session_options.h>

#include <atomic>
#include <vector>

namespace kdbench::inline train {

/// Trains `jobs`, which share data set, seed and teacher, and writes a record for each that ends. A job that fails leaves the
/// others alone. When `stop` is set every unfinished job is saved and reported as interrupted.
/// @throws kdbench::Error or what libtorch throws when nothing can start: data set, teacher or device are not to be had
void train_jobs(const std::vector<Job>& jobs, const Store& store, const Factories& factories, const SessionOptions& options,
                const SendEvent& send, const std::atomic<bool>& stop);

}  // namespace kdbench::inline train
