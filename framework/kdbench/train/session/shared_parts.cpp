#include <kdbench/train/device/cuda.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/session/shared_parts.h>

#include <algorithm>

namespace kdbench::inline train {
namespace {

torch::Device prepared(const std::string& name) {
  const torch::Device device(name);
  prepare_device(device);
  return device;
}

}  // namespace

SharedParts::SharedParts(const std::vector<Job>& jobs_, const Store& store_, const Factories& factories_,
                         const SessionOptions& options_)
    : jobs(jobs_),
      store(store_),
      factories(factories_),
      options(options_),
      device(prepared(options.device)),
      threads(std::max<std::size_t>(1, driving_threads(device, options.workers, jobs.size()))),
      seed(static_cast<std::uint64_t>(spec().seed)),
      data(*factories.dataset(spec().dataset->source), options.data_dir, cut_of(*spec().dataset), seed, device),
      stored(store, factories, data) {
  use_intra_op_threads(options.workers > 1 ? 1 : static_cast<int>(spec().train->threads));
  if (options.deferred) data.make_feed();
  if (!spec().teacher) return;
  teacher = std::make_unique<SessionTeacher>(*spec().teacher, static_cast<int>(spec().bins), stored, data, threads, device);
}

}  // namespace kdbench::inline train
