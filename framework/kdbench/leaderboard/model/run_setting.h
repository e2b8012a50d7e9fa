/// What a record says about the setting of its run: which network, on which rows, for how long.
#pragma once
#include <kdbench/leaderboard/model/plugin_name.h>
#include <kdbench/results/record.h>

#include <cstdint>
#include <optional>
#include <string>

namespace kdbench::inline leaderboard::boards {

/// Names are empty and numbers 0 where the record does not say.
struct RunSetting {
  std::string loss;  ///< plugin
  DataName data;
  PluginName model;
  bool all_rows = false;  ///< no limit on rows to train or test on
  std::int64_t epochs = 0;
  std::optional<double> num_params;
};

RunSetting setting_of(const RunRecord& record);

}  // namespace kdbench::inline leaderboard::boards
