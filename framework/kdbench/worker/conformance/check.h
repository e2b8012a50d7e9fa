/// What the conformance suite reports: one outcome a check.
#pragma once
#include <functional>
#include <string>

namespace kdbench::inline worker {

/// The outcome of one check. A skipped check is neither passed nor failed; `detail` says why.
struct Check {
  std::string plugin;  ///< "loss kl"
  std::string name;    ///< what was checked, as a statement
  bool ok = true;
  bool skipped = false;
  std::string detail;  ///< of a failure or a skip: what was found; may carry a measured value otherwise
};
using Report = std::function<void(const Check&)>;

}  // namespace kdbench::inline worker
