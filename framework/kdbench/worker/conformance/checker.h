/// Running and reporting single checks, for the files of the conformance suite.
#pragma once
#include <kdbench/sdk/plugin.h>
#include <kdbench/worker/conformance/check.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace kdbench::inline worker {

/// Thrown inside a check that does not apply.
class NotApplicable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs checks of one plugin and reports each once.
class Checker {
 public:
  Checker(std::string plugin, Report report);

  /// Runs `body`; it returns a remark (may be empty), or throws: NotApplicable to skip, anything else to fail.
  void run(const std::string& name, const std::function<std::string()>& body) const;

  /// Checks that hold for every plugin: a summary, documented parameters, defaults inside their own limits.
  void declarations(const About& about, const std::vector<ParamSpec>& params) const;

 private:
  std::string plugin_;
  Report report_;
};

/// Fails the running check with `found` unless `condition` holds.
void require(bool condition, const std::string& found);

}  // namespace kdbench::inline worker
