#include <kdbench/worker/watch/host_state.h>

#include <ATen/CPUGeneratorImpl.h>

#include <mutex>

namespace kdbench::inline worker {
namespace {

torch::Tensor generator_state() {
  auto generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard<std::mutex> guard(generator.mutex());
  return generator.get_state();
}

}  // namespace

HostState HostState::now() {
  HostState state;
  state.thread_ = ThreadState::now();
  state.generator_ = generator_state();
  return state;
}

std::string HostState::changed_in(const HostState& now, Draws draws) const {
  if (const auto change = thread_.difference(now.thread_); !change.what.empty()) return "changes " + change.what;
  if (draws == Draws::kCount && !generator_.equal(now.generator_)) return "draws from libtorch's default generator, or seeds it";
  return {};
}

void HostState::restore() const {
  thread_.restore();
  auto generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard<std::mutex> guard(generator.mutex());
  generator.set_state(generator_);
}

}  // namespace kdbench::inline worker
