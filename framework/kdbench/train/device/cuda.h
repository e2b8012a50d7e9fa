/// All that needs CUDA, as types that do nothing on the CPU: streams, events, graphs, counts of host waits.
/// cuda.cpp is compiled where libtorch has CUDA (2.3 or newer), cuda_stub.cpp elsewhere.
#pragma once
#include <kdbench/sdk/model.h>

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace kdbench::inline train {

/// Why no GPU can be used here, as in "no CUDA device was found (libtorch 1.13.0 has no CUDA support)"; empty if one can.
std::string why_no_gpu();

/// What there is of CUDA, for people: "2 GPUs, CUDA 13.0", or "none: " and why.
std::string gpus_text();

/// Settings of the process for training on `device`: float32 convolutions compute in float32, not in TF32. Nothing on the CPU.
void prepare_device(torch::Device device);

/// Waits for everything that was enqueued on `device`, whatever the stream. Nothing on the CPU.
void wait_for_device(torch::Device device);

/// Threads that drive the students of a group. On the CPU `workers`; on a GPU one for each student that runs at once and one for
/// the teacher, at most 8, because they wait for the GPU most of the time.
std::size_t driving_threads(torch::Device device, std::size_t workers, std::size_t students);

/// The most bytes that tensors held on `device` at once since the process started. 0 on the CPU.
std::size_t peak_device_bytes(torch::Device device);

/// Says that the work enqueued on the calling thread's stream reads `tensor`, so that its memory is not given away before that
/// work is done. Needed for tensors made on another stream. Nothing for undefined tensors and on the CPU.
void read_here(const torch::Tensor& tensor);
/// The same for every tensor of an output.
void read_here(const ModelOutput& output);

/// A point in the work of a stream. Copies share the point. Empty on the CPU: all its calls return at once.
class DeviceEvent {
 public:
  /// The point after everything enqueued so far on the calling thread's stream.
  static DeviceEvent after_work_on(torch::Device device);
  /// Lets the calling thread's stream wait for the point; the thread itself goes on.
  void hold_stream() const;
  /// Lets the calling thread sleep until the point is reached.
  void wait() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// A stream of its own, for one student or for one thread's share of the teacher. On the CPU it is nothing.
class DeviceStream {
 public:
  explicit DeviceStream(torch::Device device);

  /// While it lives the calling thread enqueues on this stream, and backward passes are launched by the calling thread instead of
  /// by libtorch's one thread for all backward passes of a GPU.
  class Scope {
   public:
    explicit Scope(const DeviceStream& stream);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// Counts operations of the calling thread for which the host waited for the GPU. One at a time in a process counts truly.
class SyncCounter {
 public:
  SyncCounter();
  ~SyncCounter();
  SyncCounter(const SyncCounter&) = delete;
  SyncCounter& operator=(const SyncCounter&) = delete;
  std::int64_t count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Work of a stream, captured once as a CUDA graph and replayed at will. On the CPU nothing can be captured.
class DeviceGraph {
 public:
  explicit DeviceGraph(torch::Device device);
  ~DeviceGraph();
  DeviceGraph(const DeviceGraph&) = delete;
  DeviceGraph& operator=(const DeviceGraph&) = delete;

  /// Runs `work`; returns what a graph could not replay of it, or "".
  std::string watch(const std::function<void()>& work) const;
  /// Captures `work` without running it, in place of what was captured before; returns why it could not be, or "".
  std::string capture(const std::function<void()>& work);
  /// Enqueues what was captured; capture() must have returned "".
  void replay();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kdbench::inline train
