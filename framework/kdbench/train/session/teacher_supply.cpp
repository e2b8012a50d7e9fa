#include <kdbench/base/hash.h>
#include <kdbench/results/origin.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/session/teacher_supply.h>
#include <kdbench/train/teacher/logit_table.h>

namespace kdbench::inline train {
namespace {

constexpr double kTapeBudget = 256.0 * (1 << 20);                // bytes of teacher outputs a segment
constexpr std::uintmax_t kCacheLimit = std::uintmax_t{4} << 30;  // bytes of cached teacher logits a store

/// Which ways the students of a session go.
struct Demand {
  TeacherWants wants;
  bool by_batch = false, by_table = false;
};

Demand demand_of(const std::vector<TraineeSet>& trainees) {
  Demand out;
  const bool moves = trainees.front().lead().recipe().moves_images();
  for (const auto& set : trainees) {
    const auto& needs = set.lead().needs();
    out.wants.features |= needs.teacher_features;
    out.wants.embedding |= needs.teacher_embedding;
    const bool more = needs.teacher_features || needs.teacher_embedding;
    out.by_batch |= needs.teacher && (moves || more);
    out.by_table |= needs.teacher && !moves && !more;
  }
  return out;
}

/// The builds of the plugins that compute the teacher's outputs.
std::vector<UsedPlugin> plugins_of_teacher(const SharedParts& shared) {
  const auto source = shared.sources.find(shared.teacher->job());
  if (source == shared.sources.end() || !source->second.spec) return {};
  return used_by(*source->second.spec, shared.options.loaded);
}

/// What the table depends on, as one name: the network that teaches, the data, and how they are computed with.
std::string table_id(const SharedParts& shared) {
  const auto& teacher = *shared.teacher;
  const auto& data = shared.data;
  const Json network{teacher.job(), teacher.state(), teacher.temperature(), teacher.sha256(),
                     to_document(plugins_of_teacher(shared))};
  const auto threads = shared.jobs.front().spec.train->threads;
  return sha256_hex(
      canonical(Json{network, data.data_sha256(), data.split_sha256(), data.train().size(), shared.device.str(), threads}));
}

torch::Tensor logit_table(const SharedParts& shared, const std::atomic<bool>& stop) {
  const auto id = table_id(shared);
  const auto folder = shared.store.root() / "cache" / "teacher_logits";
  auto table = teacher_logits(shared.data, shared.teacher->teacher(), shared.threads, folder / (id + ".safetensors"), id, stop);
  bound_folder(folder, kCacheLimit);
  return table;
}

}  // namespace

TeacherSupply teacher_supply(const SharedParts& shared, const std::vector<TraineeSet>& trainees, const std::atomic<bool>& stop) {
  TeacherSupply out;
  if (!shared.teacher) return out;
  const auto demand = demand_of(trainees);
  if (demand.by_table) {
    const Stopwatch watch;
    out.table = logit_table(shared, stop);
    out.table_seconds = watch.seconds();
  }
  if (!demand.by_batch) return out;
  const auto& teacher = shared.teacher->teacher();
  const auto& first = trainees.front().lead();
  const auto length = segment_length(shared.data, teacher, demand.wants, first.recipe(), first.per_epoch(), kTapeBudget);
  out.tape = std::make_unique<Tape>(shared.data, teacher, demand.wants, first.recipe(), length);
  return out;
}

}  // namespace kdbench::inline train
