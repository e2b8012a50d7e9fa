/// What a teacher's temperature does to the gradient of a loss: how far it turns and how much it grows, before anything is
/// trained.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>
#include <kdbench/train/network/factories.h>
#include <kdbench/train/session/session_options.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// At which temperatures a gradient is looked at, and on how many batches.
struct ProbeOptions {
  std::vector<double> temperatures;  ///< each divides the teacher's logits beside what the job's loss divides them by
  std::int64_t batches = 1;          ///< the first of the first epoch; their gradients are summed
};

/// The gradient of a job's terms at each temperature, against that at temperature 1. The teacher's ranking of classes is the same
/// at all of them.
struct ProbedGradient {
  std::vector<double> cosine, norm_ratio;  ///< NaN where a gradient is 0
  std::string reason;                      ///< why there are none; empty: there are
};

/// Looks at the student of each job with its initial weights. @param jobs of one group, whose teacher is done in the store
/// @throws kdbench::Error where data or teacher are not to be had; what concerns one job alone is its reason
std::vector<ProbedGradient> probe_gradients(const std::vector<Job>& jobs, const Store& store, const Factories& factories,
                                            const SessionOptions& session, const ProbeOptions& options);

}  // namespace kdbench::inline train
