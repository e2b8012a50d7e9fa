/// A caching CPU allocator for tensors. libtorch's own returns every activation to the kernel at the end of a step and faults
/// it in again at the next, which makes a training step 2.5 to 6 times slower where page faults are dear.
#pragma once
#include <cstddef>

namespace kdbench::inline train {

/// Replaces libtorch's CPU allocator for the rest of the process; call once, before any tensor is made.
/// @param limit_bytes freed large blocks beyond this total go back to the kernel; 0: half of the machine's memory
void install_caching_allocator(std::size_t limit_bytes = 0);

/// Bytes of tensors alive now, the most that were alive at once, and bytes taken from the kernel. All 0 when not installed.
struct AllocatorStats {
  std::size_t in_use = 0, peak_in_use = 0, reserved = 0;
};
AllocatorStats allocator_stats();

/// Starts a new high-water mark at what is in use now.
void reset_allocator_peak();

}  // namespace kdbench::inline train
