/// The differences between libtorch 1.13 and 2.x that kdbench meets. Nothing else tests the version.
#pragma once
#include <ATen/autocast_mode.h>
#include <c10/core/DeviceType.h>
#include <torch/version.h>

/// True from version major.minor on.
#define KDBENCH_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

/// c10::Allocator::allocate lost its const, and gained a copy_data to override, in 2.3.
#define KDBENCH_ALLOCATE_IS_CONST (!KDBENCH_TORCH_AT_LEAST(2, 3))

namespace kdbench {

/// Runs convolutions and matrix products of its scope in bfloat16 when `on`; restores what was before.
class Bf16Scope {
 public:
  Bf16Scope(bool on, bool cuda) : on_(on), cuda_(cuda) {
    if (on_) set(true);
  }
  ~Bf16Scope() {
    if (!on_) return;
    at::autocast::clear_cache();
    set(false);
  }
  Bf16Scope(const Bf16Scope&) = delete;
  Bf16Scope& operator=(const Bf16Scope&) = delete;

 private:
  void set(bool enabled) const {
#if KDBENCH_TORCH_AT_LEAST(2, 4)
    const auto device = cuda_ ? at::kCUDA : at::kCPU;
    if (enabled) at::autocast::set_autocast_dtype(device, at::kBFloat16);
    at::autocast::set_autocast_enabled(device, enabled);
#else
    if (cuda_) {
      if (enabled) at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
      at::autocast::set_enabled(enabled);
    } else {
      if (enabled) at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
      at::autocast::set_cpu_enabled(enabled);
    }
#endif
  }
  bool on_, cuda_;
};

}  // namespace kdbench
