// {"plan": ..., "records": [...]}: what a store may hold, made into every board and figure.
#include "fuzz.h"
#include "json_mutator.h"

#include <kdbench/leaderboard/leaderboard.h>
#include <kdbench/report/figures/figure_kinds.h>

#include <map>

namespace {

using namespace kdbench;

std::map<std::string, RunRecord> records_of(const Json& json) {
  std::map<std::string, RunRecord> out;
  if (!json.is_array()) return out;
  for (const auto& item : json) {
    auto record = record_from_json(item, "record.json");
    if (fuzz::accepted(record)) out.insert_or_assign(record->job, std::move(*record));
  }
  return out;
}

void draw_all(const Plan& plan, const RecordOf& record_of, const BoardOptions& options) {
  boards::PlanResults results(plan, record_of, options);
  for (const auto& kind : report::figure_kinds()) {
    for (const auto& study : results.studies()) kind.make(results, study);
  }
}

}  // namespace

FUZZ_TARGET(board) {
  const auto json = parse_json(fuzz::text_of(data, size), "board.json");
  if (!fuzz::accepted(json) || !json->is_object() || !json->contains("plan")) return;
  const auto plan = from_document<Plan>((*json)["plan"], "plan.json");
  if (!fuzz::accepted(plan) || !why_inconsistent(*plan).empty()) return;
  const auto records = records_of(json->value("records", Json()));
  const auto record_of = [&](const std::string& job) {
    const auto found = records.find(job);
    return found == records.end() ? std::nullopt : std::optional(found->second);
  };
  const BoardOptions options{.running = {}, .bootstrap_samples = 20, .random_seed = 1, .loaded = {}};
  const auto board = make_leaderboard(*plan, record_of, options);
  for (const auto format : {Format::kText, Format::kMarkdown, Format::kCsv, Format::kJson}) render(board, format);
  draw_all(*plan, record_of, options);
}
