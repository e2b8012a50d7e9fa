/// Expands a suite's [calibrators.NAME] into calibrators: one per combination of its lists, with every value checked.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/registry/catalog.h>
#include <kdbench/suite/suite.h>

#include <string>
#include <vector>

namespace kdbench::inline plan {

/// What is done to the logits of the teachers of a setting.
struct ResolvedCalibrator {
  std::string name;                    ///< of its table, or of the plugin that a study names without one
  std::string label;                   ///< "shift", or "shift[ratio=0.5]" where lists were expanded
  const CalibratorUse* use = nullptr;  ///< its table; nullptr: a plugin that a study names without one
  const Listed<CalibratorEntry>* entry = nullptr;
  ParamValues params;  ///< resolved: every declared parameter
  CalibratorTraits traits;

  PluginSpec spec() const;
};

/// Returns the calibrators of one table, in the order of its lists, the last list of the alphabet fastest. Problems (unknown
/// plugin, parameter, type, range, a plugin that refuses) are added to `diagnostics` at the place of the key or value; there are
/// none of a table with problems.
std::vector<ResolvedCalibrator> expand_calibrators(const CalibratorUse& use, const Catalog& catalog, const std::string& file,
                                                   Diagnostics& diagnostics);

}  // namespace kdbench::inline plan
