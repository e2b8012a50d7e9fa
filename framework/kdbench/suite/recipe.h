/// The training recipe as the JSON that stands in a job's spec.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/suite/suite.h>

namespace kdbench {

/// Returns every key of [train] that can change a result, under its name in the suite file (so all but
/// `checkpoint_every`).
Json to_json(const Recipe& recipe);

}  // namespace kdbench
