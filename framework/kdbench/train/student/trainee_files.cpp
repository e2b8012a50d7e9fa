// What a trainee writes and reads: checkpoints while it trains, weights and measurements when it is done.
#include <kdbench/base/files.h>
#include <kdbench/calibration/temperature.h>
#include <kdbench/results/store.h>
#include <kdbench/train/device/stopwatch.h>
#include <kdbench/train/student/trainee.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline train {
namespace {

void add_prefixed(TensorDict& into, const std::string& prefix, const TensorDict& tensors) {
  for (const auto& [name, tensor] : tensors) into.emplace(prefix + name, tensor);
}

TensorDict take_prefixed(const TensorDict& from, const std::string& prefix) {
  TensorDict out;
  for (const auto& [name, tensor] : from) {
    if (name.starts_with(prefix)) out.emplace(name.substr(prefix.size()), tensor);
  }
  return out;
}

}  // namespace

void Trainee::save() {
  wait_for_steps();
  const Stopwatch watch;
  sums_.collect();
  TensorDict tensors;
  add_prefixed(tensors, "model/", state_of(*parts_.model));
  if (parts_.loss) add_prefixed(tensors, "loss/", state_of(*parts_.loss));
  tensors.emplace("sgd/momentum", sgd_->momentum());
  Json kept = Json::object();
  for (const auto& [rule, state] : kept_) {
    add_prefixed(tensors, "kept/" + rule + "/", state.state);
    kept[rule] = {{"value", number(state.value)}, {"epoch", state.epoch}};
  }
  const Json state{{"job", parts_.job.id},
                   {"data", data_.data_sha256()},
                   {"step", step_},
                   {"history", history_},
                   {"sums", sums_.save()},
                   {"kept", kept},
                   {"lr", lr_},
                   {"epoch_seconds", epoch_seconds_},
                   {"train_s", timings.train_s},
                   {"evaluate_s", timings.evaluate_s},
                   {"validation_accuracy", validation_accuracy_}};
  save_tensors(parts_.folder / "checkpoint.safetensors", tensors, {{"state", state.dump()}});
  timings.save_s += watch.seconds();
}

bool Trainee::resume() {
  const auto path = parts_.folder / "checkpoint.safetensors";
  if (!std::filesystem::exists(path)) return false;
  TensorMeta meta;
  const auto tensors = load_tensors(path, &meta);
  const auto state = Json::parse(meta.at("state"));
  if (state.at("job") != parts_.job.id || state.at("data") != data_.data_sha256()) return false;
  load_state(*parts_.model, take_prefixed(tensors, "model/"), "checkpoint " + path.string());
  if (parts_.loss) load_state(*parts_.loss, take_prefixed(tensors, "loss/"), "checkpoint " + path.string());
  sgd_->restore(tensors.at("sgd/momentum"));
  for (const auto& [rule, kept] : state.at("kept").items()) {
    kept_[rule] = {to_double(kept.at("value")), kept.at("epoch"), take_prefixed(tensors, "kept/" + rule + "/")};
  }
  step_ = state.at("step");
  watch_.start(step_);
  for (const auto epoch : parts_.job.keep_epochs) {
    const auto file = parts_.folder / (snapshot_name(epoch) + ".safetensors");
    if (epoch <= step_ / per_epoch_ && !std::filesystem::exists(file)) {
      throw Error(fmt::format("it was made without keeping the network after epoch {}, which is wanted now", epoch));
    }
  }
  history_ = state.at("history");
  sums_.restore(state.at("sums"));
  lr_ = state.at("lr");
  epoch_seconds_ = state.at("epoch_seconds");
  timings.train_s = state.at("train_s");
  timings.evaluate_s = state.at("evaluate_s");
  validation_accuracy_ = state.at("validation_accuracy");
  return true;
}

void Trainee::keep_snapshot(std::int64_t epoch) {
  const auto& wanted = parts_.job.keep_epochs;
  if (std::find(wanted.begin(), wanted.end(), epoch) == wanted.end()) return;
  const Stopwatch watch;
  const auto name = snapshot_name(epoch);
  save_tensors(parts_.folder / (name + "_test_logits.safetensors"), {{name, logits_of(*network_, data_, data_.test())}});
  save_tensors(parts_.folder / (name + ".safetensors"), snapshot());
  timings.save_s += watch.seconds();
}

Json Trainee::measure_state(std::int64_t epoch, const std::string& rule, TensorDict& test_logits) {
  const int bins = parts_.job.spec.at("bins");
  const auto logits = logits_of(*network_, data_, data_.test());
  test_logits.emplace(rule, logits);
  const auto test = measured(logits, data_.test().labels);
  Json out{{"epoch", epoch}, {"test", to_json(measure(test.view(), bins))}, {"val", nullptr}, {"fitted_temperature", nullptr}};
  if (data_.validation().size() == 0) return out;
  const auto val = measured(logits_of(*network_, data_, data_.validation()), data_.validation().labels);
  out["val"] = to_json(measure(val.view(), bins));
  out["fitted_temperature"] = fitted_temperature(val, test, bins);
  return out;
}

/// Writes the states that are best by some rule and measures each epoch among them once.
void Trainee::finish_kept(RunRecord& record, TensorDict& test_logits) {
  std::map<std::int64_t, std::string> measured_as{{settings_.epochs, "last"}};
  for (auto& [rule, kept] : kept_) {
    save_tensors(parts_.folder / (rule + ".safetensors"), kept.state);
    const auto [it, fresh] = measured_as.emplace(kept.epoch, rule);
    if (fresh) {
      load_state(*parts_.model, kept.state, "the kept state '" + rule + "'");
      record.checkpoints[rule] = measure_state(kept.epoch, rule, test_logits);
    } else {
      record.checkpoints[rule] = Json(record.checkpoints.at(it->second));
      test_logits.emplace(rule, test_logits.at(it->second));
    }
  }
}

void Trainee::finish(RunRecord& record) {
  const Stopwatch watch;
  const auto last = snapshot();
  TensorDict test_logits;
  record.checkpoints = {{"last", measure_state(settings_.epochs, "last", test_logits)}};
  record.tau_curve =
      to_json(tau_curve(measured(test_logits.at("last"), data_.test().labels).view(), kCurveTaus, parts_.job.spec.at("bins")));
  record.extra["weights_sha256"] = weights_sha256(*parts_.model);
  save_tensors(parts_.folder / "last.safetensors", last);
  finish_kept(record, test_logits);
  load_state(*parts_.model, last, "the last state");
  save_tensors(parts_.folder / "test_logits.safetensors", test_logits);
  std::filesystem::remove(parts_.folder / "checkpoint.safetensors");
  timings.evaluate_s += watch.seconds();
  record.epochs = history_;
  std::int64_t parameters = 0;
  for (const auto& p : parts_.model->parameters()) parameters += p.numel();
  record.extra["num_params"] = parameters;
  if (deferred_) record.extra["graph"] = graph_->report();
  std::int64_t frozen = 0;
  for (const auto& model : parts_.frozen) {
    for (const auto& p : model->parameters()) frozen += p.numel();
  }
  if (frozen > 0) record.extra["num_frozen_params"] = frozen;
}

}  // namespace kdbench::inline train
