#include <kdbench/calibration/temperature.h>
#include <kdbench/train/network/evaluate.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/student/final_measures.h>

#include <map>

namespace kdbench::inline train {
namespace {

constexpr const char* kLast = "last";

}  // namespace

CheckpointRecord FinalMeasures::measured(std::int64_t epoch, const std::string& name) {
  const auto outputs = outputs_of(network_, data_, data_.test());
  test_logits_.emplace(name, outputs.logits);
  const auto test = logits_and_labels(outputs.logits, data_.test().labels);
  CheckpointRecord out{epoch, measure(test.view(), bins_), {}, {}, {}};
  for (const auto& [exit, logits] : outputs.exits) {
    const auto rows = logits_and_labels(logits, data_.test().labels);
    out.exits.emplace(exit, measure(rows.view(), bins_).metrics);
  }
  if (data_.validation().size() == 0) return out;
  const auto val = logits_and_labels(logits_of(network_, data_, data_.validation()), data_.validation().labels);
  out.val = measure(val.view(), bins_);
  out.fitted_temperature = fitted_temperature(val, test, bins_);
  return out;
}

void FinalMeasures::take_best(RunRecord& record, std::int64_t epochs, const BestStates& best) {
  std::map<std::int64_t, std::string> measured_as{{epochs, kLast}};
  for (const auto& [rule, kept] : best.by_rule()) {
    save_tensors(file(rule), kept.weights);
    const auto [it, fresh] = measured_as.emplace(kept.mark.epoch, rule);
    if (fresh) {
      load_state(own_, kept.weights, "the kept state '" + rule + "'");
      record.checkpoints[rule] = measured(kept.mark.epoch, rule);
    } else {
      record.checkpoints[rule] = record.checkpoints.at(it->second);
      test_logits_.emplace(rule, test_logits_.at(it->second));
    }
  }
}

JudgedRecord FinalMeasures::judged(std::int64_t epoch) {
  const auto val = logits_and_labels(logits_of(network_, data_, data_.validation()), data_.validation().labels);
  return {epoch, measure(val.view(), bins_)};
}

void FinalMeasures::judge(RunRecord& record, std::int64_t epochs, const BestStates& best) {
  const auto last = copy_of_state(own_);
  record.judged = {{kLast, judged(epochs)}};
  record.extra.weights_sha256 = weights_sha256(own_);
  save_tensors(file(kLast), last);
  std::map<std::int64_t, std::string> judged_as{{epochs, kLast}};
  for (const auto& [rule, kept] : best.by_rule()) {
    save_tensors(file(rule), kept.weights);
    const auto [it, fresh] = judged_as.emplace(kept.mark.epoch, rule);
    if (fresh) load_state(own_, kept.weights, "the kept state '" + rule + "'");
    record.judged[rule] = fresh ? judged(kept.mark.epoch) : record.judged.at(it->second);
  }
  load_state(own_, last, "the last state");
}

void FinalMeasures::take(RunRecord& record, std::int64_t epochs, const BestStates& best) {
  if (data_.test().size() == 0) return judge(record, epochs, best);
  const auto last = copy_of_state(own_);
  record.checkpoints = {{kLast, measured(epochs, kLast)}};
  const auto test = logits_and_labels(test_logits_.at(kLast), data_.test().labels);
  record.tau_curve = tau_curve(test.view(), kCurveTaus, bins_);
  record.extra.weights_sha256 = weights_sha256(own_);
  save_tensors(file(kLast), last);
  take_best(record, epochs, best);
  load_state(own_, last, "the last state");
  save_tensors(file("test_logits"), test_logits_);
}

}  // namespace kdbench::inline train
