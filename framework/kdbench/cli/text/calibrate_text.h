/// The text of a calibration report: metrics before and after scaling, the reliability table, ECE
/// against tau. Pure.
#pragma once
#include <kdbench/base/json.h>

#include <string>

namespace kdbench::inline cli {

/// Renders the report of the worker's verb `calibrate`: {"metrics", "reliability", "temperature",
/// "after", "tau_curve"}. Parts that are missing are left out; an empty bin has blank cells and no
/// bar. Accuracy and calibration errors are in percent.
std::string calibrate_text(const Json& report);

}  // namespace kdbench::inline cli
