/// The parts of a job's spec, and what is derived from it: its id and its group. spec.h says what a spec holds.
#pragma once
#include <kdbench/plan/make/setting.h>

#include <cstdint>
#include <string>

namespace kdbench::inline plan {

/// What all jobs of a seed have in common.
/// @param device as resolved: "cpu", "cuda:0"
Spec seed_spec(std::int64_t seed, std::int64_t bins, const std::string& device);

/// Spec of a network trained on labels alone.
Spec labels_spec(const Spec& of_seed, const ResolvedDataset& dataset, const ResolvedModel& model, const Shared<Recipe>& recipe);

/// The model's recipe as one stage changes it.
/// @param reads_second_view whether the stage's loss does; without that there is none
Shared<Recipe> stage_recipe(const ResolvedModel& model, const Stage& stage, bool reads_second_view = false);

/// How `method`, at its place on an axis, distils in a stage. What the parts of a combination are called is no part of its
/// identity.
Shared<LossSpec> loss_spec(const Method& method, const MethodNeeds& needs, const Stage& stage);

/// @param job id of the job whose network, in the state of `checkpoint`, teaches in `stage`; @param calibrator of its logits;
/// nullptr: none
TeacherSpec teacher_spec(const std::string& job, const Checkpoint& checkpoint, const Stage& stage,
                         const ResolvedCalibrator* calibrator);

/// A strategy's word for a state as specs have it.
CheckpointRef checkpoint_of(const Checkpoint& checkpoint);

/// The hash of what determines the result: of the spec, with what the data's files hold in place of where they lie.
std::string job_identity(const Spec& spec);

/// Equal for jobs that ask the same teacher about the same batches in the same order, however its logits are calibrated, and for
/// networks that learn together.
/// Call it for jobs with a teacher or with others that learn together with them.
std::string group_of(const Spec& spec);

}  // namespace kdbench::inline plan
