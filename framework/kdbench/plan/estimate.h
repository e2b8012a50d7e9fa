/// What a job will cost, from what its models were measured to cost.
#pragma once
#include <kdbench/plan/probe.h>

namespace kdbench {

struct Estimate {
  double seconds = 0;  ///< on one core; 0: unknown
  double bytes = 0;    ///< peak memory of the job trained alone; 0: unknown
};

/// @param spec the job's specification; @param teacher facts of the network that teaches, or nullptr
/// @param num_train rows trained on; 0 gives no estimate
Estimate estimate_job(const ModelFacts& model, const ModelFacts* teacher, const Json& spec, std::int64_t num_train,
                      const DatasetInfo& info);

}  // namespace kdbench
