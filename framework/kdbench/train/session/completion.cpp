#include <kdbench/base/files.h>
#include <kdbench/sdk/error.h>
#include <kdbench/train/session/completion.h>
#include <kdbench/train/student/checkpoint.h>

#include <fmt/core.h>

#include <vector>

namespace kdbench::inline train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAgain = "again";

fs::path origin_file(const fs::path& folder) { return folder / "origin.json"; }

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec)) out.push_back(entry.path());
  return out;
}

void move_up(const fs::path& folder) {
  for (const auto& file : entries_of(folder)) fs::rename(file, folder.parent_path() / file.filename());
  fs::remove_all(folder);
}

}  // namespace

fs::path training_folder(const Store& store, const std::string& job) {
  const auto folder = store.artifacts(job);
  if (store.is_done(job)) return folder / kAgain;
  fs::remove_all(folder / kAgain);  // of a replacement that was cut off
  return folder;
}

bool is_completion(const fs::path& folder) { return folder.filename() == kAgain; }

bool begin_training(const fs::path& folder, const Origin& now) {
  const auto text = to_document(now).dump();
  const auto there = read_file(origin_file(folder));
  if (there && *there == text) return false;
  const auto left = entries_of(folder);
  // A job that was half trained before there were such notes goes on. One that is done lacks the note if it was cut off at its
  // end.
  const bool is_foreign = !left.empty() && (there || is_completion(folder));
  if (is_foreign) {
    for (const auto& entry : left) fs::remove_all(entry);
  }
  write_file_atomically(origin_file(folder), text);
  return is_foreign;
}

void end_training(const fs::path& folder) {
  fs::remove(checkpoint_file(folder));
  fs::remove(origin_file(folder));
}

void complete_artifacts(const Store& store, const fs::path& folder, const RunRecord& now) {
  const auto kept = store.get(now.job);
  if (!kept || !*kept) throw Error("its record vanished while it was trained again");
  const auto &before = (*kept)->extra.weights_sha256, &after = now.extra.weights_sha256;
  if (before != after) {
    fs::remove_all(folder);
    throw Error(
        fmt::format("trained again for a state that was not kept, it ended with other weights ({:.12}) than its record says "
                    "({:.12}); the machine or a plugin computes differently now: use another store, or remove {} to have it "
                    "trained anew",
                    after, before, store.record_path(now.job).string()));
  }
  move_up(folder);
}

void replace_artifacts(const Store& store, const fs::path& folder, const std::string& job) {
  store.withdraw(job);
  for (const auto& old : entries_of(folder.parent_path())) {
    if (old.filename() != kAgain) fs::remove_all(old);
  }
  move_up(folder);
}

}  // namespace kdbench::inline train
