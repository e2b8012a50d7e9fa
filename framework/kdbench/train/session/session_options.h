/// What a training session is told beside its jobs, and whom it tells what happens.
#pragma once
#include <kdbench/protocol/events.h>
#include <kdbench/results/record.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace kdbench::inline train {

struct SessionOptions {
  std::filesystem::path data_dir;
  std::string device = "cpu";
  std::size_t workers = 1;              ///< threads that train students; 1: the job's own `threads` serve one network
  Environment environment = {};         ///< copied into every record
  std::vector<UsedPlugin> loaded = {};  ///< which build of every plugin there is; records name those that their jobs use
  std::set<std::string> anew = {};      ///< jobs whose results are replaced by what is trained now
  bool deferred = false;                ///< train on the CPU in the way of a GPU (TraineeParts::deferred, DeviceFeed); for tests
};

/// Called from any thread, also at the same time.
using SendEvent = std::function<void(const TrainingEvent&)>;

}  // namespace kdbench::inline train
