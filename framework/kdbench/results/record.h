/// RunRecord: what happened to one job, immutable once written. docs/records.md describes the document; it is made from the lists
/// of fields below.
#pragma once
#include <kdbench/base/value_rules.h>
#include <kdbench/calibration/metrics.h>
#include <kdbench/calibration/temperature.h>
#include <kdbench/plan/plan.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline results {

/// Of the records that are written, and the oldest that is read: 2 has `origin`.
inline constexpr int kRecordSchema = 2, kOldestSchema = 1;

/// How a job ended. The set is closed.
enum class Status { kDone, kFailed, kDiverged, kSkipped, kInterrupted };
constexpr auto names_of(Status) {
  return std::array<std::pair<Status, const char*>, 5>{{{Status::kDone, "done"},
                                                        {Status::kFailed, "failed"},
                                                        {Status::kDiverged, "diverged"},
                                                        {Status::kSkipped, "skipped"},
                                                        {Status::kInterrupted, "interrupted"}}};
}

std::string to_string(Status status);  ///< "done", "failed", "diverged", "skipped", "interrupted"

/// What the validation rows said after an epoch.
struct EpochValidation {
  double accuracy = 0, nll = 0, ece = 0, label_information = 0;
  std::optional<double> input_information = {};

  static constexpr auto fields() {
    using V = EpochValidation;
    return std::tuple(field("accuracy", &V::accuracy, "top-1", from_0_to_1), field("nll", &V::nll, "in nats", at_least_0),
                      field("ece", &V::ece, "fraction", from_0_to_1),
                      field("label_information", &V::label_information, "I(Y;F) in nats, see calibration/information.h"),
                      field("input_information", &V::input_information, "I(X;F) in nats; null without an embedding"));
  }
};

/// One line of a training's history.
struct EpochRecord {
  std::int64_t epoch = 0;
  double lr = 0, loss = 0;
  std::map<std::string, double> terms;
  double train_accuracy = 0;
  std::optional<EpochValidation> val;
  std::optional<double> val_information;
  double seconds = 0;

  static constexpr auto fields() {
    using E = EpochRecord;
    return std::tuple(field("epoch", &E::epoch, "from 1", a_count), field("lr", &E::lr, "of its last step"),
                      field("loss", &E::loss, "what was minimised, mean over the rows"),
                      field("terms", &E::terms,
                            "its unweighted parts by name, \"ce\" among them where it was computed; of several losses as "
                            "\"part/term\"; means over the rows"),
                      field("train_accuracy", &E::train_accuracy, "of the augmented rows, in train mode", from_0_to_1),
                      field("val", &E::val, "on the validation rows; null where they were not asked"),
                      field("val_information", &E::val_information, "sum of both informations; null where they were not asked"),
                      field("seconds", &E::seconds, "of training", at_least_0));
  }
};

/// A temperature fitted on one split, and what it does to another.
struct FittedTemperature {
  TemperatureFit fit;
  std::string split = "validation";
  std::vector<ReliabilityBin> reliability_after;

  static constexpr auto fields() {
    using F = FittedTemperature;
    return std::tuple(inlined(&F::fit), field("split", &F::split, "rows it was fitted on; nll and ece are of the test rows"),
                      field("reliability_after", &F::reliability_after, "of the test rows, at T"));
  }
};

/// One state of a network, measured.
struct CheckpointRecord {
  std::int64_t epoch = 0;
  CalibrationReport test;
  std::optional<CalibrationReport> val;
  std::optional<FittedTemperature> fitted_temperature;
  std::map<std::string, CalibrationMetrics> exits = {};

  static constexpr auto fields() {
    using C = CheckpointRecord;
    return std::tuple(field("epoch", &C::epoch, "after which, from 1", a_count), field("test", &C::test, "on the test rows"),
                      field("val", &C::val, "on the validation rows; null without them"),
                      field("fitted_temperature", &C::fitted_temperature, "null without validation rows"),
                      field("exits", &C::exits, "its auxiliary exits by name, on the test rows", Presence::kIfAny));
  }
};

/// One state of a network that is judged on the validation rows alone.
struct JudgedRecord {
  std::int64_t epoch = 0;
  CalibrationReport val;

  static constexpr auto fields() {
    using J = JudgedRecord;
    return std::tuple(field("epoch", &J::epoch, "after which, from 1", a_count), field("val", &J::val, "on the validation rows"));
  }
};

/// Measures of the teacher's logits as the student's loss used them.
struct AsTaught {
  CalibrationMetrics metrics;
  double temperature = 1;

  static constexpr auto fields() {
    return std::tuple(inlined(&AsTaught::metrics),
                      field("temperature", &AsTaught::temperature,
                            "fitted T * teacher_temperature * tau_teacher; of several losses those of the first", above_0));
  }
};

/// The same on the training rows, as the student's loss saw them: augmented where they are.
struct AsTaughtInTraining {
  CalibrationMetrics metrics;
  std::optional<std::int64_t> epoch;

  static constexpr auto fields() {
    using A = AsTaughtInTraining;
    return std::tuple(
        inlined(&A::metrics),
        field("epoch", &A::epoch,
              "whose augmented rows they are, from 1: the last in which the student asked its teacher; null where the "
              "rows are the same in every epoch",
              if_any<a_count<std::int64_t>>));
  }
};

/// What a calibrator made of a network's logits on one split.
struct CalibratedSplit {
  CalibrationMetrics before, after;

  static constexpr auto fields() {
    using C = CalibratedSplit;
    return std::tuple(field("before", &C::before, "of the logits as the calibrator was handed them"),
                      field("after", &C::after, "of what it returned"));
  }
};

/// What the calibrator of the spec did to a teacher's logits before losses saw them.
struct CalibratedTeacher {
  std::map<std::string, double> fitted;
  std::optional<CalibratedSplit> validation;
  CalibratedSplit test;

  static constexpr auto fields() {
    using C = CalibratedTeacher;
    return std::tuple(field("fitted", &C::fitted, "what was fitted, by the plugin's names, where it is a few numbers"),
                      field("validation", &C::validation, "on the validation rows; null: there are none"),
                      field("test", &C::test, "on the test rows"));
  }
};

/// The network that taught, in the state that taught, which may be an epoch that its own record does not tell of.
struct TeacherRecord {
  std::string job;
  CheckpointRef checkpoint;
  CalibrationReport test;
  std::optional<FittedTemperature> fitted_temperature;
  AsTaught as_taught;
  std::optional<CalibrationMetrics> as_taught_in_validation = {};
  std::optional<AsTaughtInTraining> as_taught_in_training = {};
  std::vector<TauPoint> tau_curve;
  std::optional<CalibratedTeacher> calibrated = {};

  static constexpr auto fields() {
    using T = TeacherRecord;
    return std::tuple(
        field("job", &T::job, "id of its job", a_plain_word), field("checkpoint", &T::checkpoint, "the state that taught"),
        field("test", &T::test, "on the test rows, at temperature 1, before any calibrator"),
        field("fitted_temperature", &T::fitted_temperature, "whose T its logits were divided by; null: by none"),
        field("as_taught", &T::as_taught,
              "on the test rows, at the temperature of the student's loss, after the calibrator if there is one"),
        field("as_taught_in_validation", &T::as_taught_in_validation,
              "the same on the validation rows; absent without them, and where that was not measured", Presence::kIfAny),
        field("as_taught_in_training", &T::as_taught_in_training,
              "the same on the training rows; absent where images are mixed, and where that was not measured", Presence::kIfAny),
        field("tau_curve", &T::tau_curve,
              "of its test logits, divided by the fitted T if there is one, after the calibrator if there is one"),
        field("calibrated", &T::calibrated, "what a calibrator made of its logits", Presence::kIfAny));
  }
};

/// A plugin, and which build of it.
struct UsedPlugin {
  PluginRef plugin;
  std::string library, content;
  bool operator==(const UsedPlugin&) const = default;

  static constexpr auto fields() {
    using U = UsedPlugin;
    return std::tuple(inlined(&U::plugin), field("library", &U::library, "name of the library's file"),
                      field("content", &U::content, "what the library holds: its build id, or the SHA-256 of its file"));
  }
};

/// A network that a job learned from, started from or was added to.
struct SourceNetwork {
  std::string job, weights_sha256;
  bool operator==(const SourceNetwork&) const = default;

  static constexpr auto fields() {
    using S = SourceNetwork;
    return std::tuple(field("job", &S::job, "id of its job", a_plain_word),
                      field("sha256", &S::weights_sha256, "of the weights of its last state, as its record had it at that time"));
  }
};

/// What a result came from beside its spec: which builds of the plugins, and which training of the networks it builds on.
struct Origin {
  std::vector<UsedPlugin> plugins;
  std::vector<SourceNetwork> networks;
  bool operator==(const Origin&) const = default;

  static constexpr auto fields() {
    using O = Origin;
    return std::tuple(field("plugins", &O::plugins, "that computed it: of the data set, the model, the loss"),
                      field("networks", &O::networks, "that it learned from, started from or is added to"));
  }
};

/// Where and with what a job ran.
struct Environment {
  std::string kdbench, git, libtorch, blas, host, cpu, device, allocator;
  std::optional<std::int64_t> sdk, threads;

  static constexpr auto fields() {
    using E = Environment;
    constexpr auto kIfAny = Presence::kIfAny;
    return std::tuple(
        field("kdbench", &E::kdbench, "version", kIfAny), field("git", &E::git, "revision it was built from", kIfAny),
        field("libtorch", &E::libtorch, "version", kIfAny), field("blas", &E::blas, "file that the loader took for BLAS", kIfAny),
        field("host", &E::host, "name of the machine", kIfAny), field("cpu", &E::cpu, "its processor", kIfAny),
        field("device", &E::device, "cpu, cuda:0, ...", kIfAny), field("allocator", &E::allocator, "caching or libtorch", kIfAny),
        field("sdk", &E::sdk, "version of the plugins' binary interface", kIfAny),
        field("threads", &E::threads, "that trained students", kIfAny));
  }
};

/// Seconds. A job whose worker died has wall_s and cpu_s of the worker alone.
struct Timings {
  std::optional<double> load_s, train_s, evaluate_s, save_s, teacher_s, wall_s, cpu_s;

  static constexpr auto fields() {
    using T = Timings;
    constexpr auto kIfAny = Presence::kIfAny;
    return std::tuple(
        field("load_s", &T::load_s, "reading data and building networks, of the whole group", kIfAny, if_any<at_least_0>),
        field("train_s", &T::train_s, "steps of this job", kIfAny, if_any<at_least_0>),
        field("evaluate_s", &T::evaluate_s, "validation, test, calibration", kIfAny, if_any<at_least_0>),
        field("save_s", &T::save_s, "checkpoints and weights", kIfAny, if_any<at_least_0>),
        field("teacher_s", &T::teacher_s, "the teacher's passes, as this student's share of them", kIfAny, if_any<at_least_0>),
        field("wall_s", &T::wall_s, "of a worker that wrote no record", kIfAny, if_any<at_least_0>),
        field("cpu_s", &T::cpu_s, "of a worker that wrote no record", kIfAny, if_any<at_least_0>));
  }
};

/// Bytes.
struct Memory {
  std::optional<std::int64_t> peak_rss_bytes, allocator_peak_bytes, allocator_reserved_bytes, gpu_peak_bytes;

  static constexpr auto fields() {
    using M = Memory;
    constexpr auto kIfAny = Presence::kIfAny;
    return std::tuple(
        field("peak_rss_bytes", &M::peak_rss_bytes, "resident memory of the worker, at most", kIfAny,
              if_any<a_count<std::int64_t>>),
        field("allocator_peak_bytes", &M::allocator_peak_bytes, "of tensors that were alive at once", kIfAny,
              if_any<a_count<std::int64_t>>),
        field("allocator_reserved_bytes", &M::allocator_reserved_bytes, "taken from the kernel for tensors", kIfAny,
              if_any<a_count<std::int64_t>>),
        field("gpu_peak_bytes", &M::gpu_peak_bytes, "of tensors on the GPU", kIfAny, if_any<a_count<std::int64_t>>));
  }
};

/// How training steps ran on a GPU.
struct GraphReport {
  std::int64_t replayed = 0, one_by_one = 0;
  std::optional<std::string> why;

  static constexpr auto fields() {
    using G = GraphReport;
    return std::tuple(field("replayed", &G::replayed, "steps that were replays of a graph", a_count),
                      field("one_by_one", &G::one_by_one, "steps that were not", a_count),
                      field("why", &G::why, "why steps ran one by one; null: no reason against a graph"));
  }
};

/// What else is known of a run: sizes, hashes, faults.
struct RunFacts {
  std::optional<double> bayes_accuracy, first_gradient_norm, rate_factor;
  std::optional<std::int64_t> num_train, num_val, num_test, num_params, num_frozen_params, group_size, faults;
  std::string data_sha256, split_sha256, weights_sha256;
  std::optional<GraphReport> graph;

  static constexpr auto fields() {
    using F = RunFacts;
    constexpr auto kIfAny = Presence::kIfAny;
    return std::tuple(
        field("bayes_accuracy", &F::bayes_accuracy, "of the data set's own posterior, on the test rows", kIfAny,
              if_any<from_0_to_1>),
        field("num_train", &F::num_train, "rows trained on", kIfAny, if_any<a_count<std::int64_t>>),
        field("num_val", &F::num_val, "validation rows", kIfAny, if_any<a_count<std::int64_t>>),
        field("num_test", &F::num_test, "test rows", kIfAny, if_any<a_count<std::int64_t>>),
        field("num_params", &F::num_params, "of the network", kIfAny, if_any<a_count<std::int64_t>>),
        field("num_frozen_params", &F::num_frozen_params, "of what its logits are added to", kIfAny,
              if_any<a_count<std::int64_t>>),
        field("group_size", &F::group_size, "jobs that shared the worker", kIfAny, if_any<a_count<std::int64_t>>),
        field("faults", &F::faults, "pages that the worker faulted in", kIfAny, if_any<a_count<std::int64_t>>),
        field("data_sha256", &F::data_sha256, "of all rows of both splits, as read", kIfAny),
        field("split_sha256", &F::split_sha256, "of the numbers of the validation rows", kIfAny),
        field("weights_sha256", &F::weights_sha256, "of the last state", kIfAny),
        field("graph", &F::graph, "how steps ran on a GPU", kIfAny),
        field("first_gradient_norm", &F::first_gradient_norm,
              "Euclidean norm of the gradient of the first step, of all that is trained, before weight decay", kIfAny,
              if_any<at_least_0>),
        field("rate_factor", &F::rate_factor,
              "what the recipe's learning rates were multiplied by; with spec.lr_matched_to alone", kIfAny, if_any<at_least_0>));
  }
};

struct RunRecord {
  int schema = kRecordSchema;
  std::string job;
  JobLabel label;
  Status status = Status::kFailed;
  std::string reason;
  std::optional<Spec> spec;
  std::vector<EpochRecord> epochs;
  std::map<std::string, CheckpointRecord> checkpoints;
  std::map<std::string, JudgedRecord> judged = {};
  std::optional<TeacherRecord> teacher;
  std::vector<TeacherRecord> more_teachers = {};
  std::vector<TauPoint> tau_curve;
  std::optional<Origin> origin;
  Environment environment;
  Timings timings;
  Memory memory;
  RunFacts extra;
  std::string finished_at, record_sha256;

  static constexpr auto fields() {
    using R = RunRecord;
    using enum Presence;
    return std::tuple(
        field("schema", &R::schema, "2; 1: it knows no origin"), field("job", &R::job, "id", a_plain_word),
        field("label", &R::label, "for people", kSinceLater),
        field("status", &R::status, "done, failed, diverged, skipped, interrupted"),
        field("reason", &R::reason, "why it is not done; empty when done", kSinceLater),
        field("spec", &R::spec, "what determined the result", kSinceLater), field("epochs", &R::epochs, "history", kSinceLater),
        field("checkpoints", &R::checkpoints,
              "\"last\", and with validation rows the epoch that is best by each rule: best_val, min_val_ece, min_val_nll, "
              "max_val_information",
              kSinceLater, keyed_by_plain_words),
        field("judged", &R::judged,
              "of a job with spec.judged_on, in place of checkpoints, tau_curve and what is said of teachers: its states by the "
              "same "
              "names",
              kIfAny, keyed_by_plain_words),
        field("teacher", &R::teacher, "who taught; null: nobody", kSinceLater),
        field("more_teachers", &R::more_teachers, "who taught beside the first", kIfAny),
        field("tau_curve", &R::tau_curve, "of this network's own test logits in its last state", kSinceLater),
        field("origin", &R::origin, "builds and trainings that it came from; absent where that was not noted", kIfAny),
        field("environment", &R::environment, "where and with what it ran", kSinceLater),
        field("timings", &R::timings, "seconds", kSinceLater), field("memory", &R::memory, "bytes", kSinceLater),
        field("extra", &R::extra, "sizes and hashes", kSinceLater),
        field("finished_at", &R::finished_at, "UTC, ISO 8601; never printed on a board", kSinceLater),
        field("record_sha256", &R::record_sha256,
              "SHA-256 of the file's bytes but for these digits, as Store writes it; a file that does not fit is refused",
              kIfAny));
  }

  /// The checkpoint of that name; nullptr if there is none.
  const CheckpointRecord* checkpoint(const std::string& name) const;
};

/// The spec of a record of a job that is done. @throws std::runtime_error naming the job if it has none
const Spec& spec_of(const RunRecord& record);
Spec spec_of(RunRecord&& record);

/// True for the number of a schema that is read.
bool is_known_schema(std::int64_t schema);

/// Reads a record. Refuses a document of another schema, naming the numbers, and one with a missing, unknown or wrong member,
/// naming its path.
Result<RunRecord> record_from_json(const Json& json, const std::string& file);

}  // namespace kdbench::inline results
