#include <kdbench/base/seeds.h>
#include <kdbench/train/network/frozen_network.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/session/completion.h>
#include <kdbench/train/session/trainee_factory.h>

#include <fmt/core.h>
#include <torch/utils.h>

#include <vector>

namespace kdbench::inline train {
namespace {

std::vector<FeatureShape> shapes(Model& model, const ModelOutput& output) {
  std::vector<FeatureShape> out;
  for (const auto& name : model.feature_names()) {
    const auto& map = output.features.at(name);
    const auto size = [&](std::int64_t d) { return d < map.dim() ? map.size(d) : 1; };
    out.push_back({name, size(1), size(2), size(3)});
  }
  return out;
}

}  // namespace

/// Depends on the seed alone: two methods start the same student from the same weights. A stage that goes on takes over
/// another's.
std::shared_ptr<Model> TraineeFactory::make_model(const Spec& spec) const {
  torch::manual_seed(seed_for(shared_.seed, "init"));
  auto model = shared_.factories.model(*spec.model, shared_.model_context());
  model->to(shared_.device);
  if (!spec.init) return model;
  const std::string role = "the earlier stage's";
  const auto earlier = shared_.stored.record(*spec.init, role);
  load_state(*model, shared_.stored.weights(earlier, kLastState, role), "the stage it starts from");
  return model;
}

LossContext TraineeFactory::loss_context(Model& student) const {
  torch::NoGradGuard no_grad;
  const auto& data = shared_.data;
  LossContext context;
  context.num_classes = data.info().num_classes;
  context.num_train = data.train().size();
  context.seed = seed_for(shared_.seed, "loss");
  const auto images = data.images(data.train(), 0, 2);
  student.eval();
  const auto s = student.forward(images);
  context.student = shapes(student, s);
  if (s.embedding.defined()) context.student_embedding = s.embedding.size(1);
  if (!shared_.teacher) return context;
  const auto& teacher = shared_.teacher->teacher();
  const auto t = teacher.forward(0, images, {true, true});
  context.teacher = shapes(teacher.model(), t);
  if (t.embedding.defined()) context.teacher_embedding = t.embedding.size(1);
  return context;
}

/// The first part draws as a loss of its own would; the others draw from seeds of theirs, or two of one plugin would draw the
/// same.
std::vector<TrainedLoss> TraineeFactory::make_losses(const LossSpec& spec, Model& student) const {
  auto context = loss_context(student);
  std::vector<TrainedLoss> out;
  for (const auto& part : spec.parts) {
    if (!out.empty()) context.seed = seed_for(shared_.seed, fmt::format("loss {}", out.size() + 1));
    torch::manual_seed(context.seed);
    auto loss = shared_.factories.loss(part.use, context);
    loss->to(shared_.device);
    out.push_back({part.name, std::move(loss)});
  }
  return out;
}

std::unique_ptr<Trainee> TraineeFactory::make_fresh(const Job& job, const std::filesystem::path& folder) const {
  const auto& spec = job.spec;
  TraineeParts parts;
  parts.job = job;
  parts.model = make_model(spec);
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
