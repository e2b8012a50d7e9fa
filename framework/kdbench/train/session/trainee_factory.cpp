#include <kdbench/base/seeds.h>
#include <kdbench/train/network/adapted_model.h>
#include <kdbench/train/network/frozen_network.h>
#include <kdbench/train/network/pair_context.h>
#include <kdbench/train/network/summed_model.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/session/completion.h>
#include <kdbench/train/session/trainee_factory.h>

#include <fmt/core.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

namespace kdbench::inline train {
namespace {

constexpr const char* kInitRole = "the earlier stage's";

}  // namespace

/// Depends on the seed alone: two methods start the same student from the same weights. A stage that goes on takes over
/// another's.
std::shared_ptr<Model> TraineeFactory::make_model(const Spec& spec) const {
  torch::manual_seed(seed_for(shared_.seed, "init"));
  auto model = shared_.factories.model(*spec.model, shared_.model_context());
  model->to(shared_.device);
  if (!spec.init) return model;
  const auto earlier = shared_.stored.record(*spec.init, kInitRole);
  load_state(*model, without_adapter(shared_.stored.weights(earlier, kLastState, kInitRole)), "the stage it starts from");
  return model;
}

/// The first part draws as a loss of its own would; the others draw from seeds of theirs, or two of one plugin would draw the
/// same.
std::vector<TrainedLoss> TraineeFactory::make_losses(const LossSpec& spec, Model& student) const {
  std::vector<Model*> teachers;
  if (shared_.teacher) teachers.push_back(&shared_.teacher->teacher().model());
  for (const auto& more : shared_.more_teachers) teachers.push_back(&more->teacher().model());
  auto context = pair_context(student, teachers, shared_.data);
  context.seed = seed_for(shared_.seed, "loss");
  std::vector<TrainedLoss> out;
  for (const auto& part : spec.parts) {
    if (!out.empty()) context.seed = seed_for(shared_.seed, fmt::format("loss {}", out.size() + 1));
    torch::manual_seed(context.seed);
    auto built = shared_.factories.loss(part.use, context);
    built.loss->to(shared_.device);
    out.push_back({part.name, std::move(built.loss), built.needs});
  }
  return out;
}

/// A copy of its own for every trainee: what a model keeps between calls is then shared by none.
FrozenTeacher TraineeFactory::make_teacher(const TeacherSpec& teacher, double temperature) const {
  std::vector<std::shared_ptr<Model>> parts;
  for (const auto& part : shared_.stored.network(teacher.job, teacher.checkpoint, "the teacher's"))
    parts.push_back(make_frozen(part, shared_.device, "the teacher"));
  auto own = parts.front();
  parts.erase(parts.begin());
  auto model = summed(std::move(own), std::move(parts));
  model->eval();
  return {std::move(model), temperature};
}

std::unique_ptr<Trainee> TraineeFactory::make_fresh(const Job& job, const std::filesystem::path& folder) const {
  const auto& spec = job.spec;
  TraineeParts parts;
  parts.job = job;
  parts.model = make_model(spec);
  if (spec.trains_loss_alone()) {
    for (auto& parameter : parts.model->parameters()) parameter.set_requires_grad(false);
  }
  parts.device = shared_.device;
  parts.folder = folder;
  parts.checkpoint_every = job.checkpoint_every;
  parts.deferred = shared_.options.deferred;
  if (spec.added_to) {
    for (const auto& part : shared_.stored.network(*spec.added_to, kLastState, "the frozen network's")) {
      parts.frozen.push_back(make_frozen(part, shared_.device, "the frozen network"));
    }
  }
  if (spec.loss) parts.losses = make_losses(*spec.loss, *parts.model);
  for (std::size_t i = 0; i < spec.more_teachers.size(); ++i)
    parts.more_teachers.push_back(make_teacher(spec.more_teachers[i], shared_.more_teachers.at(i)->temperature()));
  const auto reads_second_view = [](const TrainedLoss& part) { return part.needs.second_view && part.needs.teacher; };
  if (spec.teacher && std::any_of(parts.losses.begin(), parts.losses.end(), reads_second_view))
    parts.second_view_teacher = make_teacher(*spec.teacher, shared_.teacher->temperature());
  if (spec.loss_init)
    take_over(shared_.stored.loss_state(*spec.loss_init, kInitRole), parts.losses, "the stage its loss starts from");
  for (const auto& part : parts.losses) {
    if (part.needs.adapts) parts.model = std::make_shared<AdaptedModel>(parts.model, part.loss);
  }
  return std::make_unique<Trainee>(std::move(parts), shared_.data);
}

std::unique_ptr<Trainee> TraineeFactory::make(const Job& job) const {
  const auto folder = training_folder(shared_.store, job.id);
  if (begin_training(folder, shared_.origin_of(job.spec))) {
    note(fmt::format("{}: begins anew: what there was of it came from another build of its plugins, or of a network it needs",
                     job.label.text()));
  }
  auto trainee = make_fresh(job, folder);
  try {
    if (trainee->resume()) {
      note(fmt::format("{}: continues at epoch {}, step {}", job.label.text(), trainee->epoch() + 1,
                       trainee->step() % trainee->per_epoch() + 1));
    }
    return trainee;
  } catch (const std::exception& error) {
    note(fmt::format("{}: its checkpoint is not used: {}", job.label.text(), error.what()));
  }
  return make_fresh(job, folder);
}

}  // namespace kdbench::inline train
