/// What networks of a store answered on the test rows, read from the logits that they left.
#pragma once
#include <kdbench/results/store.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline results {

/// Returns the class that a network predicts for every test row: that of its largest logit, of equal ones the lowest. Nothing
/// where its logits or those of the state are not there; what is wrong where the file is damaged or holds something else.
/// @param state "last", "best_val" or another that its record names
Result<std::optional<std::vector<std::int32_t>>> test_predictions(const Store& store, const std::string& job,
                                                                  const std::string& state);

}  // namespace kdbench::inline results
