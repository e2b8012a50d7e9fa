/// The store on disk: whole files under names that follow from their content, so that writers need not know each other.
#include <kdbench/results/store.h>

#include <kdbench/base/check.h>
#include <kdbench/base/files.h>
#include <kdbench/base/hash.h>

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string_view>
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

constexpr std::string_view kRecordChecksum = "\"record_sha256\":\"";
constexpr std::size_t kDigits = 64;

/// Of all bytes but the digits at `at`.
std::string sha256_around(const std::string& text, std::size_t at) {
  return Sha256().update(text.data(), at).update(text.data() + at + kDigits, text.size() - at - kDigits).hex();
}

std::string text_with_checksum(RunRecord record) {
  record.record_sha256 = std::string(kDigits, '0');
  auto text = document_bytes(to_document(record));
  const auto at = text.find(kRecordChecksum) + kRecordChecksum.size();
  return text.replace(at, kDigits, sha256_around(text, at));
}

/// What keeps `text` from being what was written; empty where nothing does, and for records of before there were checksums.
std::string why_damaged(const std::string& text) {
  const auto found = text.find(kRecordChecksum);
  if (found == std::string::npos) return "";
  const auto at = found + kRecordChecksum.size();
  if (text.size() >= at + kDigits && text.compare(at, kDigits, sha256_around(text, at)) == 0) return "";
  return "the record was damaged since it was written: its checksum does not fit its text";
}

/// Reads a record's document. @returns also what is wrong with the file
Result<Json> read_record(const fs::path& path) {
  const auto text = read_file(path, Links::kRefused);
  if (!text) return text.error();
  if (const auto why = why_damaged(*text); !why.empty()) return Diagnostic{path.string(), {}, why};
  return parse_json(*text, path.string());
}

bool says_done(const Json& json) {
  return json.is_object() && json.contains("status") && json["status"] == to_string(Status::kDone);
}

bool has_other_schema(const Json& json) {
  return json.is_object() && json.contains("schema") && json["schema"].is_number_integer() &&
         !is_known_schema(json["schema"].get<std::int64_t>());
}

/// What keeps the test logits of a state, below the folder of its job, from being there; empty if nothing does.
std::string why_no_test_logits(const fs::path& folder, const std::string& state) {
  const auto own = folder / (state + "_test_logits.safetensors");  // of a snapshot; the states of the rules share a file
  const auto file = fs::exists(own) ? own : folder / "test_logits.safetensors";
  if (!fs::exists(file)) return file.string() + " is missing";
  const auto logits = TensorFile::read(file);
  if (!logits) return logits.error().front().text();
  return logits->tensors().count(state) == 0 ? fmt::format("{} has no logits of '{}'", file.string(), state) : "";
}

}  // namespace

std::string why_not_recorded(const TensorFile& weights, const std::string& state, const RunRecord& record, const fs::path& file) {
  const auto& expected = record.extra.weights_sha256;
  if (state != artifact_stem(CheckpointRef{}) || expected.empty()) return "";
  const auto found = weights.tensors_sha256();
  if (found == expected) return "";
  return fmt::format("{} holds other weights than its record tells of: expected the SHA-256 {:.12}..., found {:.12}...",
                     file.string(), expected, found);
}

Store::Store(fs::path root, For use) : root_(std::move(root)) {
  for (const auto* folder : {"records", "artifacts", "plans", "logs", "cache", "cache/teacher_logits"}) {
    if (!is_link(root_ / folder)) continue;
    throw std::runtime_error(
        fmt::format("{} is a symbolic link; a store writes and deletes in its folders, which may then be somebody "
                    "else's: make it a folder (or a bind mount), or choose another store by --store",
                    (root_ / folder).string()));
  }
  if (use == For::kReading) return;
  const auto records = root_ / "records";
  std::error_code why;
  fs::create_directories(records, why);
  if (why) throw std::system_error(why, fmt::format("cannot make the store {}; --store names another folder", root_.string()));
  for (const auto& folder : {root_, records}) {
    if (::access(folder.c_str(), W_OK) != 0) {
      throw std::system_error(errno, std::generic_category(), "cannot write into the store " + folder.string());
    }
  }
  for (const auto& shard : fs::directory_iterator(records)) {
    if (shard.is_directory()) sweep_temporary_files(shard.path());
  }
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
  if (is_done(record.job)) return;
  if (const auto why = why_not_replaceable(record.job); !why.empty()) throw std::runtime_error(why);
  write_file_atomically(record_path(record.job), text_with_checksum(record));
}

void Store::withdraw(const std::string& job) const { fs::remove(record_path(job)); }

Result<std::optional<RunRecord>> Store::get(const std::string& job) const {
  const auto path = record_path(job);
  std::error_code ec;
  const auto there = fs::symlink_status(path, ec);
  if (there.type() == fs::file_type::not_found) return std::optional<RunRecord>();
  auto json = read_record(path);
  if (!json) return json.error();
  auto record = record_from_json(*json, path.string());
  if (!record) return record.error();
  if (record->job != job) {
    return Diagnostic{path.string(), {}, fmt::format("the record of job {}, under the name of {}", record->job, job)};
  }
  record->record_sha256.clear();  // was checked, and is of the file alone
  return std::optional<RunRecord>(std::move(*record));
}

std::string Store::why_not_replaceable(const std::string& job) const {
  const auto path = record_path(job);
  std::error_code ec;
  const auto there = fs::symlink_status(path, ec);
  if (there.type() == fs::file_type::not_found) return "";
  if (there.type() != fs::file_type::regular)
    return fmt::format("{} is no regular file, and the record of the job would stand there: move it away", path.string());
  const auto json = read_json(path);
  if (!json) return "";
  if (!says_done(*json)) return has_other_schema(*json) ? to_text(record_from_json(*json, path.string()).error()) : "";
  const auto record = get(job);
  if (record) return "";
  return fmt::format("{}; it says that the job is done, so it is not replaced: move it away to have the job trained again",
                     record.error().front().text());
}

bool Store::is_done(const std::string& job) const {
  const auto record = get(job);
  return record && record.value() && record.value()->status == Status::kDone;
}

std::string Store::why_unusable(const std::string& job, const std::string& state) const {
  const auto folder = root_ / "artifacts" / job;
  const auto record = get(job);
  const bool is_recorded = record && *record;
  const bool has_logits = !is_recorded || !(*record)->spec || !(*record)->spec->is_judged_on_validation();
  const auto weights_file = folder / (state + ".safetensors");
  if (!fs::exists(weights_file)) return weights_file.string() + " is missing";
  if (auto why = has_logits ? why_no_test_logits(folder, state) : ""; !why.empty()) return why;
  const auto weights = TensorFile::read(weights_file);
  if (!weights) return weights.error().front().text();
  return is_recorded ? why_not_recorded(*weights, state, **record, weights_file) : "";
}

std::string Store::why_no_loss_state(const std::string& job) const {
  const auto file = root_ / "artifacts" / job / kLossStateFile;
  if (!fs::exists(file)) return file.string() + " is missing";
  const auto state = TensorFile::read(file);
  return state ? "" : state.error().front().text();
}

bool Store::has_states(const std::string& job, const std::vector<std::string>& states) const {
  return std::all_of(states.begin(), states.end(), [&](const auto& state) { return why_unusable(job, state).empty(); });
}

std::vector<std::string> Store::jobs() const {
  std::vector<std::string> out;
  std::error_code ec;
  for (const auto& shard : fs::directory_iterator(root_ / "records", ec)) {
    for (auto& stem : stems(shard.path())) {
      if (a_plain_word(stem) == nullptr) out.push_back(std::move(stem));  // others are no job's
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void Store::put_plan(const Plan& plan) const { write_file_atomically(plan_path(plan.suite), document_bytes(to_document(plan))); }

fs::path Store::plan_path(const std::string& suite) const { return root_ / "plans" / (file_name(suite) + kSuffix); }

Result<Plan> Store::get_plan(const std::string& suite) const {
  const auto path = plan_path(suite);
  const auto text = read_file(path, Links::kRefused);
  if (!text) return text.error();
  const auto json = parse_json(*text, path.string());
  if (!json) return json.error();
  auto plan = from_document<Plan>(*json, path.string());
  if (!plan) return plan;
  if (const auto why = why_inconsistent(*plan); !why.empty()) {
    return Diagnostic{
        path.string(), {}, fmt::format("the plan contradicts itself: {}; run the suite again to write it anew", why)};
  }
  return plan;
}

std::vector<std::string> Store::plans() const {
  std::vector<std::string> out;
  for (const auto& stem : stems(root_ / "plans")) out.push_back(from_file_name(stem));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace kdbench::inline results
