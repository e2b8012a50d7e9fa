/// Combinations of losses as methods.
#pragma once
#include <kdbench/plan/resolve/variants.h>

#include <map>
#include <string>
#include <vector>

namespace kdbench::inline plan {

/// Returns the methods of a combination: every choice of one method of each part, and of its own `ce_weight`. Labels say the
/// choices: "both[kl.tau=4,ce_weight=0.1]".
/// @param methods of the losses that are no combinations, by name; a part that is not there, or has none, was complained about,
/// and so has its combination none
std::vector<Method> combine(const LossUse& use, const std::map<std::string, std::vector<Method>>& methods);

}  // namespace kdbench::inline plan
