/// What a record says about the setting of its run: which network, on which rows, for how long.
#pragma once
#include <kdbench/results/record.h>

#include <cstdint>
#include <optional>
#include <string>

namespace kdbench::inline leaderboard::boards {

/// Texts are empty and numbers 0 where the record does not say.
struct Facts {
  std::string loss;       ///< plugin
  std::string data;       ///< plugin, its numbers and the rows trained on: "fashion_mnist downsample=2, 10000 training rows"
  std::string model;      ///< plugin and its numbers: "wrn depth=16 width=1"
  bool all_rows = false;  ///< no limit on rows to train or test on
  std::int64_t epochs = 0;
  std::optional<double> num_params;
};

Facts facts_of(const RunRecord& record);

}  // namespace kdbench::inline leaderboard::boards
