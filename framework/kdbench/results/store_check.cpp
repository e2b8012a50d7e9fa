#include <kdbench/results/store_check.h>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace kdbench::inline results {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTensorSuffix = ".safetensors";

/// Safetensors files below a folder, in order of name.
std::vector<fs::path> tensor_files(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code ec;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ec)) {
    if (entry.is_regular_file() && entry.path().extension() == kTensorSuffix) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

class Checking {
 public:
  explicit Checking(const Store& store) : store_(store) {}

  StoreCheck run() {
    for (const auto& job : store_.jobs()) check_job(job);
    for (const auto& job : unfinished()) {
      for (const auto& file : tensor_files(store_.root() / "artifacts" / job)) read(file, "a run begins its job anew");
    }
    for (const auto& file : tensor_files(store_.root() / "cache")) read(file, "a run makes it again");
    for (const auto& suite : store_.plans()) {
      if (const auto plan = store_.get_plan(suite); !plan) add(plan.error(), "kdbench run of its suite writes it again");
    }
    return std::move(check_);
  }

 private:
  void add(const Diagnostics& problem, const std::string& remedy) { check_.damages.push_back({problem.front().text(), remedy}); }

  /// Jobs that were stopped half trained: they have artifacts and no record.
  std::vector<std::string> unfinished() const {
    const auto recorded = store_.jobs();
    std::vector<std::string> out;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(store_.root() / "artifacts", ec)) {
      auto name = entry.path().filename().string();
      if (!std::binary_search(recorded.begin(), recorded.end(), name)) out.push_back(std::move(name));
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  std::optional<TensorFile> read(const fs::path& file, const std::string& remedy) {
    ++check_.files;
    auto found = TensorFile::read(file);
    if (!found) {
      add(found.error(), remedy);
      return std::nullopt;
    }
    check_.without_checksum += found->has_checksum() ? 0 : 1;
    return std::move(*found);
  }

  void check_job(const std::string& job) {
    ++check_.records;
    const auto record = store_.get(job);
    if (!record) add(record.error(), "move it away to have its job trained again");
    // Store::artifacts() would make the folder.
    for (const auto& file : tensor_files(store_.root() / "artifacts" / job)) {
      const auto weights = read(file, "a run that needs it trains its job again");
      if (!weights || !record || !*record || (*record)->status != Status::kDone) continue;
      if (file.parent_path().filename() != job) continue;
      if (auto why = why_not_recorded(*weights, file.stem().string(), **record, file); !why.empty()) {
        check_.damages.push_back({std::move(why), "a run that needs it trains its job again"});
      }
    }
  }

  const Store& store_;
  StoreCheck check_;
};

}  // namespace

StoreCheck check_store(const Store& store) { return Checking(store).run(); }

}  // namespace kdbench::inline results
