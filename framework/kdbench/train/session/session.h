/// One training request: the jobs of a group, from their specs to their records in the store.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>
#include <kdbench/sdk/dataset.h>
#include <kdbench/sdk/loss.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// How the session makes what plugins provide; given by whoever has loaded them.
struct Factories {
  std::function<std::shared_ptr<Dataset>(const Json& dataset_spec)> dataset;
  std::function<std::shared_ptr<Model>(const Json& model_spec, const ModelContext&)> model;
  std::function<std::shared_ptr<Loss>(const Json& loss_spec, const LossContext&)> loss;
};

struct SessionOptions {
  std::filesystem::path data_dir;
  std::string device = "cpu";
  std::size_t workers = 1;            ///< threads that train students; 1: the job's own `threads` serve one network
  Json environment = Json::object();  ///< copied into every record
  bool deferred = false;              ///< train on the CPU in the way of a GPU (TraineeParts::deferred, DeviceFeed); for tests
};

/// Called with protocol events ("epoch", "job", "note") from any thread, also at the same time.
using SendEvent = std::function<void(const Json&)>;

/// Trains `jobs`, which share data set, seed and teacher, and writes a record for each that ends. A job that fails leaves the
/// others alone. When `stop` is set every unfinished job is saved and reported as interrupted.
/// @throws kdbench::Error or what libtorch throws when nothing can start: data set, teacher or device are not to be had
void train_jobs(const std::vector<Job>& jobs, const Store& store, const Factories& factories, const SessionOptions& options,
                const SendEvent& send, const std::atomic<bool>& stop);

}  // namespace kdbench::inline train
