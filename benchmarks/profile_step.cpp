// Where a training step's time goes, by tensor operation: profile_step [DEPTH] [STEPS]. Each operation is charged with its own
// time, without that of the operations it calls, so the shares add up; "outside" is what is left of the step (autograd, the
// optimiser, the host).
#include "support.h"

#include <kdbench/train/device/allocator.h>

#include <ATen/record_function.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace {

using namespace kdbench;
using namespace kdbench::bench;
using Clock = std::chrono::steady_clock;

struct Open : at::ObserverContext {
  Clock::time_point start = Clock::now();
  double inner = 0;
  Open* outer = nullptr;
};
thread_local Open* innermost = nullptr;
std::map<std::string, std::pair<double, int>> own_time;  // one thread computes here

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction&) {
  auto open = std::make_unique<Open>();
  open->outer = innermost;
  innermost = open.get();
  return open;
}

void leave(const at::RecordFunction& function, at::ObserverContext* context) {
  auto* open = static_cast<Open*>(context);
  const auto seconds = std::chrono::duration<double>(Clock::now() - open->start).count();
  auto& [sum, calls] = own_time[function.name()];
  sum += seconds - open->inner;
  ++calls;
  innermost = open->outer;
  if (innermost) innermost->inner += seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t depth = argc > 1 ? std::atoll(argv[1]) : 14;
  const int steps = argc > 2 ? std::atoi(argv[2]) : 10;
  install_caching_allocator();
  use_intra_op_threads(1);
  const TrainData data(Noise(kBatch), "", {}, 0, torch::kCPU);
  auto trainee = make_trainee(data, depth);
  const auto batch = data.batch(data.order(0).data(), kBatch, 0, make_recipe());
  for (int i = 0; i < 3; ++i) trainee->train_step(batch, {});
  at::addGlobalCallback(
      at::RecordFunctionCallback(&enter, &leave).scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
  const auto start = Clock::now();
  for (int i = 0; i < steps; ++i) trainee->train_step(batch, {});
  const auto total = std::chrono::duration<double>(Clock::now() - start).count();
  std::vector<std::pair<std::string, std::pair<double, int>>> rows(own_time.begin(), own_time.end());
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second.first > b.second.first; });
  double inside = 0;
  for (const auto& [name, row] : rows) inside += row.first;
  fmt::print("ResNet-{}, batch {}, {} steps of {:.1f} ms\n", depth, kBatch, steps, 1000 * total / steps);
  fmt::print("{:<52}{:>9}{:>9}{:>8}\n", "operation", "ms/step", "share %", "calls");
  for (const auto& [name, row] : rows) {
    if (row.first < 0.002 * total) break;
    fmt::print("{:<52}{:>9.2f}{:>9.1f}{:>8}\n", name.substr(0, 51), 1000 * row.first / steps, 100 * row.first / total,
               row.second / steps);
  }
  fmt::print("{:<52}{:>9.2f}{:>9.1f}\n", "outside", 1000 * (total - inside) / steps, 100 * (total - inside) / total);
}
