#include <kdbench/results/store_clean.h>

#include <kdbench/base/files.h>
#include <kdbench/base/value_rules.h>

#include <algorithm>
#include <set>

namespace kdbench::inline results {
namespace {

namespace fs = std::filesystem;

std::uintmax_t bytes_of(const fs::path& path) {
  std::error_code ec;
  if (fs::symlink_status(path, ec).type() == fs::file_type::regular) return fs::file_size(path, ec);
  std::uintmax_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path, ec)) {
    if (entry.symlink_status(ec).type() == fs::file_type::regular) total += entry.file_size(ec);
  }
  return total;
}

void add(Removable& to, const fs::path& path) {
  std::error_code ec;
  const auto type = fs::symlink_status(path, ec).type();
  if (type != fs::file_type::regular && type != fs::file_type::directory) return;
  to.bytes += bytes_of(path);
  to.paths.push_back(path);
}

/// Names in a folder of the store, sorted; none of a link.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code ec;
  if (is_link(folder)) return out;
  for (const auto& entry : fs::directory_iterator(folder, ec)) out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

/// Jobs of all stored plans but that of `left_out`, or what is wrong with one.
Result<std::set<std::string>> planned_jobs(const Store& store, const std::string& left_out = {}) {
  std::set<std::string> out;
  for (const auto& name : store.plans()) {
    if (name == left_out) continue;
    const auto plan = store.get_plan(name);
    if (!plan) return plan.error();
    for (const auto& job : plan->jobs) out.insert(job.id);
  }
  return out;
}

}  // namespace

bool is_cached_logits(const fs::path& file) {
  const auto name = file.filename().string();
  const auto digits = name.substr(0, name.find('.'));
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  std::error_code ec;
  return fs::symlink_status(file, ec).type() == fs::file_type::regular && digits.size() == 64 &&
         std::all_of(digits.begin(), digits.end(), is_hex) && name == digits + ".safetensors";
}

Removable unneeded(const Store& store) {
  Removable out;
  const auto recorded = store.jobs();
  const auto planned = planned_jobs(store);
  const auto artifacts = store.root() / "artifacts";
  // A plan that cannot be read may hold any job.
  if (planned) {
    for (const auto& name : names_in(artifacts)) {
      const bool is_job =
          a_plain_word(name) == nullptr && fs::symlink_status(artifacts / name).type() == fs::file_type::directory;
      if (is_job && !std::binary_search(recorded.begin(), recorded.end(), name) && !planned->contains(name))
        add(out, artifacts / name);
    }
  }
  const auto cache = store.root() / "cache" / "teacher_logits";
  for (const auto& name : names_in(cache)) {
    if (is_cached_logits(cache / name)) add(out, cache / name);
  }
  return out;
}

Result<Removable> of_suite(const Store& store, const std::string& suite) {
  const auto plan = store.get_plan(suite);
  if (!plan) return plan.error();
  const auto shared = planned_jobs(store, suite);
  if (!shared) return shared.error();
  Removable out;
  for (const auto& job : plan->jobs) {
    if (shared->contains(job.id)) continue;
    add(out, store.record_path(job.id));
    add(out, store.root() / "artifacts" / job.id);
  }
  add(out, store.plan_path(suite));
  return out;
}

void remove_all(const Removable& removable) {
  for (const auto& path : removable.paths) fs::remove_all(path);
}

}  // namespace kdbench::inline results
