/// Calibrators of toys, small enough to be told by hand.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/train/network/factories.h>

#include <ATen/Functions.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace kdbench::toy {

/// "halving" divides by 2, and so does "by_row" in rows of odd number, by the mean of the validation labels + 1 in the others;
/// "never_fits" throws, and "endless" returns what is not finite.
struct ToyCalibrator final : Calibrator {
  explicit ToyCalibrator(std::string kind) : kind_(std::move(kind)) {}
  void fit(const CalibrationRows& validation) override {
    if (kind_ == "never_fits") throw Error("these rows do not do");
    mean_ = validation.labels.to(torch::kFloat64).mean().item<double>() + 1;
  }
  torch::Tensor apply(const torch::Tensor& logits, const torch::Tensor& rows) const override {
    if (kind_ == "endless") return logits / 0.0;
    if (kind_ == "halving") return logits / 2;
    return logits / at::where(rows.remainder(2).eq(1), 2.0, mean_).unsqueeze(1);
  }
  std::map<std::string, double> fitted() const override { return {{"mean", mean_}}; }

 private:
  std::string kind_;
  double mean_ = 1;
};

inline BuiltCalibrator toy_calibrator(const PluginSpec& spec, const CalibratorContext&) {
  return {std::make_shared<ToyCalibrator>(spec.plugin), {.is_fitted = spec.plugin != "halving"}};
}

/// The job with a calibrator of its teacher's logits.
inline Job calibrated(Job job, const std::string& calibrator) {
  auto teacher = *job.spec.teacher;
  teacher.calibrator = PluginSpec{calibrator, "1", Json::object()};
  job.spec.teacher = std::move(teacher);
  return job;
}

}  // namespace kdbench::toy
