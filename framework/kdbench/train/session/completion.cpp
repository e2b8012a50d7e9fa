#include <kdbench/sdk/error.h>
#include <kdbench/train/session/completion.h>

#include <fmt/core.h>

#include <vector>

namespace kdbench::inline train {
namespace {

constexpr const char* kAgain = "again";

}  // namespace

std::filesystem::path training_folder(const Store& store, const std::string& job) {
  const auto folder = store.artifacts(job);
  return store.is_done(job) ? folder / kAgain : folder;
}

bool is_completion(const std::filesystem::path& folder) { return folder.filename() == kAgain; }

void complete_artifacts(const Store& store, const std::filesystem::path& folder, const RunRecord& now) {
  const auto kept = store.get(now.job);
  if (!kept || !*kept) throw Error("its record vanished while it was trained again");
  const auto &before = (*kept)->extra.weights_sha256, &after = now.extra.weights_sha256;
  if (before != after) {
    std::filesystem::remove_all(folder);
    throw Error(
        fmt::format("trained again for a state that was not kept, it ended with other weights ({:.12}) than its record says "
                    "({:.12}); the machine or a plugin computes differently now: use another store, or remove {} to have it "
                    "trained anew",
                    after, before, store.record_path(now.job).string()));
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  for (const auto& file : files) std::filesystem::rename(file, folder.parent_path() / file.filename());
  std::filesystem::remove_all(folder);
}

}  // namespace kdbench::inline train
