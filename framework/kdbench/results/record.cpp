/// Records as JSON documents, and back.
#include <kdbench/results/record.h>

#include <fmt/core.h>

#include <array>
#include <utility>

namespace kdbench {
namespace {

constexpr std::array<std::pair<Status, const char*>, 5> kStatusNames{{{Status::kDone, "done"},
                                                                      {Status::kFailed, "failed"},
                                                                      {Status::kDiverged, "diverged"},
                                                                      {Status::kSkipped, "skipped"},
                                                                      {Status::kInterrupted, "interrupted"}}};

std::string text_of(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Json part_of(Json& json, const char* key) {
  const auto it = json.find(key);
  return it == json.end() ? Json() : std::move(*it);
}

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
  if (text_of(json, "job").empty()) return "not a record: \"job\" must be a text";
  return "";
}

}  // namespace

std::string to_string(Status status) {
  for (const auto& [value, name] : kStatusNames) {
    if (value == status) return name;
  }
  return "unknown";
}

Result<Status> status_from_string(const std::string& text) {
  for (const auto& [value, name] : kStatusNames) {
    if (text == name) return value;
  }
  return Diagnostic{"", {}, fmt::format("unknown status '{}'; expected done, failed, diverged, skipped or interrupted", text)};
}

Json to_json(const RunRecord& record) {
  return {{"schema", kRecordSchema},
          {"job", record.job},
          {"label", record.label},
          {"status", to_string(record.status)},
          {"reason", record.reason},
          {"spec", record.spec},
          {"epochs", record.epochs},
          {"checkpoints", record.checkpoints},
          {"teacher", record.teacher},
          {"tau_curve", record.tau_curve},
          {"environment", record.environment},
          {"timings", record.timings},
          {"memory", record.memory},
          {"extra", record.extra},
          {"finished_at", record.finished_at}};
}

Result<RunRecord> record_from_json(Json json, const std::string& file) {
  if (const auto problem = objection(json); !problem.empty()) return Diagnostic{file, {}, problem};
  const auto status = status_from_string(text_of(json, "status"));
  if (!status) return Diagnostic{file, {}, status.error().front().message};
  RunRecord record;
  record.job = text_of(json, "job");
  record.label = text_of(json, "label");
  record.status = *status;
  record.reason = text_of(json, "reason");
  record.spec = part_of(json, "spec");
  record.epochs = part_of(json, "epochs");
  record.checkpoints = part_of(json, "checkpoints");
  record.teacher = part_of(json, "teacher");
  record.tau_curve = part_of(json, "tau_curve");
  record.environment = part_of(json, "environment");
  record.timings = part_of(json, "timings");
  record.memory = part_of(json, "memory");
  record.extra = part_of(json, "extra");
  record.finished_at = text_of(json, "finished_at");
  return record;
}

}  // namespace kdbench
