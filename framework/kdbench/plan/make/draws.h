/// The settings that a tune study tries of one method: the default, and random draws.
#pragma once
#include <kdbench/plan/resolve/variants.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace kdbench::inline plan {

/// Makes methods of drawn settings and owns what they refer to.
class Draws {
 public:
  /// @param file of the suite, for diagnostics; both must outlive this
  Draws(const Catalog& catalog, const std::string& file) : catalog_(catalog), file_(file) {}

  /// Returns `trials` methods that differ: `base` itself, then draws from `search`, each key by itself: of a list a value, of a
  /// range a number between the declared limits, uniform or, where they are a factor of more than 100 apart, log-uniform, rounded
  /// to 3 digits. Drawn numbers are a function of `seed`, the loss's name and the search alone.
  /// Problems are added to `diagnostics` at the place of what is tried, and then fewer are returned.
  std::vector<const Method*> draw(const Method& base, const LossSearch& search, std::int64_t trials, std::int64_t seed,
                                  Diagnostics& diagnostics);

 private:
  const Method* made(const Method& base, const LossUse& use, Diagnostics& diagnostics);
  bool check_lists(const Method& base, const LossSearch& search, Diagnostics& diagnostics) const;

  const Catalog& catalog_;
  const std::string& file_;
  std::deque<LossUse> uses_;
  std::deque<Method> methods_;
};

}  // namespace kdbench::inline plan
