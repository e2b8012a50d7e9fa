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
  /// What the store is opened for. Who reads needs no right to write, and leaves everything as it is.
  enum class For { kReading, kWriting };

  /// Opens the folder. For writing it is made where it is not there, and temporary files of killed writers are swept.
  /// @throws std::system_error naming the folder when it cannot be made or written; std::runtime_error naming a folder of the
  /// store
  ///   that is a symbolic link: what it leads to may be somebody else's
  explicit Store(std::filesystem::path root, For use = For::kWriting);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path record_path(const std::string& job) const;
  /// Folder for checkpoints and weights of a job; made on demand.
  std::filesystem::path artifacts(const std::string& job) const;
  std::filesystem::path logs() const { return root_ / "logs"; }

  /// Writes a record atomically. A done record is never overwritten; any other, and a file that is no record, may be, by a rerun.
  /// @throws std::runtime_error where why_not_replaceable() has something to say: that is another version's work, or damaged, and
  ///   not ours to replace.
  void put(const RunRecord& record) const;
  /// Removes the record of a job, so that a result that is whole can take its place.
  void withdraw(const std::string& job) const;
  /// Returns the record of a job, nothing if there is none, or what is wrong with the file: damaged since it was written, not
  /// JSON, of another schema, of another job.
  Result<std::optional<RunRecord>> get(const std::string& job) const;
  /// Why nobody may put a record in the place of what is there: it says "done" and cannot be read, is of another schema, or is no
  /// regular file. Empty where there is nothing, or something that may be replaced.
  std::string why_not_replaceable(const std::string& job) const;
  /// True if the job has a record with status done.
  bool is_done(const std::string& job) const;
  /// Why the network of a done job cannot be used in a state: its weights or its test logits (which a job that is judged on
  /// validation rows alone has none of) are missing, were damaged since they
  /// were written, or are not those that the record tells of. Empty if it can. Reads the files whole.
  /// @param state stem of its artifacts, artifact_stem(): "last", "best_val", "epoch_30"
  std::string why_unusable(const std::string& job, const std::string& state) const;
  /// Why what the job's loss ended with cannot be used: it is missing or was damaged since it was written. Empty if it can.
  std::string why_no_loss_state(const std::string& job) const;
  /// True if it can be used in each of the states.
  bool has_states(const std::string& job, const std::vector<std::string>& states) const;
  /// Returns the ids that have a record file, sorted. Files half written by a killed writer are not among them.
  std::vector<std::string> jobs() const;

  /// Keeps the plan of a suite, so that boards can be made later without the suite file. The last one wins. Any name goes:
  /// what a file name cannot hold is escaped.
  void put_plan(const Plan& plan) const;
  Result<Plan> get_plan(const std::string& suite) const;
  std::filesystem::path plan_path(const std::string& suite) const;
  std::vector<std::string> plans() const;  ///< suite names, sorted

 private:
  std::filesystem::path root_;
};

/// In the folder of a job's artifacts, the parameters and buffers that its loss ended with.
inline constexpr const char* kLossStateFile = "last_loss.safetensors";

/// What keeps `weights`, read from `file`, from being those of a job in `state`, which its record has the hash of where it is the
/// last; empty if nothing does.
std::string why_not_recorded(const TensorFile& weights, const std::string& state, const RunRecord& record,
                             const std::filesystem::path& file);

}  // namespace kdbench::inline results
