/// Store: one folder of immutable record files and artifacts. Several processes, on several machines, may write one store:
/// nobody holds a lock.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/results/tensor_file.h>

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
  /// Removes the record of a job, so that a result that is whole can take its place.
  void withdraw(const std::string& job) const;
  /// Returns the record of a job, nothing if there is none, or what is wrong with the file: damaged since it was written, not
  /// JSON, of another schema, of another job.
  Result<std::optional<RunRecord>> get(const std::string& job) const;
  /// What keeps a record that says "done" from being read; empty if there is no such record. Nobody may replace it.
  std::string why_done_is_unreadable(const std::string& job) const;
  /// True if the job has a record with status done.
  bool is_done(const std::string& job) const;
  /// Why the network of a done job cannot be used in a state: its weights or its test logits are missing, were damaged since they
  /// were written, or are not those that the record tells of. Empty if it can. Reads the files whole.
  /// @param state stem of its artifacts, artifact_stem(): "last", "best_val", "epoch_30"
  std::string why_unusable(const std::string& job, const std::string& state) const;
  /// True if it can be used in each of the states.
  bool has_states(const std::string& job, const std::vector<std::string>& states) const;
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

/// What keeps `weights`, read from `file`, from being those of a job in `state`, which its record has the hash of where it is the
/// last; empty if nothing does.
std::string why_not_recorded(const TensorFile& weights, const std::string& state, const RunRecord& record,
                             const std::filesystem::path& file);

}  // namespace kdbench::inline results
