/// The keys of a golden case: what the table of the loss would say in a suite.
#pragma once
#include <kdbench/base/document.h>
#include <kdbench/plan/spec.h>
#include <kdbench/registry/catalog.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline worker {

/// Those that the host reads itself: of a suite's table, and the smoothing of cross-entropy.
struct GoldenHostKeys {
  std::optional<double> alpha, ce_weight, kd_weight, tau, tau_student, tau_teacher, teacher_temperature, label_smoothing;
  std::optional<bool> tau_squared;
  std::optional<std::int64_t> warmup_epochs, from_epoch, to_epoch;

  static constexpr auto fields() {
    using K = GoldenHostKeys;
    using enum Presence;
    return std::tuple(field("alpha", &K::alpha, "absent, as the weights: 1", kIfAny),
                      field("ce_weight", &K::ce_weight, "absent beside kd_weight: 0", kIfAny),
                      field("kd_weight", &K::kd_weight, "absent beside ce_weight: 1", kIfAny),
                      field("tau", &K::tau, "absent: 1", kIfAny), field("tau_student", &K::tau_student, "absent: tau", kIfAny),
                      field("tau_teacher", &K::tau_teacher, "absent: tau", kIfAny),
                      field("teacher_temperature", &K::teacher_temperature, "absent: 1", kIfAny),
                      field("label_smoothing", &K::label_smoothing, "of cross-entropy; absent: 0", kIfAny),
                      field("tau_squared", &K::tau_squared, "absent: true", kIfAny),
                      field("warmup_epochs", &K::warmup_epochs, "absent: 0", kIfAny),
                      field("from_epoch", &K::from_epoch, "absent: 0", kIfAny),
                      field("to_epoch", &K::to_epoch, "absent: never", kIfAny));
  }
};

/// Keys of the host, and all others, which are the plugin's.
struct GoldenKeys {
  GoldenHostKeys host;
  Json own = Json::object();
};
Json document_json(const GoldenKeys& keys);
void read_document_json(const Json& json, GoldenKeys& keys, const DocumentPath& path);

/// The names of the host's keys.
std::vector<std::string> golden_host_keys();

/// Returns the keys as a job's spec has them. @throws kdbench::Error for keys that a suite would refuse
LossSpec golden_loss_spec(const GoldenHostKeys& keys);

/// Returns every parameter of the plugin: what the keys say, and the defaults.
/// @throws kdbench::Error for a key that is neither its nor the host's, another type, or a number out of range
ParamValues golden_params(const LossEntry& entry, const Json& own);

/// Returns what a key of a case stands for: a number of the host's or a real or integer parameter.
/// @throws kdbench::Error for another name
double golden_key_value(const std::string& name, const LossSpec& spec, const ParamValues& params);

}  // namespace kdbench::inline worker
