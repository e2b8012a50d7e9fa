/// The store on disk: whole files under names that follow from their content, so that writers need not know each other.
#include <kdbench/results/store.h>

#include <kdbench/base/check.h>
#include <kdbench/base/files.h>

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <system_error>

namespace kdbench::inline results {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuffix = ".json";

/// A plugin's error message may hold any bytes; a record must be valid UTF-8 all the same.
std::string document_bytes(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

/// Returns a file name for any text: bytes that are special to a file system become %XX, and no name starts with a dot.
std::string file_name(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x80 || std::isalnum(byte) || c == '-' || c == '_' || c == ' ' || (c == '.' && !out.empty());
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

std::string from_file_name(const std::string& name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool escaped = name[i] == '%' && i + 2 < name.size() && std::isxdigit(static_cast<unsigned char>(name[i + 1])) &&
                         std::isxdigit(static_cast<unsigned char>(name[i + 2]));
    out += escaped ? static_cast<char>(std::stoi(name.substr(i + 1, 2), nullptr, 16)) : name[i];
    if (escaped) i += 2;
  }
  return out;
}

/// Stems of the JSON files of a folder. Temporary files start with a dot, whatever follows.
std::vector<std::string> stems(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(folder, ec)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with('.') || !name.ends_with(kSuffix)) continue;
    out.push_back(name.substr(0, name.size() - std::string(kSuffix).size()));
  }
  return out;
}

bool says_done(const Json& json) {
  return json.is_object() && json.contains("status") && json["status"] == to_string(Status::kDone);
}

bool has_other_schema(const Json& json) {
  return json.is_object() && json.contains("schema") && json["schema"].is_number_integer() && json["schema"] != kRecordSchema;
}

}  // namespace

Store::Store(fs::path root) : root_(std::move(root)) {
  const auto records = root_ / "records";
  fs::create_directories(records);
  for (const auto& folder : {root_, records}) {
    if (::access(folder.c_str(), W_OK) != 0) {
      throw std::system_error(errno, std::generic_category(), "cannot write into the store " + folder.string());
    }
  }
  for (const auto& shard : fs::directory_iterator(records)) sweep_temporary_files(shard.path());
  sweep_temporary_files(root_ / "plans");
}

fs::path Store::record_path(const std::string& job) const {
  KDBENCH_CHECK(!job.empty() && job.find('/') == std::string::npos && job[0] != '.', "a job id is a plain word");
  return root_ / "records" / job.substr(0, 2) / (job + kSuffix);
}

fs::path Store::artifacts(const std::string& job) const {
  KDBENCH_CHECK(!job.empty() && job.find('/') == std::string::npos && job[0] != '.', "a job id is a plain word");
  auto folder = root_ / "artifacts" / job;
  fs::create_directories(folder);
  sweep_temporary_files(folder);
  return folder;
}

void Store::put(const RunRecord& record) const {
  const auto path = record_path(record.job);
  if (fs::exists(path)) {
    if (is_done(record.job)) return;
    if (const auto there = read_json(path); there && has_other_schema(*there)) {
      throw std::runtime_error(to_text(record_from_json(*there, path.string()).error()));
    }
    if (const auto why = why_done_is_unreadable(record.job); !why.empty()) throw std::runtime_error(why);
  }
  write_file_atomically(path, document_bytes(to_document(record)));
}

Result<std::optional<RunRecord>> Store::get(const std::string& job) const {
  const auto path = record_path(job);
  std::error_code ec;
  if (!fs::exists(path, ec) && (!ec || ec == std::errc::no_such_file_or_directory)) return std::optional<RunRecord>();
  auto json = read_json(path);
  if (!json) return json.error();
  auto record = record_from_json(*json, path.string());
  if (!record) return record.error();
  if (record->job != job) {
    return Diagnostic{path.string(), {}, fmt::format("the record of job {}, under the name of {}", record->job, job)};
  }
  return std::optional<RunRecord>(std::move(*record));
}

std::string Store::why_done_is_unreadable(const std::string& job) const {
  const auto path = record_path(job);
  const auto json = read_json(path);
  if (!json || !says_done(*json)) return "";
  const auto record = record_from_json(*json, path.string());
  if (record) return "";
  return fmt::format("{}; it says that the job is done, so it is not replaced: move it away to have the job trained again",
                     record.error().front().text());
}

bool Store::is_done(const std::string& job) const {
  const auto record = get(job);
  return record && record.value() && record.value()->status == Status::kDone;
}

bool Store::has_snapshots(const std::string& job, const std::vector<std::int64_t>& epochs) const {
  const auto folder = root_ / "artifacts" / job;
  return std::all_of(epochs.begin(), epochs.end(), [&](std::int64_t epoch) {
    const auto name = snapshot_name(epoch);
    return fs::exists(folder / (name + ".safetensors")) && fs::exists(folder / (name + "_test_logits.safetensors"));
  });
}

std::vector<std::string> Store::jobs() const {
  std::vector<std::string> out;
  std::error_code ec;
  for (const auto& shard : fs::directory_iterator(root_ / "records", ec)) {
    for (auto& stem : stems(shard.path())) out.push_back(std::move(stem));
  }
  std::sort(out.begin(), out.end());
  return out;
}

void Store::put_plan(const Plan& plan) const {
  write_file_atomically(root_ / "plans" / (file_name(plan.suite) + kSuffix), document_bytes(to_document(plan)));
}

Result<Plan> Store::get_plan(const std::string& suite) const {
  const auto path = root_ / "plans" / (file_name(suite) + kSuffix);
  const auto json = read_json(path);
  if (!json) return json.error();
  return from_document<Plan>(*json, path.string());
}

std::vector<std::string> Store::plans() const {
  std::vector<std::string> out;
  for (const auto& stem : stems(root_ / "plans")) out.push_back(from_file_name(stem));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace kdbench::inline results
