// Conformance of calibrators.
#include <kdbench/registry/check_params.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/conformance/conformance.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <fmt/core.h>

#include <memory>

namespace kdbench::inline worker {
namespace {

constexpr CalibratorContext kCalibratorContext{.num_classes = 4, .seed = 7};
constexpr std::int64_t kCalibratorRows = 60;

/// Rows of different spread, most of them with the label on top, all without a tie.
CalibrationRows calibration_rows() {
  const auto rows = at::arange(kCalibratorRows, torch::kInt64),
             classes = at::arange(kCalibratorContext.num_classes, torch::kInt64);
  const auto labels = rows.remainder(kCalibratorContext.num_classes);
  const auto noise = (rows.unsqueeze(1) * 37 + classes * 101).remainder(53).to(torch::kFloat64) / 13;
  const auto on_top = labels.unsqueeze(1).eq(classes).to(torch::kFloat64) * 3;
  return {(noise + on_top).contiguous(), labels.contiguous()};
}

torch::Tensor row_numbers() { return at::arange(kCalibratorRows, torch::kInt64); }

std::shared_ptr<Calibrator> fitted_calibrator(const CalibratorEntry& entry, const ParamValues& params) {
  const torch::NoGradGuard no_grad;
  auto out = entry.create(params, kCalibratorContext);
  if (entry.traits(params).is_fitted) out->fit(calibration_rows());
  return out;
}

torch::Tensor calibrated(const Calibrator& calibrator, const torch::Tensor& logits, const torch::Tensor& rows) {
  const torch::NoGradGuard no_grad;
  return calibrator.apply(logits, rows);
}

void check_calibrated(const torch::Tensor& found, std::int64_t rows) {
  require(found.defined(), "it returned an undefined tensor");
  require(found.dim() == 2 && found.size(0) == rows && found.size(1) == kCalibratorContext.num_classes,
          fmt::format("expected [{}, {}], found {} dimensions, {} numbers", rows, kCalibratorContext.num_classes, found.dim(),
                      found.numel()));
  require(found.scalar_type() == torch::kFloat64, "expected float64");
  require(found.isfinite().all().item<bool>(), "some numbers are not finite; return ln of what is no smaller than 1e-300");
}

/// What of the rows it is to say, whatever was asked before and beside.
void check_rows_alone(const CalibratorEntry& entry, const ParamValues& params) {
  const auto calibrator = fitted_calibrator(entry, params);
  const auto logits = calibration_rows().logits;
  const auto whole = calibrated(*calibrator, logits, row_numbers());
  for (const auto row : {std::int64_t{41}, std::int64_t{0}}) {
    const auto alone = calibrated(*calibrator, logits.slice(0, row, row + 1), row_numbers().slice(0, row, row + 1));
    require(at::equal(alone[0], whole[row]),
            fmt::format("row {} alone differs from the same row among {}", row, kCalibratorRows));
  }
}

void check_predictions(const CalibratorEntry& entry, const ParamValues& params) {
  if (!entry.traits(params).keeps_predictions) throw NotApplicable("it does not say that it keeps predictions");
  const auto logits = calibration_rows().logits;
  const auto after = calibrated(*fitted_calibrator(entry, params), logits, row_numbers());
  const auto moved = after.argmax(1).ne(logits.argmax(1)).sum().item<std::int64_t>();
  require(moved == 0, fmt::format("{} of {} rows have another largest logit", moved, kCalibratorRows));
}

}  // namespace

void check_calibrator(const CalibratorEntry& entry, const Report& report) {
  const Checker checker("calibrator " + entry.name, report);
  checker.declarations(entry.about, entry.params);
  const auto params = resolve_params(entry.params, {});
  const bool built = checker.run({"builds with its defaults", "let the constructor accept the defaults, and 0 classes"}, [&] {
    entry.traits(params);
    entry.create(params, {});
    fitted_calibrator(entry, params);
    return std::string();
  });
  if (!built) return checker.leave_out_the_rest();
  checker.run({"returns finite logits of every row and class", "return a fresh [B, K] float64 tensor"}, [&] {
    check_calibrated(calibrated(*fitted_calibrator(entry, params), calibration_rows().logits, row_numbers()), kCalibratorRows);
    return std::string();
  });
  checker.run({"leaves what it is lent as it is", "clone before writing: logits and labels are lent"}, [&] {
    const auto lent = calibration_rows(), before = calibration_rows();
    const auto calibrator = entry.create(params, kCalibratorContext);
    if (entry.traits(params).is_fitted) calibrator->fit(lent);
    calibrated(*calibrator, lent.logits, row_numbers());
    require(at::equal(lent.logits, before.logits) && at::equal(lent.labels, before.labels), "it wrote into them");
    return std::string();
  });
  checker.run({"makes the same of the same rows again", "draw by seed, row and class, and keep nothing between calls"}, [&] {
    const auto logits = calibration_rows().logits;
    const auto calibrator = fitted_calibrator(entry, params);
    const auto first = calibrated(*calibrator, logits, row_numbers());
    require(at::equal(first, calibrated(*calibrator, logits, row_numbers())), "the second call differs");
    require(at::equal(first, calibrated(*fitted_calibrator(entry, params), logits, row_numbers())),
            "another one, fitted to the same, differs");
    return std::string();
  });
  checker.run({"says of a row what it says of it alone", "let a row's answer depend on its logits, number and seed alone"}, [&] {
    check_rows_alone(entry, params);
    return std::string();
  });
  checker.run({"keeps predictions if it says so", "say keeps_predictions = false in traits(), or keep the largest logit"}, [&] {
    check_predictions(entry, params);
    return std::string();
  });
}

}  // namespace kdbench::inline worker
