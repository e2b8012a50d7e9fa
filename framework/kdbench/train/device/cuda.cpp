// Compiled where libtorch has CUDA.
#include <kdbench/train/device/cuda.h>
#include <kdbench/train/device/parallel.h>

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/AutogradState.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/util/Exception.h>
#include <fmt/core.h>
#include <torch/version.h>

#include <algorithm>

namespace kdbench::inline train {
namespace {

using at::cuda::CUDAEvent;
using c10::cuda::CUDAStream;

/// Kernels of small networks leave most of a GPU idle, so several students run at once; past this many the hardware's queues are
/// shared and the host has enough to do.
constexpr std::size_t kMostThreads = 8;

c10::DeviceIndex index_of(torch::Device device) { return device.has_index() ? device.index() : c10::cuda::current_device(); }

}  // namespace

std::string why_no_gpu() {
  if (c10::cuda::device_count() > 0) return {};
  return fmt::format("no CUDA device was found (libtorch {} has CUDA support, but there is no device)", TORCH_VERSION);
}

std::string gpus_text() {
  if (const auto why = why_no_gpu(); !why.empty()) return "none: " + why;
  const auto count = c10::cuda::device_count();
  return fmt::format("{} {}, CUDA {}.{}", count, count == 1 ? "GPU" : "GPUs", CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
}

void prepare_device(torch::Device device) {
  if (device.is_cuda()) at::globalContext().setAllowTF32CuDNN(false);
}

void wait_for_device(torch::Device device) {
  if (!device.is_cuda()) return;
  const c10::cuda::CUDAGuard guard(index_of(device));
  c10::cuda::device_synchronize();
}

std::size_t driving_threads(torch::Device device, std::size_t workers, std::size_t students) {
  return device.is_cuda() ? std::min(kMostThreads, students + 1) : workers;
}

std::size_t peak_device_bytes(torch::Device device) {
  if (!device.is_cuda()) return 0;
  // The first of the statistics is over all sizes of block.
  return static_cast<std::size_t>(c10::cuda::CUDACachingAllocator::getDeviceStats(index_of(device)).allocated_bytes[0].peak);
}

void read_here(const torch::Tensor& tensor) {
  if (!tensor.defined() || !tensor.is_cuda()) return;
  tensor.record_stream(c10::cuda::getCurrentCUDAStream(tensor.device().index()).unwrap());
}

void read_here(const ModelOutput& output) {
  for_each_tensor(output, [](const char*, const std::string&, const torch::Tensor& tensor) { read_here(tensor); });
}

struct DeviceEvent::Impl {
  c10::DeviceIndex device;
  // A thread that waits must sleep: there are more of them than cores.
  CUDAEvent event{cudaEventDisableTiming | cudaEventBlockingSync};
};

DeviceEvent DeviceEvent::after_work_on(torch::Device device) {
  DeviceEvent out;
  if (!device.is_cuda()) return out;
  out.impl_ = std::make_shared<Impl>(index_of(device));
  out.impl_->event.record(c10::cuda::getCurrentCUDAStream(out.impl_->device));
  return out;
}

void DeviceEvent::hold_stream() const {
  if (impl_) impl_->event.block(c10::cuda::getCurrentCUDAStream(impl_->device));
}

void DeviceEvent::wait() const {
  if (impl_) impl_->event.synchronize();
}

struct DeviceStream::Impl {
  CUDAStream stream;
};

DeviceStream::DeviceStream(torch::Device device) {
  if (device.is_cuda()) impl_ = std::make_shared<Impl>(Impl{c10::cuda::getStreamFromPool(false, index_of(device))});
}

struct DeviceStream::Scope::Impl {
  explicit Impl(const CUDAStream& stream) : guard(stream) {
    c10::AutogradState::get_tls_state().set_multithreading_enabled(false);
  }
  ~Impl() { c10::AutogradState::get_tls_state().set_multithreading_enabled(before); }

  c10::cuda::CUDAStreamGuard guard;
  bool before = c10::AutogradState::get_tls_state().get_multithreading_enabled();
};

DeviceStream::Scope::Scope(const DeviceStream& stream) {
  if (stream.impl_) impl_ = std::make_unique<Impl>(stream.impl_->stream);
}
DeviceStream::Scope::~Scope() = default;

/// libtorch can warn of every operation for which it waits.
struct SyncCounter::Impl final : c10::WarningHandler {
  Impl() { c10::cuda::warning_state().set_sync_debug_mode(c10::cuda::SyncDebugMode::L_WARN); }
  ~Impl() override { c10::cuda::warning_state().set_sync_debug_mode(before); }

  void process(const c10::Warning& warning) override {
    if (warning.msg().find("synchronizing CUDA operation") != std::string::npos)
      ++count;
    else
      outer->process(warning);
  }

  std::int64_t count = 0;
  c10::cuda::SyncDebugMode before = c10::cuda::warning_state().get_sync_debug_mode();
  c10::WarningHandler* outer = c10::WarningUtils::get_warning_handler();
  c10::WarningUtils::WarningHandlerGuard guard{this};
};

SyncCounter::SyncCounter() : impl_(std::make_unique<Impl>()) {}
SyncCounter::~SyncCounter() = default;
std::int64_t SyncCounter::count() const { return impl_->count; }

struct DeviceGraph::Impl {
  torch::Device device;
  std::unique_ptr<at::cuda::CUDAGraph> graph{};
};

DeviceGraph::DeviceGraph(torch::Device device) : impl_(std::make_unique<Impl>(Impl{device})) {}

DeviceGraph::~DeviceGraph() {
  if (impl_->graph) wait_for_device(impl_->device);  // the memory of a graph that runs must stay
}

std::string DeviceGraph::watch(const std::function<void()>& work) const {
  const std::lock_guard<std::mutex> alone(generator_mutex());
  const auto generator = at::globalContext().defaultGenerator(impl_->device);
  const auto before = generator.get_state();
  const SyncCounter syncs;
  work();
  if (syncs.count() > 0) return fmt::format("the model or the loss reads values on the host ({} times a step)", syncs.count());
  return generator.get_state().equal(before) ? "" : "the model or the loss draws random numbers";
}

std::string DeviceGraph::capture(const std::function<void()>& work) {
  // One capture at a time, and nobody draws random numbers meanwhile; other threads may do anything else.
  const std::lock_guard<std::mutex> alone(generator_mutex());
  auto& graph = impl_->graph;
  graph = std::make_unique<at::cuda::CUDAGraph>();
  const auto pool = at::cuda::graph_pool_handle();
  graph->capture_begin(pool, cudaStreamCaptureModeThreadLocal);
  std::string failure;
  try {
    work();
  } catch (const std::exception& error) {
    failure = error.what();
  }
  try {
    graph->capture_end();
  } catch (const c10::Error& error) {
    if (failure.empty()) failure = error.what_without_backtrace();
    // The allocator still believes that a capture is under way.
    try {
      c10::cuda::CUDACachingAllocator::endAllocateToPool(index_of(impl_->device), pool);
    } catch (const c10::Error&) {
    }
  }
  if (failure.empty()) return {};
  static_cast<void>(graph.release());  // never destroyed: libtorch may still point to it
  return "the step could not be captured: " + failure.substr(0, failure.find('\n'));
}

void DeviceGraph::replay() { impl_->graph->replay(); }

}  // namespace kdbench::inline train
