/// The document that `kdbench calibrate` prints: everything this layer can say about one network's
/// logits.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/calibration/logits/logits.h>

#include <span>

namespace kdbench {

/// Returns {"metrics": {...}, "reliability": [...], "temperature": {T, status, nll_before, ...},
/// "after": {metrics at the fitted T}, "tau_curve": [{tau, ece, nll}]}; fractions in [0, 1],
/// infinities as "inf".
/// @throws std::invalid_argument as measure() and tau_curve().
Json calibrate_report(const LogitsView& view, int bins, std::span<const double> taus);

}  // namespace kdbench
