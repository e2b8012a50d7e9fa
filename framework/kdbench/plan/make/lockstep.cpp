#include <kdbench/plan/make/lockstep.h>
#include <kdbench/plan/make/loss_window.h>
#include <kdbench/plan/make/spec_parts.h>

#include <fmt/core.h>

namespace kdbench::inline plan {
namespace {

/// The networks of a stage, as the suite calls their models: its own, then its peers.
std::vector<std::string> models_of(const Stage& stage) {
  std::vector<std::string> out{stage.model};
  for (const auto& peer : stage.peers) out.push_back(peer.model);
  return out;
}

/// Networks that learn together see the same images in the same order.
void check_same_images(const Recipe& own, const Recipe& other, const Stage& stage, const std::string& model) {
  const auto require_same = [&](const char* key, const auto& a, const auto& b) {
    if (a == b) return;
    throw Error(
        fmt::format("stage '{}': '{}' and '{}' learn together, and train.{} is {} for one and {} for the other; set one value",
                    stage.id, stage.model, model, key, a, b));
  };
  require_same("batch_size", own.batch_size, other.batch_size);
  require_same("crop_padding", own.crop_padding, other.crop_padding);
  require_same("flip", own.flip, other.flip);
  require_same("strong_operations", own.strong_operations, other.strong_operations);
  require_same("strong_magnitude", own.strong_magnitude, other.strong_magnitude);
  require_same("cutout", own.cutout, other.cutout);
  require_same("mixup", own.mixup, other.mixup);
  require_same("threads", own.threads, other.threads);
}

/// A network beside the others, the first of which stands where one teacher would.
const LossAnswer& ask_beside(LossAnswers& answers, const Setting& s, const Method& method, std::vector<std::string> models,
                             std::size_t i) {
  const auto own = models[i];
  models.erase(models.begin() + static_cast<std::ptrdiff_t>(i));
  const auto first = models.front();
  models.erase(models.begin());
  return answers.ask(method, s, own, first, models);
}

/// Why the loss cannot teach one of so many networks by the others; empty if it can.
std::string refusal_beside(const LossAnswer& answer, std::size_t networks) {
  const auto& needs = answer.needs;
  if (answer.refusal) return *answer.refusal;
  if (!needs.terms || !needs.teacher)
    return "it reads no other network, and they would not learn from each other; choose another strategy";
  if (needs.several_teachers != (networks > 2))
    return fmt::format("it reads {}; choose a loss or a number of networks that go together",
                       needs.several_teachers ? "several others" : "one other");
  if (needs.second_view || needs.adapts)
    return "second views and adapters are not to be had for networks that learn together; choose another loss";
  return {};
}

}  // namespace

StagePlan with_peers(Resolved& resolved, LossAnswers& answers, const Setting& s, const Method& method, const Stage& stage) {
  const auto models = models_of(stage);
  const auto& own = *resolved.models.at(stage.model).recipe;
  StagePlan out{stage, &method, {}};
  for (std::size_t i = 0; i < models.size(); ++i) {
    const auto& answer = ask_beside(answers, s, method, models, i);
    if (const auto why = refusal_beside(answer, models.size()); !why.empty())
      throw Error(fmt::format("stage '{}', network '{}': {}", stage.id, models[i], why));
    const auto& model = resolved.models.at(models[i]);
    check_loss_keys(method, answer.needs, stage, *model.recipe);
    check_same_images(own, *model.recipe, stage, models[i]);
    if (i == 0)
      out.needs = answer.needs;
    else
      out.peers.push_back({stage.peers[i - 1].id, models[i], stage_recipe(model, stage)});
  }
  return out;
}

std::optional<LockstepSpec> lockstep_spec(const Resolved& resolved, const StagePlan& planned) {
  if (planned.peers.empty()) return std::nullopt;
  LockstepSpec out;
  out.networks.push_back({resolved.models.at(planned.stage.model).spec, planned.recipe});
  for (const auto& peer : planned.peers) out.networks.push_back({resolved.models.at(peer.model).spec, peer.recipe});
  return out;
}

}  // namespace kdbench::inline plan
