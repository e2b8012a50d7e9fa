/// Store: one folder of immutable record files and artifacts. Several processes, on several machines, may write one store:
/// nobody holds a lock.
#pragma once
#include <kdbench/results/record.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline results {

/// STORE/records/ab/<job id>.json, STORE/artifacts/<job id>/, STORE/plans/<suite name>.json.
class Store {
 public:
  /// Opens or makes the folder and sweeps temporary files of killed writers.
  /// @throws std::system_error naming the folder when it cannot be made or written.
  explicit Store(std::filesystem::path root);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path record_path(const std::string& job) const;
  /// Folder for checkpoints and weights of a job; made on demand.
  std::filesystem::path artifacts(const std::string& job) const;
  std::filesystem::path logs() const { return root_ / "logs"; }

  /// Writes a record atomically. A done record is never overwritten; any other, and a file that is no record, may be, by a rerun.
  /// @throws std::runtime_error when the file there is of another schema, or says that the job is done but cannot be read: that
  /// is
  ///   another version's work, or damaged, and not ours to replace.
  void put(const RunRecord& record) const;
  /// Returns the record of a job, nothing if there is none, or what is wrong with the file: not JSON, another schema, another
  /// job.
  Result<std::optional<RunRecord>> get(const std::string& job) const;
  /// What keeps a record that says "done" from being read; empty if there is no such record. Nobody may replace it.
  std::string why_done_is_unreadable(const std::string& job) const;
  /// True if the job has a record with status done.
  bool is_done(const std::string& job) const;
  /// True if the job's network after every one of `epochs` is kept, with its test logits.
  bool has_snapshots(const std::string& job, const std::vector<std::int64_t>& epochs) const;
  /// Returns the ids that have a record file, sorted. Files half written by a killed writer are not among them.
  std::vector<std::string> jobs() const;

  /// Keeps the plan of a suite, so that boards can be made later without the suite file. The last one wins. Any name goes:
  /// what a file name cannot hold is escaped.
  void put_plan(const Plan& plan) const;
  Result<Plan> get_plan(const std::string& suite) const;
  std::vector<std::string> plans() const;  ///< suite names, sorted

 private:
  std::filesystem::path root_;
};

}  // namespace kdbench::inline results
