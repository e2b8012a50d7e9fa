/// The worker's answer to a TrainRequest: plugins of the catalog handed to a training session.
#pragma once
#include <kdbench/protocol/requests.h>
#include <kdbench/registry/catalog.h>
#include <kdbench/train/network/factories.h>

#include <atomic>

namespace kdbench::inline worker {

/// Returns how to make what a spec names from a catalog, which must outlive it. Each factory throws kdbench::Error when the
/// plugin is not loaded, or is of another version than the one that was planned.
Factories factories_of(const Catalog& catalog);

/// Trains the jobs of the request and writes their records; sends TrainingEvents. Returns the exit code.
int answer_train(const TrainRequest& request, const std::atomic<bool>& stop);

}  // namespace kdbench::inline worker
