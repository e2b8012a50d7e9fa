/// Collects the checks of the conformance suite for tests.
#pragma once
#include <kdbench/worker/conformance/conformance.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace kdbench::test {

/// The checks that were reported, in order.
struct Collected {
  std::vector<Check> checks;
  Report report() {
    return [this](const Check& check) { checks.push_back(check); };
  }
  /// Returns what the failed check of that name found; "passed", "skipped: WHY" or "not run" where none failed.
  std::string finding(const std::string& name) const {
    std::string found = "not run";
    for (const auto& c : checks) {
      if (c.name != name) continue;
      if (!c.ok) return c.detail;
      found = c.skipped ? "skipped: " + c.detail : "passed";
    }
    return found;
  }
  bool failed(const std::string& name) const {
    return std::any_of(checks.begin(), checks.end(), [&](const auto& c) { return c.name == name && !c.ok; });
  }
  void expect_all_pass() const {
    EXPECT_FALSE(checks.empty());
    for (const auto& c : checks) EXPECT_TRUE(c.ok) << c.plugin << ": " << c.name << ": " << c.detail;
  }
  /// The names of the checks that passed with a note, or failed, in order.
  std::vector<std::string> notes() const {
    return names_of([](const auto& c) { return c.note; });
  }
  std::vector<std::string> failures() const {
    return names_of([](const auto& c) { return !c.ok; });
  }
  std::vector<std::string> names_of(const std::function<bool(const Check&)>& wanted) const {
    std::vector<std::string> names;
    for (const auto& c : checks) {
      if (wanted(c)) names.push_back(c.name);
    }
    return names;
  }
  std::size_t skipped() const {
    return static_cast<std::size_t>(std::count_if(checks.begin(), checks.end(), [](const auto& c) { return c.skipped; }));
  }
};

}  // namespace kdbench::test
