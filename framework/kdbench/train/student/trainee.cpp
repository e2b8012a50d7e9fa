#include <kdbench/base/hash.h>
#include <kdbench/base/seeds.h>
#include <kdbench/calibration/information.h>
#include <kdbench/sdk/torch_compat.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/network/summed_model.h>
#include <kdbench/train/student/trainee.h>

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <fmt/core.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <mutex>

namespace kdbench::inline train {
namespace {

ObjectiveKnobs knobs_of(const Spec& spec) {
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
    : parts_(std::move(parts)),
      network_(summed(parts_.model, parts_.frozen)),
      data_(data),
      settings_(train_settings(parts_.job.spec.at("train"))),
      knobs_(knobs_of(parts_.job.spec)),
      sums_(parts_.deferred || !parts_.device.is_cpu()),
      deferred_(parts_.deferred || !parts_.device.is_cpu()),
      stream_(parts_.device),
      watch_(parts_.device) {
  needs_.teacher = false;
  if (parts_.loss) needs_ = parts_.loss->needs();
  if (const auto& loss = parts_.job.spec.at("loss"); !loss.is_null()) {
    kd_begin_ = loss.at("kd_begin");
    kd_end_ = loss.at("kd_end");
  }
  per_epoch_ = data.steps_per_epoch(settings_.batch_size);
  if (per_epoch_ == 0)
    throw Error(fmt::format("batch_size = {} leaves no training step for {} rows", settings_.batch_size, data.train().size()));
  dropout_seed_ = seed_for(static_cast<std::uint64_t>(parts_.job.spec.at("seed").get<std::int64_t>()), "dropout");
  to_channels_last(*parts_.model);
  network_->train();
  if (parts_.loss) parts_.loss->train();
  find_out_whether_stochastic();
  sgd_ = std::make_unique<FlatSgd>(trained_parameters(parts_),
                                   FlatSgd::Options{settings_.momentum, settings_.weight_decay, settings_.nesterov});
  watch_.start(0);
  graph_ = std::make_unique<StepGraph>(parts_.device,
                                       CapturePolicy(std::min(settings_.batch_size, data.train().size()), why_no_graph()));
}

void Trainee::find_out_whether_stochastic() {
  torch::NoGradGuard no_grad;
  const std::lock_guard<std::mutex> guard(generator_mutex());
  TensorDict before;
  for (const auto& [name, tensor] : state_of(*parts_.model)) before.emplace(name, tensor.clone());
  const auto positions = std::array<std::int64_t, 2>{0, 1};
  const auto batch = data_.batch(positions.data(), 2, 0, settings_);
  auto generator = at::globalContext().defaultGenerator(parts_.device);
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
    student = network_->forward(batch.images);
  }
  if (settings_.bf16) student.logits = student.logits.to(torch::kFloat32);
  const auto objective = objective_of(student, batch, teacher);
  if (!sums_.add(student.logits, batch.labels, objective)) diverged("the loss is not finite");
  if (deferred_) loss_ = objective.total.detach();
  objective.total.backward();
}

void Trainee::train_step(const Batch& batch, const ModelOutput& teacher) {
  const Stopwatch watch;
  sgd_->clear_gradients();
  lr_ = learning_rate(settings_, step_, per_epoch_);
  const auto step = [&] { deferred_ ? enqueue_step(batch, teacher) : forward_backward(batch, teacher); };
  if (stochastic_) {
    const std::lock_guard<std::mutex> guard(generator_mutex());
    torch::manual_seed(mix64(dropout_seed_ ^ static_cast<std::uint64_t>(step_)));
    step();
  } else {
    step();
  }
  if (!deferred_ && !sgd_->step(lr_)) diverged("a gradient is not finite");
  ++step_;
  const auto seconds = watch.seconds();
  timings.train_s += seconds;
  epoch_seconds_ += seconds;
}

/// One step without looking at any of its numbers.
void Trainee::enqueue_step(const Batch& batch, const ModelOutput& teacher) {
  sgd_->set_rate(lr_);
  sums_.count(batch.labels.size(0));
  graph_->run(batch, teacher, terms_on(epoch()), [this](const Batch& inputs, const ModelOutput& taught) {
    sgd_->clear_gradients();
    forward_backward(inputs, taught);
    watch_.see(loss_, sgd_->step_on_device());
  });
}

void Trainee::wait_for_steps() {
  if (!deferred_) return;
  const Stopwatch watch;
  DeviceEvent::after_work_on(parts_.device).wait();
  const auto found = watch_.read();
  const auto seconds = watch.seconds();
  timings.train_s += seconds;
  epoch_seconds_ += seconds;
  if (!found) return;
  throw Diverged(fmt::format("{} is not finite in epoch {}, step {}", found->in_loss ? "the loss" : "a gradient",
                             found->step / per_epoch_ + 1, found->step % per_epoch_ + 1));
}

std::string Trainee::why_no_graph() const {
  if (stochastic_) return "the model draws random numbers";
  if (parts_.loss && !needs_.repeatable) return "the loss does not promise that its steps repeat (LossNeeds::repeatable)";
  return {};
}

double Trainee::samples_per_second() const {
  if (history_.empty()) return 0;
  const double seconds = history_.back().at("seconds");
  return seconds > 0 ? static_cast<double>(data_.train().size()) / seconds : 0;
}

void Trainee::end_epoch() {
  const auto done = step_ / per_epoch_;
  wait_for_steps();
  if (!sums_.collect()) throw Diverged(fmt::format("a loss or gradient is not finite in epoch {}", done));
  Json row = sums_.means();
  row["epoch"] = done;
  row["lr"] = lr_;
  row["seconds"] = epoch_seconds_;
  row["val"] = nullptr;
  row["val_information"] = nullptr;
  if (data_.validation().size() > 0 && (done % settings_.evaluate_every == 0 || finished())) validate(row);
  history_.push_back(std::move(row));
  keep_snapshot(done);
  sums_.clear();
  epoch_seconds_ = 0;
  if (!finished() && done % parts_.checkpoint_every == 0) save();
}

void Trainee::validate(Json& row) {
  const Stopwatch watch;
  const auto answers = answers_of(*network_, data_, data_.validation());
  const auto m = measured(answers.logits, data_.validation().labels);
  const auto quick = measure_quickly(m.view(), parts_.job.spec.at("bins"));
  const auto told = information(m.view(), quick.nll, doubles(answers.embedding));
  const auto done = step_ / per_epoch_;
  row["val"] = {{"accuracy", quick.accuracy},
                {"nll", number(quick.nll)},
                {"ece", quick.ece},
                {"label_information", number(told.label)},
                {"input_information", told.input ? Json(*told.input) : Json()}};
  row["val_information"] = number(told.total());
  validation_accuracy_ = quick.accuracy;
  TensorDict state;  // of this epoch, copied once for all rules
  keep_if_best("best_val", quick.accuracy, done, state);
  keep_if_best("min_val_ece", -quick.ece, done, state);
  keep_if_best("min_val_nll", -quick.nll, done, state);
  keep_if_best("max_val_information", told.total(), done, state);
  timings.evaluate_s += watch.seconds();
}

TensorDict Trainee::snapshot() const {
  TensorDict out;
  for (const auto& [name, tensor] : state_of(*parts_.model)) out.emplace(name, tensor.detach().cpu().clone());
  return out;
}

void Trainee::keep_if_best(const std::string& rule, double value, std::int64_t epoch, TensorDict& state) {
  const auto it = kept_.find(rule);
  if (it != kept_.end() && !(value > it->second.value)) return;
  if (state.empty()) state = snapshot();
  kept_[rule] = {value, epoch, state};
}

}  // namespace kdbench::inline train
