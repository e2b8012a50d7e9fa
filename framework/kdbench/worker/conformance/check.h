/// What the conformance suite reports: each check when it begins, and its outcome.
#pragma once
#include <kdbench/protocol/events.h>

#include <concepts>
#include <functional>
#include <utility>

namespace kdbench::inline worker {

/// The outcome of one check, as it is sent.
using Check = CheckEvent;

/// Hears of every check. What begins and has no outcome is what ended the process.
struct Report {
  std::function<void(const Check&)> outcome;
  std::function<void(const CheckingEvent&)> begins = [](const CheckingEvent&) {};

  /// Hears outcomes alone.
  template <std::invocable<const Check&> F>
  Report(F hears_outcomes) : outcome(std::move(hears_outcomes)) {}
  Report(std::function<void(const Check&)> hears_outcomes, std::function<void(const CheckingEvent&)> hears_beginnings)
      : outcome(std::move(hears_outcomes)), begins(std::move(hears_beginnings)) {}
};

}  // namespace kdbench::inline worker
