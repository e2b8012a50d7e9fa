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

/// Thrown inside a check that passes and has found what may be meant and may be a mistake: only a person can tell.
class WorthANote : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A check by its statement, and what to change where it does not hold.
struct Rule {
  std::string name, remedy;
};

/// Runs checks of one plugin and reports each once.
class Checker {
 public:
  Checker(std::string plugin, Report report);

  /// Runs `body`; it returns a remark (may be empty), or throws: NotApplicable to skip, WorthANote to pass with a note, anything
  /// else to fail. What the body does to the host (HostState) is undone, so that no check suffers from the one before.
  /// Returns false for a failure.
  bool run(const Rule& rule, const std::function<std::string()>& body) const;

  /// Says that no other check runs, because they need the one that failed.
  void leave_out_the_rest() const;

  /// Checks that hold for every plugin: a summary, documented parameters, defaults inside their own limits.
  void declarations(const About& about, const std::vector<ParamSpec>& params) const;

 private:
  std::string plugin_;
  Report report_;
};

/// Fails the running check with `found` unless `condition` holds.
void require(bool condition, const std::string& found);

}  // namespace kdbench::inline worker
