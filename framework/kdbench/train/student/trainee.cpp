#include <kdbench/base/seeds.h>
#include <kdbench/calibration/information.h>
#include <kdbench/results/store.h>
#include <kdbench/sdk/error.h>
#include <kdbench/train/data/schedule.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/network/summed_model.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/optimizer/make_optimizer.h>
#include <kdbench/train/steps/deferred_steps.h>
#include <kdbench/train/steps/direct_steps.h>
#include <kdbench/train/student/checkpoint.h>
#include <kdbench/train/student/final_measures.h>
#include <kdbench/train/student/trainee.h>

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <fmt/core.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>

namespace kdbench::inline train {
namespace {

Learner make_learner(const TraineeParts& parts, const TrainData& data) {
  const auto batch_size = parts.job.spec.train->batch_size;
  const auto per_epoch = data.steps_per_epoch(batch_size);
  if (per_epoch == 0)
    throw Error(fmt::format("batch_size = {} leaves no training step for {} rows", batch_size, data.train().size()));
  to_channels_last(*parts.model);
  const auto network = summed(parts.model, parts.frozen);
  network->train(!parts.job.spec.trains_loss_alone());
  for (const auto& part : parts.losses) part.loss->train();
  return {network, parts.losses, {parts.more_teachers, parts.second_view_teacher}, parts.device, parts.job.spec, per_epoch};
}

StepRandomness find_randomness(const TraineeParts& parts, const TrainData& data) {
  constexpr std::array<std::int64_t, 2> kRows{0, 1};
  const auto& spec = parts.job.spec;
  const auto batch = data.batch(kRows.data(), 2, 0, *spec.train);
  if (!spec.lockstep || spec.lockstep->member == 0) return {*parts.model, batch, parts.device, spec.seed};
  const auto own = seed_for(static_cast<std::uint64_t>(spec.seed), fmt::format("network {}", spec.lockstep->member + 1));
  return {*parts.model, batch, parts.device, static_cast<std::int64_t>(own)};
}

}  // namespace

std::vector<torch::Tensor> trained_parameters(const TraineeParts& parts) {
  auto all = parts.model->parameters();
  for (const auto& part : parts.losses) {
    if (part.needs.adapts) continue;  // its parameters are the model's
    for (const auto& p : part.loss->parameters()) all.push_back(p);
  }
  std::erase_if(all, [](const torch::Tensor& p) { return !p.requires_grad(); });
  return all;
}

Trainee::Trainee(TraineeParts parts, const TrainData& data)
    : parts_(std::move(parts)),
      data_(data),
      learner_(make_learner(parts_, data)),
      randomness_(find_randomness(parts_, data)),
      gradients_(parts_.gradient_policy, trained_parameters(parts_)),
      first_gradient_(parts_.matched_norm),
      optimizer_(make_optimizer(trained_parameters(parts_), recipe())),
      stream_(parts_.device),
      steps_(make_steps()) {}

std::unique_ptr<TrainingSteps> Trainee::make_steps() {
  const StepParts parts{learner_, *optimizer_, randomness_, gradients_, first_gradient_, parts_.job.spec.lockstep.has_value()};
  if (!parts_.deferred && parts_.device.is_cpu()) return std::make_unique<DirectSteps>(parts);
  return std::make_unique<DeferredSteps>(parts, parts_.device, std::min(recipe().batch_size, data_.train().size()));
}

void Trainee::add_training_time(double seconds) {
  seconds_.train += seconds;
  epoch_seconds_ += seconds;
}

void Trainee::train_step(const Batch& batch, const ModelOutput& teacher) {
  const Stopwatch watch;
  lr_ = learning_rate(recipe(), step_, per_epoch());
  steps_->run(batch, teacher, step_, lr_);
  lr_ *= first_gradient_.rate_factor();
  ++step_;
  add_training_time(watch.seconds());
}

torch::Tensor Trainee::gradient_of_terms(const Batch& batch, const ModelOutput& teacher) {
  std::int64_t epoch = 0;
  if (const auto& loss = parts_.job.spec.loss) {
    for (const auto& part : loss->parts) epoch = std::max(epoch, part.kd_begin);
  }
  const auto step = epoch * per_epoch();
  const auto alone = randomness_.begin(step);
  const auto objective = learner_.forward(batch, teacher, step).objective;
  torch::Tensor sum;
  for (std::size_t i = 0; i < objective.summands.size(); ++i) {
    const auto& [name, value, weight] = objective.summands[i];
    if (i == 0 && name == "ce") continue;
    sum = sum.defined() ? sum + value * weight : value * weight;
  }
  if (!sum.defined() || !sum.requires_grad()) return {};
  auto parameters = parts_.model->parameters();
  std::erase_if(parameters, [](const torch::Tensor& p) { return !p.requires_grad(); });
  const auto gradients = torch::autograd::grad({sum}, parameters, {}, false, false, true);
  std::vector<torch::Tensor> flat;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    flat.push_back(gradients[i].defined() ? gradients[i].flatten() : at::zeros({parameters[i].numel()}, parameters[i].options()));
  return at::cat(flat);
}

ModelOutput Trainee::look(const Batch& batch) {
  const Stopwatch watch;
  const auto alone = randomness_.begin(step_);
  auto seen = learner_.look(batch);
  add_training_time(watch.seconds());
  return seen;
}

void Trainee::wait_for_steps() {
  const Stopwatch watch;
  const auto found = steps_->wait();
  add_training_time(watch.seconds());
  if (found) throw diverged(*found, per_epoch());
}

double Trainee::samples_per_second() const {
  if (history_.empty()) return 0;
  const double seconds = history_.back().seconds;
  return seconds > 0 ? static_cast<double>(data_.train().size()) / seconds : 0;
}

std::optional<double> Trainee::validation_accuracy() const {
  const auto last = std::find_if(history_.rbegin(), history_.rend(), [](const auto& row) { return row.val.has_value(); });
  if (last == history_.rend()) return std::nullopt;
  return last->val->accuracy;
}

void Trainee::end_epoch() {
  const auto done = step_ / per_epoch();
  wait_for_steps();
  const auto& sums = steps_->sums();
  if (!sums.finite()) throw Diverged(fmt::format("a loss or gradient is not finite in epoch {}", done));
  auto row = sums.means();
  row.epoch = done;
  row.lr = lr_;
  row.seconds = epoch_seconds_;
  if (data_.validation().size() > 0 && (done % recipe().evaluate_every == 0 || finished())) validate(row);
  history_.push_back(std::move(row));
  keep_snapshot(done);
  steps_->start(step_, {});
  epoch_seconds_ = 0;
  if (!finished() && done % parts_.checkpoint_every == 0) save();
}

void Trainee::validate(EpochRecord& row) {
  const Stopwatch watch;
  const auto outputs = outputs_of(learner_.network(), data_, data_.validation());
  const auto rows = logits_and_labels(outputs.logits, data_.validation().labels);
  const auto quick = measure_quickly(rows.view(), static_cast<int>(parts_.job.spec.bins));
  const auto told = information(rows.view(), quick.nll, values_of(outputs.embedding));
  row.val = EpochValidation{quick.accuracy, quick.nll, quick.ece, told.label, told.input};
  row.val_information = told.total();
  best_.offer(row, [&] { return copy_of_state(*parts_.model); });
  seconds_.evaluate += watch.seconds();
}

void Trainee::keep_snapshot(std::int64_t epoch) {
  const auto& wanted = parts_.job.keep_epochs;
  if (std::find(wanted.begin(), wanted.end(), epoch) == wanted.end()) return;
  const Stopwatch watch;
  const auto name = snapshot_name(epoch);
  if (data_.test().size() > 0) {
    const auto logits = logits_of(learner_.network(), data_, data_.test());
    save_tensors(parts_.folder / (name + "_test_logits.safetensors"), {{name, logits}});
  }
  save_tensors(parts_.folder / (name + ".safetensors"), copy_of_state(*parts_.model));
  seconds_.save += watch.seconds();
}

void Trainee::check_snapshots() const {
  for (const auto kept : parts_.job.keep_epochs) {
    const auto file = parts_.folder / (snapshot_name(kept) + ".safetensors");
    if (kept <= epoch() && !std::filesystem::exists(file)) {
      throw Error(fmt::format("it was made without keeping the network after epoch {}, which is wanted now", kept));
    }
  }
}

void Trainee::save() {
  wait_for_steps();
  const Stopwatch watch;
  TrainingCheckpoint out;
  out.state.job = parts_.job.id;
  out.state.data = data_.data_sha256();
  out.state.step = step_;
  out.state.history = history_;
  out.state.sums = steps_->sums();
  out.state.lr = lr_;
  out.state.first_gradient_norm = first_gradient_.norm();
  out.state.epoch_seconds = epoch_seconds_;
  out.state.train_s = seconds_.train;
  out.state.evaluate_s = seconds_.evaluate;
  out.state.validation_accuracy = validation_accuracy().value_or(-1);
  out.model = state_of(*parts_.model);
  out.loss = state_of(parts_.losses);
  out.policy = gradients_.state();
  out.optimizer = optimizer_->state();
  for (const auto& [rule, state] : best_.by_rule()) {
    out.state.kept[rule] = state.mark;
    out.kept[rule] = state.weights;
  }
  save_checkpoint(checkpoint_file(parts_.folder), out);
  seconds_.save += watch.seconds();
}

bool Trainee::resume() {
  const auto file = checkpoint_file(parts_.folder);
  auto from = load_checkpoint(file, parts_.job.id, data_.data_sha256());
  if (!from) return false;
  const auto what = "checkpoint " + file.string();
  load_state(*parts_.model, from->model, what);
  load_state(parts_.losses, from->loss, what);
  gradients_.load(from->policy, what);
  optimizer_->restore(from->optimizer);
  std::map<std::string, BestState> best;
  for (const auto& [rule, mark] : from->state.kept) best[rule] = {mark, from->kept.at(rule)};
  best_.restore(std::move(best));
  step_ = from->state.step;
  check_snapshots();
  steps_->start(step_, from->state.sums);
  history_ = std::move(from->state.history);
  lr_ = from->state.lr;
  if (const auto norm = from->state.first_gradient_norm) first_gradient_.take(*norm);
  epoch_seconds_ = from->state.epoch_seconds;
  seconds_.train = from->state.train_s;
  seconds_.evaluate = from->state.evaluate_s;
  return true;
}

void Trainee::forget() const {
  std::error_code ignored;
  std::filesystem::remove(checkpoint_file(parts_.folder), ignored);
}

void Trainee::finish(RunRecord& record) {
  const Stopwatch watch;
  FinalMeasures measures(*parts_.model, learner_.network(), data_, static_cast<int>(parts_.job.spec.bins), parts_.folder);
  measures.take(record, recipe().epochs, best_);
  if (const auto loss = state_of(parts_.losses); !loss.empty()) save_tensors(parts_.folder / kLossStateFile, loss);
  seconds_.evaluate += watch.seconds();
  record.epochs = history_;
  record.extra.num_params = num_parameters(*parts_.model);
  record.extra.graph = steps_->report();
  record.extra.first_gradient_norm = first_gradient_.norm();
  if (first_gradient_.is_matched()) record.extra.rate_factor = first_gradient_.rate_factor();
  std::int64_t frozen = 0;
  for (const auto& model : parts_.frozen) frozen += num_parameters(*model);
  if (frozen > 0) record.extra.num_frozen_params = frozen;
}

}  // namespace kdbench::inline train
