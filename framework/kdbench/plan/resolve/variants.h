/// Expands a suite's [losses.NAME] into methods: one per combination of its lists, with every value checked.
#pragma once
#include <kdbench/registry/catalog.h>
#include <kdbench/suite/suite.h>

#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline plan {

/// The knobs the host owns in every loss. Defaults: the paper's alpha = 1, tau = 4 on both networks, tau^2 on.
struct Knobs {
  double alpha = 1.0;  ///< weight of the KD terms; 1 - alpha is that of cross-entropy; in [0, 1]
  double tau = 4.0;    ///< for whichever of the next two is not set
  std::optional<double> tau_student, tau_teacher;
  double teacher_temperature = 1.0;  ///< divides the teacher's logits before the loss sees them
  bool tau_squared = true;           ///< multiply the KD terms by tau_student^2
};

/// One way to train a student.
struct Method {
  std::string label;  ///< "kl", or "kl[alpha=0.5]" where lists were expanded
  const LossUse* use = nullptr;
  const Listed<LossEntry>* entry = nullptr;
  ParamValues params;  ///< resolved: every declared parameter
  Knobs knobs;
};

/// Returns the methods of one loss. Problems (unknown plugin, parameter, type, range) are added to `diagnostics` at the place
/// of the key or value, and what they concern is left out.
std::vector<Method> expand_methods(const LossUse& use, const Catalog& catalog, const std::string& file, Diagnostics& diagnostics);

/// Checks the single-valued parameters of a model, dataset or strategy and returns all of them resolved.
ParamValues resolve_use(const PluginUse& use, const std::vector<ParamSpec>& specs, const std::string& what,
                        const std::string& file, Diagnostics& diagnostics);

/// Returns what decides a result beside the loss itself: "tau=4 on both, tau^2 on, alpha=1". In a sensitivity study along
/// `axis`, the value on the axis is left out: "tau on both, tau^2 on, alpha=1".
std::string convention_text(const Knobs& knobs, const std::string& axis);

/// Returns `knobs` at `value` on `axis` ("tau": whichever temperatures the suite did not set; "teacher_temperature").
Knobs at_axis(Knobs knobs, const std::string& axis, double value);

double student_tau(const Knobs& knobs);
double teacher_tau(const Knobs& knobs);

}  // namespace kdbench::inline plan
