/// Whether what jobs still have to begin from or learn from is kept, and whole.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>
#include <kdbench/run/schedule/queue.h>

#include <cstddef>
#include <string>

namespace kdbench::inline run {

/// Why a job that is done must be trained again; empty if it need not. It may lack a network as it was after an epoch, because
/// another suite has had it done, or its files were removed or damaged since. What no open job of the queue will read need not be
/// there.
std::string why_not_whole(const Plan& plan, const Store& store, const JobQueue& queue, std::size_t job);

}  // namespace kdbench::inline run
