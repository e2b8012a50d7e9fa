/// Stages of several networks that learn together (Stage::peers).
#pragma once
#include <kdbench/plan/make/loss_answers.h>
#include <kdbench/plan/make/setting.h>

namespace kdbench::inline plan {

/// The stage with its loss, found usable for every one of its networks beside the others.
/// @throws Error saying why not, naming stage and network
StagePlan with_peers(Resolved& resolved, LossAnswers& answers, const Setting& s, const Method& method, const Stage& stage);

/// All networks of a planned stage, as the specs of their jobs have them; `member` is left at 0. Nothing where it has no peers.
std::optional<LockstepSpec> lockstep_spec(const Resolved& resolved, const StagePlan& planned);

}  // namespace kdbench::inline plan
