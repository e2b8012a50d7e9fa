#include <kdbench/results/origin.h>
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

/// Read before the networks are: if one is replaced meanwhile, the record tells of the network of before, which is then known to
/// be outdated.
std::map<std::string, SourceJob> sources_of(const std::vector<Job>& jobs, const Store& store) {
  std::map<std::string, SourceJob> out;
  for (const auto& job : jobs) {
    for (const auto& need : needs_of(job.spec)) {
      if (out.contains(need)) continue;
      const auto record = store.get(need);
      if (!record || !*record || (*record)->status != Status::kDone) continue;
      out.emplace(need, SourceJob{(*record)->extra.weights_sha256, (*record)->spec});
    }
  }
  return out;
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
      data(*factories.dataset(spec().dataset->source), options.data_dir, cut_of(spec()), seed, device),
      stored(store, factories, data),
      sources(sources_of(jobs, store)) {
  use_intra_op_threads(options.workers > 1 ? 1 : static_cast<int>(spec().train->threads));
  if (options.deferred) data.make_feed();
  if (!spec().teacher) return;
  load_teachers();
}

void SharedParts::load_teachers() {
  const auto bins = static_cast<int>(spec().bins);
  teacher = std::make_unique<SessionTeacher>(*spec().teacher, bins, stored, data, threads, device);
  for (const auto& more : spec().more_teachers)
    more_teachers.push_back(std::make_unique<SessionTeacher>(more, bins, stored, data, 1, device));
  for (const auto& job : jobs) {
    teacher->add_calibrator(*job.spec.teacher, factories, seed);
    for (std::size_t i = 0; i < more_teachers.size(); ++i)
      more_teachers[i]->add_calibrator(job.spec.more_teachers.at(i), factories, seed);
  }
}

Origin SharedParts::origin_of(const Spec& job_spec) const {
  Origin out{used_by(job_spec, options.loaded), {}};
  for (const auto& need : needs_of(job_spec)) {
    if (const auto source = sources.find(need); source != sources.end())
      out.networks.push_back({need, source->second.weights_sha256});
  }
  return out;
}

}  // namespace kdbench::inline train
