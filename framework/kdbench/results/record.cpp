/// Records as JSON documents, and back.
#include <kdbench/results/record.h>

#include <fmt/core.h>

#include <stdexcept>

namespace kdbench::inline results {
namespace {

/// Returns what keeps `json` from being a record of this schema; empty if nothing does.
std::string objection(const Json& json) {
  if (!json.is_object()) return fmt::format("a record is a JSON object, this is {}", json.type_name());
  const auto schema = json.find("schema");
  if (schema == json.end() || !schema->is_number_integer()) {
    return fmt::format("not a record: expected \"schema\": {}, found no schema number", kRecordSchema);
  }
  if (!is_known_schema(schema->get<std::int64_t>())) {
    return fmt::format(
        "a record of schema {}, but this kdbench reads schemas {} to {}; use the kdbench that wrote it, or another store",
        schema->dump(), kOldestSchema, kRecordSchema);
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

const CheckpointRecord* RunRecord::checkpoint(const std::string& name) const {
  const auto it = checkpoints.find(name);
  return it == checkpoints.end() ? nullptr : &it->second;
}

const Spec& spec_of(const RunRecord& record) {
  if (!record.spec) throw std::runtime_error(fmt::format("the record of job {:.12} has no spec", record.job));
  return *record.spec;
}

Spec spec_of(RunRecord&& record) { return spec_of(static_cast<const RunRecord&>(record)); }

bool is_known_schema(std::int64_t schema) { return schema >= kOldestSchema && schema <= kRecordSchema; }

Result<RunRecord> record_from_json(const Json& json, const std::string& file) {
  if (const auto problem = objection(json); !problem.empty()) return Diagnostic{file, {}, problem};
  return from_document<RunRecord>(json, file);
}

}  // namespace kdbench::inline results
