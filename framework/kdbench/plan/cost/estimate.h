/// What a job will cost, from what its models were measured to cost.
#pragma once
#include <kdbench/plan/cost/probe.h>
#include <kdbench/plan/spec.h>

namespace kdbench::inline plan {

struct Estimate {
  double seconds = 0;  ///< on one core; 0: unknown
  double bytes = 0;    ///< peak resident memory of the job trained alone; 0: unknown
  double shared_seconds = 0, shared_bytes = 0, thread_bytes = 0, state_bytes = 0;  ///< parts of them, as in Job
};

/// A group on w threads needs shared, w times thread, the states of its students, and for each student model, of which it has n,
/// min(n, w) times bytes - shared - thread - state.
/// @param feature_loss the loss reads the teacher's feature maps or embedding
/// @param spec the job's specification; @param teacher facts of the network that teaches, or nullptr
/// @param num_train rows trained on; 0 gives no estimate
/// @param frozen facts of the network whose logits are added, or nullptr
Estimate estimate_job(const ModelFacts& model, const ModelFacts* teacher, const Spec& spec, std::int64_t num_train,
                      const DatasetInfo& info, bool feature_loss = false, const ModelFacts* frozen = nullptr);

}  // namespace kdbench::inline plan
