#include <kdbench/train/session/trainee_set.h>

namespace kdbench::inline train {

void TraineeSet::train_step(const Batch& batch, const ModelOutput& teacher) const {
  std::vector<ModelOutput> seen;
  if (networks_.size() > 1 && lead().distils(lead().epoch())) {
    for (const auto& network : networks_) seen.push_back(network->look(batch));
  }
  for (std::size_t i = 0; i < networks_.size(); ++i) {
    auto others = seen;
    if (!others.empty()) others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    networks_[i]->hear(std::move(others));
    networks_[i]->train_step(batch, teacher);
  }
}

std::vector<Spec> specs_of_set(const Spec& spec) {
  if (!spec.lockstep) return {spec};
  std::vector<Spec> out;
  for (const auto& network : spec.lockstep->networks) {
    auto member = spec;
    member.model = network.model;
    member.train = network.train;
    member.lockstep->member = static_cast<std::int64_t>(out.size());
    out.push_back(std::move(member));
  }
  return out;
}

std::string set_identity(const Spec& spec) { return specs_of_set(spec).front().identity(); }

}  // namespace kdbench::inline train
