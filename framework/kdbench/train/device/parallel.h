/// Threads of a worker: each runs libtorch with one intra-op thread, so that results do not depend on how many there are.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>

namespace kdbench::inline train {

/// Sets the number of intra-op threads of the calling thread.
void use_intra_op_threads(int threads);

/// libtorch has one default generator a device; whoever draws from it in training holds this for the length of a step, and so
/// does whoever captures a graph.
std::mutex& generator_mutex();

/// Runs `body(thread)` on `threads` threads, each with one intra-op thread, and waits. One thread means the calling one, whose
/// number of intra-op threads stays as it is. The first exception is rethrown after all have ended.
void run_threads(std::size_t threads, const std::function<void(std::size_t thread)>& body);

/// Runs `body(i, thread)` for i in [0, n), handing out indices one by one.
void for_each_parallel(std::int64_t n, std::size_t threads, const std::function<void(std::int64_t i, std::size_t thread)>& body);

}  // namespace kdbench::inline train
