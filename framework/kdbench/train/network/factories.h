/// How training makes what plugins provide; given by whoever has loaded them.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/sdk/calibrator.h>
#include <kdbench/sdk/dataset.h>
#include <kdbench/sdk/gradient_policy.h>
#include <kdbench/sdk/loss.h>
#include <kdbench/sdk/model.h>

#include <functional>
#include <memory>

namespace kdbench::inline train {

/// A loss, and what it said of itself for the pair of networks it was built for.
struct BuiltLoss {
  std::shared_ptr<Loss> loss;
  LossNeeds needs;
};

/// A calibrator, not yet fitted, and what it said of itself.
struct BuiltCalibrator {
  std::shared_ptr<Calibrator> calibrator;
  CalibratorTraits traits;
};

/// Each makes what a part of a spec names. @throws kdbench::Error where that is not to be had
struct Factories {
  std::function<std::shared_ptr<Dataset>(const DataSource&)> dataset;
  std::function<std::shared_ptr<Model>(const PluginSpec&, const ModelContext&)> model;
  std::function<BuiltLoss(const PluginSpec&, const LossContext&)> loss;
  std::function<std::shared_ptr<GradientPolicy>(const PluginSpec&, const GradientContext&)> gradient_policy;
  std::function<BuiltCalibrator(const PluginSpec&, const CalibratorContext&)> calibrator = {};
};

}  // namespace kdbench::inline train
