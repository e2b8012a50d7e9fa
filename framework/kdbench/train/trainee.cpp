#include <kdbench/base/hash.h>
#include <kdbench/base/seeds.h>
#include <kdbench/calibration/temperature.h>
#include <kdbench/sdk/torch_compat.h>
#include <kdbench/train/clock.h>
#include <kdbench/train/trainee.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <fmt/core.h>
#include <torch/utils.h>

#include <cmath>
#include <mutex>

namespace kdbench {
namespace {

/// libtorch has one default generator a process; a model that draws from it must have it alone for the length of a step.
std::mutex& generator_mutex() {
  static std::mutex mutex;
  return mutex;
}

ObjectiveKnobs knobs_of(const Json& spec) {
  ObjectiveKnobs knobs;
  knobs.label_smoothing = spec.at("train").at("label_smoothing");
  const auto& loss = spec.at("loss");
  if (loss.is_null()) return knobs;
  knobs.alpha = loss.at("alpha");
  knobs.tau_student = loss.at("tau_student");
  knobs.tau_teacher = loss.at("tau_teacher");
  knobs.teacher_temperature = loss.at("teacher_temperature");
  knobs.tau_squared = loss.at("tau_squared");
  return knobs;
}

std::vector<torch::Tensor> trained_parameters(const TraineeParts& parts) {
  auto all = parts.model->parameters();
  if (parts.loss) {
    for (const auto& p : parts.loss->parameters()) all.push_back(p);
  }
  std::erase_if(all, [](const torch::Tensor& p) { return !p.requires_grad(); });
  return all;
}

}  // namespace

Trainee::Trainee(TraineeParts parts, const TrainData& data)
    : parts_(std::move(parts)), data_(data), settings_(train_settings(parts_.job.spec.at("train"))), knobs_(knobs_of(parts_.job.spec)) {
  needs_.teacher = false;
  if (parts_.loss) needs_ = parts_.loss->needs();
  if (const auto& loss = parts_.job.spec.at("loss"); !loss.is_null()) {
    kd_begin_ = loss.at("kd_begin");
    kd_end_ = loss.at("kd_end");
  }
  per_epoch_ = data.steps_per_epoch(settings_.batch_size);
  if (per_epoch_ == 0) throw Error(fmt::format("batch_size = {} leaves no training step for {} rows", settings_.batch_size, data.train().size()));
  dropout_seed_ = seed_for(static_cast<std::uint64_t>(parts_.job.spec.at("seed").get<std::int64_t>()), "dropout");
  to_channels_last(*parts_.model);
  parts_.model->train();
  if (parts_.loss) parts_.loss->train();
  find_out_whether_stochastic();
  sgd_ = std::make_unique<FlatSgd>(trained_parameters(parts_),
                                   FlatSgd::Options{settings_.momentum, settings_.weight_decay, settings_.nesterov});
}

void Trainee::find_out_whether_stochastic() {
  torch::NoGradGuard no_grad;
  const std::lock_guard<std::mutex> guard(generator_mutex());
  TensorDict before;
  for (const auto& [name, tensor] : state_of(*parts_.model)) before.emplace(name, tensor.clone());
  const auto positions = std::array<std::int64_t, 2>{0, 1};
  const auto batch = data_.batch(positions.data(), 2, 0, settings_);
  auto generator = at::detail::getDefaultCPUGenerator();
  const auto state = generator.get_state();
  parts_.model->forward(batch.images);
  stochastic_ = !generator.get_state().equal(state);
  load_state(*parts_.model, before, "the model");
}

void Trainee::diverged(const std::string& what) const {
  throw Diverged(fmt::format("{} in epoch {}, step {}", what, epoch() + 1, step_ % per_epoch_ + 1));
}

Objective Trainee::objective_of(const ModelOutput& student, const Batch& batch, const ModelOutput& teacher) {
  LossTerms terms;
  if (terms_on(epoch())) {
    ModelOutput scaled = teacher;
    if (scaled.logits.defined() && knobs_.teacher_temperature != 1.0) scaled.logits = scaled.logits / knobs_.teacher_temperature;
    const torch::Tensor none;
    terms = parts_.loss->forward({student, scaled, batch.labels, batch.indices, needs_.posterior ? batch.posterior : none,
                                  batch.images, knobs_.tau_student, knobs_.tau_teacher, epoch(), settings_.epochs, step_,
                                  settings_.epochs * per_epoch_});
  }
  return objective(student.logits, batch.labels, terms, knobs_);
}

void Trainee::forward_backward(const Batch& batch, const ModelOutput& teacher) {
  ModelOutput student;
  {
    const Bf16Scope bf16(settings_.bf16, parts_.device.is_cuda());
    student = parts_.model->forward(batch.images);
  }
  if (settings_.bf16) student.logits = student.logits.to(torch::kFloat32);
  const auto objective = objective_of(student, batch, teacher);
  if (!sums_.add(student.logits, batch.labels, objective)) diverged("the loss is not finite");
  objective.total.backward();
}

void Trainee::train_step(const Batch& batch, const ModelOutput& teacher) {
  const Stopwatch watch;
  sgd_->clear_gradients();
  lr_ = learning_rate(settings_, step_, per_epoch_);
  if (stochastic_) {
    const std::lock_guard<std::mutex> guard(generator_mutex());
    torch::manual_seed(mix64(dropout_seed_ ^ static_cast<std::uint64_t>(step_)));
    forward_backward(batch, teacher);
  } else {
    forward_backward(batch, teacher);
  }
  if (!sgd_->step(lr_)) diverged("a gradient is not finite");
  ++step_;
  const auto seconds = watch.seconds();
  timings.train_s += seconds;
  epoch_seconds_ += seconds;
}

double Trainee::samples_per_second() const {
  if (history_.empty()) return 0;
  const double seconds = history_.back().at("seconds");
  return seconds > 0 ? static_cast<double>(data_.train().size()) / seconds : 0;
}

void Trainee::end_epoch() {
  const auto done = step_ / per_epoch_;
  bool finite = sums_.collect();
  if (!parts_.device.is_cpu()) finite = finite && sgd_->nonfinite().item<double>() == 0;
  if (!finite) throw Diverged(fmt::format("a loss or gradient is not finite in epoch {}", done));
  Json row = sums_.means();
  row["epoch"] = done;
  row["lr"] = lr_;
  row["seconds"] = epoch_seconds_;
  row["val"] = nullptr;
  if (data_.validation().size() > 0 && (done % settings_.evaluate_every == 0 || finished())) validate(row);
  history_.push_back(std::move(row));
  sums_.clear();
  epoch_seconds_ = 0;
  if (!finished() && done % parts_.checkpoint_every == 0) save();
}

void Trainee::validate(Json& row) {
  const Stopwatch watch;
  const auto m = measured(logits_of(*parts_.model, data_, data_.validation()), data_.validation().labels);
  const auto quick = measure_quickly(m.view(), parts_.job.spec.at("bins"));
  const auto done = step_ / per_epoch_;
  row["val"] = {{"accuracy", quick.accuracy}, {"nll", number(quick.nll)}, {"ece", quick.ece}};
  validation_accuracy_ = quick.accuracy;
  keep_if_best("best_val", quick.accuracy, done);
  keep_if_best("min_val_ece", -quick.ece, done);
  keep_if_best("min_val_nll", -quick.nll, done);
  timings.evaluate_s += watch.seconds();
}

TensorDict Trainee::snapshot() const {
  TensorDict out;
  for (const auto& [name, tensor] : state_of(*parts_.model)) out.emplace(name, tensor.detach().cpu().clone());
  return out;
}

void Trainee::keep_if_best(const std::string& rule, double value, std::int64_t epoch) {
  const auto it = kept_.find(rule);
  if (it != kept_.end() && !(value > it->second.value)) return;
  kept_[rule] = {value, epoch, snapshot()};
}

}  // namespace kdbench
