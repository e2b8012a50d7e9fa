#include <kdbench/base/hash.h>
#include <kdbench/results/origin.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/session/teacher_supply.h>
#include <kdbench/train/teacher/logit_table.h>

#include <algorithm>
#include <map>

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

/// Reads nothing of the teacher but its logits, and these are the same in every epoch.
bool reads_table(const Trainee& student) {
  const auto& needs = student.needs();
  return needs.teacher && !needs.teacher_features && !needs.teacher_embedding && !student.recipe().moves_images();
}

/// The last epoch in which a student asks its teacher: a student that goes on from a checkpoint has most often not come to it.
/// Nothing where it never asks.
std::optional<std::int64_t> measured_epoch(const Trainee& student) {
  for (auto epoch = student.recipe().epochs - 1; epoch >= 0; --epoch) {
    if (student.distils(epoch)) return epoch;
  }
  return std::nullopt;
}

/// Keeps what is measured, and computes the steps of measured epochs that a student has behind it. Another may come to them yet,
/// but may also fail before.
void prepare_rows(const Tape& tape, TrainingRows& rows, const std::vector<TraineeSet>& trainees, std::size_t threads,
                  const std::atomic<bool>& stop) {
  std::map<std::int64_t, std::int64_t> behind;  // by epoch, how many of its first steps
  for (const auto& set : trainees) {
    const auto& lead = set.lead();
    const auto epoch = reads_table(lead) ? std::nullopt : measured_epoch(lead);
    if (!epoch) continue;
    rows.want_epoch(*epoch);
    const auto first = *epoch * lead.per_epoch();
    const auto from =
        std::clamp(tape.begin_of(tape.segment_of(std::max(lead.step(), first))) - first, std::int64_t{0}, lead.per_epoch());
    behind[*epoch] = std::max(behind[*epoch], from);
  }
  for (const auto& entry : behind) {
    for_each_parallel(entry.second, threads, [&, epoch = entry.first](std::int64_t step, std::size_t thread) {
      if (!stop) tape.compute_step(epoch, step, thread);
    });
  }
}

std::vector<TeacherBeside> teachers_beside(const SharedParts& shared, const std::vector<TraineeSet>& trainees) {
  std::vector<TeacherBeside> out;
  const auto& recipe = trainees.front().lead().recipe();
  for (const auto& teacher : shared.more_teachers) {
    auto rows = std::make_unique<TrainingRows>(shared.data, recipe.batch_size);
    for (const auto& set : trainees) {
      if (const auto epoch = measured_epoch(set.lead())) rows->want_epoch(*epoch);
    }
    auto tape = std::make_unique<Tape>(shared.data, teacher->teacher(), TeacherWants{}, recipe, 1, rows.get());
    out.push_back({std::move(rows), std::move(tape)});
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
    out.ahead_seconds = watch.seconds();
  }
  const auto& recipe = trainees.front().lead().recipe();
  if (recipe.mixup == 0) out.rows = std::make_unique<TrainingRows>(shared.data, recipe.batch_size);
  if (out.rows) out.rows->want_table(out.table);
  if (out.rows) out.beside = teachers_beside(shared, trainees);
  if (!demand.by_batch) return out;
  const auto& teacher = shared.teacher->teacher();
  const auto& first = trainees.front().lead();
  const auto length = segment_length(shared.data, teacher, demand.wants, first.recipe(), first.per_epoch(), kTapeBudget);
  out.tape = std::make_unique<Tape>(shared.data, teacher, demand.wants, first.recipe(), length, out.rows.get());
  const Stopwatch watch;
  if (out.rows) prepare_rows(*out.tape, *out.rows, trainees, shared.threads, stop);
  out.ahead_seconds += watch.seconds();
  return out;
}

void TeacherSupply::tell_training_rows(const Trainee& student, RunRecord& record) const {
  const auto& spec = student.job().spec;
  const auto epoch = measured_epoch(student);
  if (!record.teacher || !rows || !spec.loss || !epoch) return;
  const auto& loss = spec.loss->parts.front();
  const auto told = [&](TrainingRows& of, std::optional<std::int64_t> where,
                        const FittedCalibrator* calibrator) -> std::optional<AsTaughtInTraining> {
    const auto metrics = of.metrics(where, loss.teacher_temperature * loss.tau_teacher, static_cast<int>(spec.bins), calibrator);
    if (!metrics) return std::nullopt;
    return AsTaughtInTraining{*metrics, student.recipe().moves_images() ? std::optional(*epoch + 1) : std::nullopt};
  };
  record.teacher->as_taught_in_training = told(*rows, reads_table(student) ? std::nullopt : epoch, student.calibrator());
  const std::lock_guard<std::mutex> guard(*mutex_);
  for (std::size_t i = 0; i < record.more_teachers.size() && i < beside.size(); ++i) {
    auto& of = *beside[i].rows;
    if (!of.is_whole(*epoch)) {
      for (std::int64_t step = 0; step < student.per_epoch(); ++step) beside[i].tape->compute_step(*epoch, step, 0);
    }
    record.more_teachers[i].as_taught_in_training = told(of, epoch, student.calibrator_beside(i));
  }
}

}  // namespace kdbench::inline train
