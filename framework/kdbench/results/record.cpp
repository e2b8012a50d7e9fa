/// Records as JSON documents, and back.
#include <kdbench/results/record.h>

#include <fmt/core.h>

namespace kdbench::inline results {
namespace {

/// Returns what keeps `json` from being a record of this schema; empty if nothing does.
std::string objection(const Json& json) {
  if (!json.is_object()) return fmt::format("a record is a JSON object, this is {}", json.type_name());
  const auto schema = json.find("schema");
  if (schema == json.end() || !schema->is_number_integer()) {
    return fmt::format("not a record: expected \"schema\": {}, found no schema number", kRecordSchema);
  }
  if (*schema != kRecordSchema) {
    return fmt::format("a record of schema {}, but this kdbench reads schema {}; use the kdbench that wrote it, or another store",
                       schema->dump(), kRecordSchema);
  }
  return "";
}

}  // namespace

std::string to_string(Status status) {
  for (const auto& [value, name] : names_of(status)) {
    if (value == status) return name;
  }
  return "unknown";
}

Result<Status> status_from_string(const std::string& text) {
  for (const auto& [value, name] : names_of(Status{})) {
    if (text == name) return value;
  }
  return Diagnostic{"", {}, fmt::format("unknown status '{}'; expected done, failed, diverged, skipped or interrupted", text)};
}

const CheckpointRecord* RunRecord::checkpoint(const std::string& name) const {
  const auto it = checkpoints.find(name);
  return it == checkpoints.end() ? nullptr : &it->second;
}

Result<RunRecord> record_from_json(const Json& json, const std::string& file) {
  if (const auto problem = objection(json); !problem.empty()) return Diagnostic{file, {}, problem};
  return from_document<RunRecord>(json, file);
}

}  // namespace kdbench::inline results
