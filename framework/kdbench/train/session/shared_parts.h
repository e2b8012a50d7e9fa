/// What the jobs of a session share: data, seed, the networks of earlier jobs, the teacher.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>
#include <kdbench/train/data/train_data.h>
#include <kdbench/train/network/factories.h>
#include <kdbench/train/network/stored_networks.h>
#include <kdbench/train/session/session_options.h>
#include <kdbench/train/teacher/session_teacher.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// A job that jobs of a session build on, as its record has it when the session begins.
struct SourceJob {
  std::string weights_sha256;
  std::optional<Spec> spec;
};

struct SharedParts {
  /// Reads the data and loads the teacher, if the jobs have one. Keeps references to all arguments; `jobs` is not empty.
  /// @throws kdbench::Error or what libtorch throws when data set, teacher or device are not to be had
  SharedParts(const std::vector<Job>& jobs, const Store& store, const Factories& factories, const SessionOptions& options);
  SharedParts(const SharedParts&) = delete;
  SharedParts& operator=(const SharedParts&) = delete;

  const std::vector<Job>& jobs;
  const Store& store;
  const Factories& factories;
  const SessionOptions& options;
  torch::Device device;
  std::size_t threads;  ///< that drive students and teacher, >= 1
  std::uint64_t seed;
  TrainData data;
  StoredNetworks stored;
  std::map<std::string, SourceJob> sources;                         ///< by id; those that are done
  std::unique_ptr<SessionTeacher> teacher;                          ///< nullptr: nobody teaches
  std::vector<std::unique_ptr<SessionTeacher>> more_teachers = {};  ///< beside it

  /// What a result of the job comes from beside its spec.
  Origin origin_of(const Spec& spec) const;

  /// What models are made for.
  ModelContext model_context() const { return {data.info().num_classes, data.info().image}; }

 private:
  /// With the calibrators of all jobs.
  void load_teachers();
  const Spec& spec() const { return jobs.front().spec; }
};

}  // namespace kdbench::inline train
