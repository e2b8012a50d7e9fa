// A plan of a store, and one on its way between the two programs. What is read is written again and must be read the same.
#include "fuzz.h"
#include "json_mutator.h"

#include <kdbench/plan/plan.h>
#include <kdbench/protocol/requests.h>

namespace {

using namespace kdbench;

void read_stored(const Json& json) {
  const auto plan = from_document<Plan>(json, "plan.json");
  if (!fuzz::accepted(plan)) return;
  const auto written = to_document(*plan);
  const auto again = from_document<Plan>(written, "plan.json");
  fuzz::require(fuzz::accepted(again) && to_document(*again) == written, "what was written is read the same");
  why_inconsistent(*plan);
}

/// As the parent reads what a worker sends, which it does not trust.
void read_sent(const Json& json) {
  const auto sent = from_document<SentPlan>(json, "answer");
  if (!fuzz::accepted(sent)) return;
  const auto packed = to_packed_json(sent->plan);
  fuzz::require(to_packed_json(plan_from_packed_json(packed)) == packed, "what was packed is unpacked the same");
}

}  // namespace

FUZZ_TARGET(plan) {
  const auto json = parse_json(fuzz::text_of(data, size), "plan.json");
  if (!fuzz::accepted(json)) return;
  read_stored(*json);
  read_sent(*json);
}
