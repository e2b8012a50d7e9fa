/// From a strategy's answer to stages that can be planned: asked, checked, and each with what trains it.
#pragma once
#include <kdbench/plan/make/loss_answers.h>
#include <kdbench/plan/make/setting.h>

#include <string>
#include <vector>

namespace kdbench::inline plan {

/// What Checkpoint::rule may say: the states of a network that training keeps.
const std::vector<std::string>& checkpoint_rules();

/// Asks the strategy of a setting for its stages and finds the loss of each.
/// @param needs of `method`, the method under study, on the setting's pair
/// @throws Error saying why the strategy or a loss cannot be used here, naming strategy and stage
std::vector<StagePlan> plan_stages(Resolved& resolved, LossAnswers& answers, const Setting& s, const Method& method,
                                   const MethodNeeds& needs);

/// A method of which the student's stage, the last, has `epochs` epochs, its schedule stretched to them.
/// @throws LossKeyError for a key that means nothing in so many
Usable with_epochs(const Resolved& resolved, const Usable& usable, std::int64_t epochs);

}  // namespace kdbench::inline plan
