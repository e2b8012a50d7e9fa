#include <kdbench/train/device/parallel.h>

#include <ATen/Parallel.h>
#include <omp.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace kdbench::inline train {

void use_intra_op_threads(int threads) {
  at::set_num_threads(threads);
  omp_set_num_threads(threads);
}

std::mutex& generator_mutex() {
  static std::mutex mutex;
  return mutex;
}

void run_threads(std::size_t threads, const std::function<void(std::size_t)>& body) {
  if (threads <= 1) {
    body(0);
    return;
  }
  std::mutex mutex;
  std::exception_ptr first;
  std::vector<std::thread> pool;
  for (std::size_t t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      use_intra_op_threads(1);
      try {
        body(t);
      } catch (...) {
        const std::lock_guard<std::mutex> guard(mutex);
        if (!first) first = std::current_exception();
      }
    });
  }
  for (auto& thread : pool) thread.join();
  if (first) std::rethrow_exception(first);
}

void for_each_parallel(std::int64_t n, std::size_t threads, const std::function<void(std::int64_t, std::size_t)>& body) {
  std::atomic<std::int64_t> next{0};
  run_threads(threads, [&](std::size_t thread) {
    for (auto i = next++; i < n; i = next++) body(i, thread);
  });
}

}  // namespace kdbench::inline train
