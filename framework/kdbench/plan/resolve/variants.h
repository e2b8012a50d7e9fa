/// Expands a suite's [losses.NAME] into methods: one per combination of its lists, with every value checked.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/registry/catalog.h>
#include <kdbench/suite/suite.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline plan {

/// The knobs the host owns in every loss. Defaults: the paper's alpha = 1, tau = 4 on both networks, tau^2 on.
struct Knobs {
  double alpha = 1.0;                          ///< weight of the KD terms; 1 - alpha is that of cross-entropy; in [0, 1]
  std::optional<double> ce_weight, kd_weight;  ///< if one of them is set they stand in place of alpha; both >= 0
  std::int64_t warmup_epochs = 0;              ///< over which the weight of the terms rises; 0 and 1: no warm-up
  std::int64_t from_epoch = 0;                 ///< first epoch with terms, from 0
  std::optional<std::int64_t> to_epoch;        ///< first epoch after it without; nothing: they stay
  double tau = 4.0;                            ///< for whichever of the next two is not set
  std::optional<double> tau_student, tau_teacher;
  double teacher_temperature = 1.0;  ///< divides the teacher's logits before the loss sees them
  bool tau_squared = true;           ///< multiply the KD terms by tau_student^2
  std::string gradient_policy;       ///< as the suite calls it; empty: none

  /// True if the two weights are written, of which one may be left to its default.
  bool has_weights() const { return ce_weight || kd_weight; }
  double ce() const { return ce_weight.value_or(0.0); }
  double kd() const { return kd_weight.value_or(1.0); }
};

/// One plugin of a method: what stands in its [losses.NAME].
struct MethodPart {
  const LossUse* use = nullptr;
  const Listed<LossEntry>* entry = nullptr;
  ParamValues params;  ///< resolved: every declared parameter
  Knobs knobs;
};

/// What a method makes of the gradients of its terms.
struct MethodPolicy {
  const Listed<GradientPolicyEntry>* entry = nullptr;
  ParamValues params;  ///< resolved: every declared parameter

  PluginSpec spec() const;
};

/// One way to train a student: a loss, or a combination of several.
struct Method {
  std::string label;                        ///< "kl", or "kl[alpha=0.5]" where lists were expanded
  std::vector<std::string> choices;         ///< what stands in the brackets: "alpha=0.5"
  const LossUse* use = nullptr;             ///< its table
  std::vector<MethodPart> parts;            ///< at least one
  double ce_weight = 0;                     ///< of a combination, whose parts have a kd_weight each
  std::string gradient_policy = {};         ///< as the suite calls it; empty: none
  std::optional<MethodPolicy> policy = {};  ///< the same, found

  bool is_combination() const { return parts.size() > 1; }
};

/// Returns the methods of one loss. Problems (unknown plugin, parameter, type, range) are added to `diagnostics` at the place
/// of the key or value, and what they concern is left out.
std::vector<Method> expand_methods(const LossUse& use, const Catalog& catalog, const std::string& file, Diagnostics& diagnostics);

/// Checks the single-valued parameters of a model, dataset or strategy and returns all of them resolved.
/// @param host the host's keys in its table, for who misspelt one
ParamValues resolve_use(const PluginUse& use, const std::vector<ParamSpec>& specs, const std::vector<std::string>& host,
                        const std::string& what, const std::string& file, Diagnostics& diagnostics);

/// Returns a value as labels have it: "0.5", "true", "mass".
std::string value_text(const SuiteValue& value);

/// Returns a number of the suite; 0 for what is none, which the suite's reader has complained about.
double real_value(const SuiteValue& value);

/// Returns the temperatures of a part: "tau=4 on both, tau^2 on"; where they move along `axis`, without the value on it: "tau on
/// both, tau^2 on".
std::string temperatures_text(const Knobs& knobs, const std::string& axis);

/// Returns "teacher temperature 2"; empty for 1, and where it moves along `axis`.
std::string teacher_temperature_text(const Knobs& knobs, const std::string& axis);

/// Returns when the terms are on, and how they come: "warm-up 5 epochs, in epochs [10, 50)"; empty for all epochs at once.
std::string window_text(const Knobs& knobs);

/// Returns `method` at `value` on `axis` ("tau": whichever temperatures the suite did not set; "teacher_temperature").
Method at_axis(Method method, const std::string& axis, double value);

/// True if at_axis() moves this part.
bool is_moved(const MethodPart& part, const std::string& axis);

/// Returns the knobs of a part that reads no teacher: its temperatures are those that the suite sets, else 1; tau^2 is off unless
/// the suite says it is on.
Knobs without_teacher(const MethodPart& part);

/// True if the suite sets one of its temperatures in the loss.
bool sets_temperature(const LossUse& use);

double student_tau(const Knobs& knobs);
double teacher_tau(const Knobs& knobs);

}  // namespace kdbench::inline plan
