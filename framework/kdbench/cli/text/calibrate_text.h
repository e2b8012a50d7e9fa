/// The text of a calibration report: metrics before and after scaling, the reliability table, ECE
/// against tau. Pure.
#pragma once
#include <kdbench/calibration/calibrate_report.h>

#include <string>

namespace kdbench::inline cli {

/// Renders a report. An empty bin has blank cells and no bar; an empty curve is left out. Accuracy and calibration errors are in
/// percent.
std::string calibrate_text(const CalibrateReport& report);

}  // namespace kdbench::inline cli
