/// RunRecord: what happened to one job, immutable once written.
#pragma once
#include <kdbench/base/json.h>

#include <string>
#include <vector>

namespace kdbench {

inline constexpr int kRecordSchema = 1;

/// How a job ended. The set is closed.
enum class Status { kDone, kFailed, kDiverged, kSkipped, kInterrupted };

std::string to_string(Status status);  ///< "done", "failed", "diverged", "skipped", "interrupted"
Result<Status> status_from_string(const std::string& text);

/// Calibration and accuracy of one network on one split. Fractions in [0, 1]. Keys of `metrics`: n, accuracy, top5, nll, brier,
/// ece, mce, rmsce, ace, adaptive_ece, classwise_ece, overconfidence, underconfidence, mean_confidence, bins; `reliability` is
/// a list of {lower, upper, count, accuracy, confidence} with null accuracy and confidence for an empty bin.
///
/// The documents inside a record (all JSON):
///   spec         the job's specification (Job::spec in plan/plan.h), with requested and resolved settings
///   epochs       [{epoch (1-based), lr, loss, terms {ce, ...}, train_accuracy, val {accuracy, nll, ece, label_information,
///                input_information or null} or null, val_information (their sum) or null, seconds}]
///   checkpoints  {"last": {"epoch", "test": metrics, "val": metrics or null, "fitted_temperature": {"T", "status",
///                "nll_before", "nll_after", "ece_before", "ece_after", "reliability_after" (as `reliability`, at T), "split"}},
///                and with validation rows "best_val", "min_val_ece", "min_val_nll", "max_val_information": the same of the epoch
///                that is best by that rule}
///   teacher      null, or what is known of the network that taught, in the state that taught (which may be an epoch that its
///                own record does not tell of): {"job", "checkpoint": {rule, epoch}, "test": metrics at temperature 1,
///                "fitted_temperature": null or as above with the T that its logits were divided by, "as_taught":
///                {"temperature", "ece", "nll", "accuracy", ...} where temperature = fitted T * teacher_temperature *
///                tau_teacher, "tau_curve": [{tau, ece, nll}] of its test logits, divided by the fitted T if there is one}
///   tau_curve    [{tau, ece, nll}] of this network's own test logits (checkpoint "last")
///   environment  {kdbench, sdk, git, libtorch, blas, device, threads, host, allocator}
///   timings      {load_s, train_s, evaluate_s, save_s, teacher_s}
///   memory       {peak_rss_bytes, allocator_peak_bytes}
///   extra        {bayes_accuracy, num_params, num_frozen_params (of what its logits are added to), num_train, num_val, num_test,
///                data_sha256, weights_sha256, split_sha256, faults_per_step}
struct RunRecord {
  std::string job;    ///< id
  std::string label;  ///< for people
  Status status = Status::kFailed;
  std::string reason;  ///< empty when done
  Json spec, epochs, checkpoints, teacher, tau_curve, environment, timings, memory, extra;
  std::string finished_at;  ///< UTC, ISO 8601; never printed on a board
};

Json to_json(const RunRecord& record);
/// Refuses a document of another schema, naming both numbers. Moved in, because records are large and boards read thousands.
Result<RunRecord> record_from_json(Json json, const std::string& file);

}  // namespace kdbench
