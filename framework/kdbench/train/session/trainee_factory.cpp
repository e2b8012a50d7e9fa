#include <kdbench/base/seeds.h>
#include <kdbench/train/network/adapted_model.h>
#include <kdbench/train/network/frozen_network.h>
#include <kdbench/train/network/pair_context.h>
#include <kdbench/train/network/summed_model.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/objective/loss_guard.h>
#include <kdbench/train/session/completion.h>
#include <kdbench/train/session/trainee_factory.h>

#include <fmt/core.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

namespace kdbench::inline train {
namespace {

constexpr const char *kInitRole = "the earlier stage's", *kMatchedRole = "the matched first gradient's";

/// Of the draws for `what` that one network of a set makes; the first one's are those of a network that learns by itself.
std::uint64_t seed_of_member(std::uint64_t seed, const Spec& spec, const std::string& what) {
  const auto member = spec.lockstep ? spec.lockstep->member : 0;
  return seed_for(seed, member == 0 ? what : fmt::format("{} of network {}", what, member + 1));
}

}  // namespace

/// Depends on the seed alone: two methods start the same student from the same weights. A stage that goes on takes over
/// another's.
std::shared_ptr<Model> TraineeFactory::make_model(const Spec& spec) const {
  torch::manual_seed(seed_of_member(shared_.seed, spec, "init"));
  auto model = shared_.factories.model(*spec.model, shared_.model_context());
  model->to(shared_.device);
  if (!spec.init) return model;
  const auto earlier = shared_.stored.record(*spec.init, kInitRole);
  load_state(*model, without_adapter(shared_.stored.weights(earlier, kLastState, kInitRole)), "the stage it starts from");
  return model;
}

/// @throws kdbench::Error where its record does not tell
double TraineeFactory::first_gradient_norm(const std::string& job) const {
  const auto norm = shared_.stored.record(job, kMatchedRole).extra.first_gradient_norm;
  if (norm && *norm > 0) return *norm;
  if (norm) throw Error(fmt::format("the first gradient of job {} is zero, so no learning rate matches it", job.substr(0, 12)));
  throw Error(
      fmt::format("{} says nothing of its first gradient, being of an earlier version: move it away to have it trained "
                  "again",
                  shared_.store.record_path(job).string()));
}

/// The first part draws as a loss of its own would; the others draw from seeds of theirs, or two of one plugin would draw the
/// same.
std::vector<TrainedLoss> TraineeFactory::make_losses(const Spec& spec, Model& student,
                                                     const std::vector<Model*>& teachers) const {
  auto context = pair_context(student, teachers, shared_.data);
  context.seed = seed_of_member(shared_.seed, spec, "loss");
  std::vector<TrainedLoss> out;
  for (const auto& part : spec.loss->parts) {
    if (!out.empty()) context.seed = seed_of_member(shared_.seed, spec, fmt::format("loss {}", out.size() + 1));
    torch::manual_seed(context.seed);
    const StateGuard state;
    auto built = shared_.factories.loss(part.use, context);
    state.check("the loss");
    built.loss->to(shared_.device);
    out.push_back({part.name, std::move(built.loss), built.needs});
  }
  return out;
}

std::vector<Model*> TraineeFactory::teachers() const {
  std::vector<Model*> out;
  if (shared_.teacher) out.push_back(&shared_.teacher->teacher().model());
  for (const auto& more : shared_.more_teachers) out.push_back(&more->teacher().model());
  return out;
}

/// A copy of its own for every trainee: what a model keeps between calls is then shared by none.
FrozenTeacher TraineeFactory::make_teacher(const TeacherSpec& teacher, const SessionTeacher& loaded) const {
  std::vector<std::shared_ptr<Model>> parts;
  for (const auto& part : shared_.stored.network(teacher.job, teacher.checkpoint, "the teacher's"))
    parts.push_back(make_frozen(part, shared_.device, "the teacher"));
  auto own = parts.front();
  parts.erase(parts.begin());
  auto model = summed(std::move(own), std::move(parts));
  model->eval();
  return {std::move(model), loaded.temperature(), loaded.calibrator(teacher)};
}

std::shared_ptr<GradientPolicy> TraineeFactory::make_gradient_policy(const Spec& spec, const TraineeParts& parts) const {
  GradientContext context;
  for (const auto& parameter : trained_parameters(parts)) context.num_parameters += parameter.numel();
  if (spec.train->optimizer == "sgd") context.momentum = spec.train->momentum;
  auto policy = shared_.factories.gradient_policy(*spec.loss->gradient_policy, context);
  policy->to(shared_.device);
  return policy;
}

std::unique_ptr<Trainee> TraineeFactory::make_fresh(const Place& place, std::shared_ptr<Model> model,
                                                    const std::vector<Model*>& teachers) const {
  const auto& job = place.job;
  const auto& spec = job.spec;
  TraineeParts parts;
  parts.job = job;
  parts.model = std::move(model);
  parts.is_recorded = place.is_recorded;
  if (spec.trains_loss_alone()) {
    for (auto& parameter : parts.model->parameters()) parameter.set_requires_grad(false);
  }
  parts.device = shared_.device;
  parts.folder = place.folder;
  parts.checkpoint_every = job.checkpoint_every;
  parts.deferred = shared_.options.deferred;
  if (spec.lr_matched_to) parts.matched_norm = first_gradient_norm(*spec.lr_matched_to);
  if (spec.added_to) {
    for (const auto& part : shared_.stored.network(*spec.added_to, kLastState, "the frozen network's")) {
      parts.frozen.push_back(make_frozen(part, shared_.device, "the frozen network"));
    }
  }
  if (spec.teacher) parts.calibrator = shared_.teacher->calibrator(*spec.teacher);
  if (spec.loss) parts.losses = make_losses(spec, *parts.model, teachers);
  for (std::size_t i = 0; i < spec.more_teachers.size(); ++i)
    parts.more_teachers.push_back(make_teacher(spec.more_teachers[i], *shared_.more_teachers.at(i)));
  const auto reads_second_view = [](const TrainedLoss& part) { return part.needs.second_view && part.needs.teacher; };
  if (spec.teacher && std::any_of(parts.losses.begin(), parts.losses.end(), reads_second_view))
    parts.second_view_teacher = make_teacher(*spec.teacher, *shared_.teacher);
  if (spec.loss_init)
    take_over(shared_.stored.loss_state(*spec.loss_init, kInitRole), parts.losses, "the stage its loss starts from");
  for (const auto& part : parts.losses) {
    if (part.needs.adapts) parts.model = std::make_shared<AdaptedModel>(parts.model, part.loss);
  }
  if (spec.loss && spec.loss->gradient_policy) parts.gradient_policy = make_gradient_policy(spec, parts);
  return std::make_unique<Trainee>(std::move(parts), shared_.data);
}

std::unique_ptr<Trainee> TraineeFactory::make_untrained(const Job& job) const {
  auto untrained = job;
  untrained.spec.lr_matched_to.reset();  // no step is made
  return make_fresh(Place{std::move(untrained), {}, false}, make_model(job.spec), teachers());
}

/// Networks that learn together are each other's teachers.
TraineeSet TraineeFactory::make_fresh(const std::vector<Place>& places) const {
  std::vector<std::shared_ptr<Model>> models;
  for (const auto& place : places) models.push_back(make_model(place.job.spec));
  std::vector<std::unique_ptr<Trainee>> out;
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto taught_by = teachers();
    for (std::size_t other = 0; other < models.size(); ++other) {
      if (other != i) taught_by.push_back(models[other].get());
    }
    out.push_back(make_fresh(places[i], models[i], taught_by));
  }
  if (models.size() > 1) {  // each was looked at, in eval mode, for the losses of the others
    for (const auto& model : models) model->train();
  }
  return TraineeSet(std::move(out));
}

std::vector<TraineeFactory::Place> TraineeFactory::places_of(const std::vector<Job>& jobs) const {
  const auto& asked = jobs.front();
  std::vector<Place> out;
  for (const auto& spec : specs_of_set(asked.spec)) {
    const auto member = [](const Spec& of) { return of.lockstep ? of.lockstep->member : 0; };
    const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const Job& j) { return member(j.spec) == member(spec); });
    if (job != jobs.end()) {
      out.push_back({*job, training_folder(shared_.store, job->id), true});
      continue;
    }
    Job beside = asked;
    beside.id = fmt::format("{} network {}", asked.id, member(spec) + 1);
    beside.spec = spec;
    beside.keep_epochs.clear();
    out.push_back(
        {std::move(beside), training_folder(shared_.store, asked.id) / fmt::format("network_{}", member(spec) + 1), false});
  }
  return out;
}

TraineeSet TraineeFactory::make(const std::vector<Job>& jobs) const {
  const auto places = places_of(jobs);
  for (const auto& place : places) {
    if (place.is_recorded && begin_training(place.folder, shared_.origin_of(place.job.spec))) {
      note(fmt::format("{}: begins anew: what there was of it came from another build of its plugins, or of a network it needs",
                       place.job.label.text()));
    }
    if (!place.is_recorded) std::filesystem::create_directories(place.folder);
  }
  auto set = make_fresh(places);
  const auto& label = jobs.front().label;
  try {
    std::size_t resumed = 0;
    for (const auto& network : set.networks()) resumed += network->resume() ? 1 : 0;
    const auto& lead = set.lead();
    const bool in_step = std::all_of(set.networks().begin(), set.networks().end(),
                                     [&](const auto& network) { return network->step() == lead.step(); });
    if (!in_step) throw Error("the networks that learn together were cut off at different steps");
    if (resumed > 0) {
      note(fmt::format("{}: continues at epoch {}, step {}", label.text(), lead.epoch() + 1, lead.step() % lead.per_epoch() + 1));
    }
    return set;
  } catch (const std::exception& error) {
    note(fmt::format("{}: its checkpoint is not used: {}", label.text(), error.what()));
  }
  return make_fresh(places);
}

}  // namespace kdbench::inline train
