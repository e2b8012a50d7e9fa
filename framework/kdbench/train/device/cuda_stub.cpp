// Compiled where libtorch has no CUDA: there is no GPU, and on the CPU nothing is to be done.
#include <kdbench/train/device/cuda.h>

#include <fmt/core.h>
#include <torch/version.h>

namespace kdbench::inline train {

std::string why_no_gpu() { return fmt::format("no CUDA device was found (libtorch {} has no CUDA support)", TORCH_VERSION); }
std::string gpus_text() { return "none: " + why_no_gpu(); }
void prepare_device(torch::Device) {}
void wait_for_device(torch::Device) {}
std::size_t driving_threads(torch::Device, std::size_t workers, std::size_t) { return workers; }
std::size_t peak_device_bytes(torch::Device) { return 0; }
void read_here(const torch::Tensor&) {}
void read_here(const ModelOutput&) {}

struct DeviceEvent::Impl {};
DeviceEvent DeviceEvent::after_work_on(torch::Device) { return {}; }
void DeviceEvent::hold_stream() const {}
void DeviceEvent::wait() const {}

struct DeviceStream::Impl {};
DeviceStream::DeviceStream(torch::Device) {}
struct DeviceStream::Scope::Impl {};
DeviceStream::Scope::Scope(const DeviceStream&) {}
DeviceStream::Scope::~Scope() = default;

struct SyncCounter::Impl {};
SyncCounter::SyncCounter() = default;
SyncCounter::~SyncCounter() = default;
std::int64_t SyncCounter::count() const { return 0; }

struct DeviceGraph::Impl {};
DeviceGraph::DeviceGraph(torch::Device) {}
DeviceGraph::~DeviceGraph() = default;
std::string DeviceGraph::watch(const std::function<void()>& work) const {
  work();
  return {};
}
std::string DeviceGraph::capture(const std::function<void()>&) { return "not on a GPU"; }
void DeviceGraph::replay() {}

}  // namespace kdbench::inline train
