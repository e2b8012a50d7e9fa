// A record of a store. What is read is written again and must be read the same.
#include "fuzz.h"
#include "json_mutator.h"

#include <kdbench/results/record.h>

FUZZ_TARGET(record) {
  using namespace kdbench;
  const auto json = parse_json(fuzz::text_of(data, size), "record.json");
  if (!fuzz::accepted(json)) return;
  const auto record = record_from_json(*json, "record.json");
  if (!fuzz::accepted(record)) return;
  const auto written = to_document(*record);
  const auto again = record_from_json(written, "record.json");
  fuzz::require(fuzz::accepted(again) && to_document(*again) == written, "what was written is read the same");
  if (!record->spec) return;
  fuzz::require(!record->spec->identity().empty(), "a spec has an identity");
  plugins_of(*record->spec);
  needs_of(*record->spec);
}
