/// What is trained step by step together: one network, or several that learn from each other (Spec::lockstep).
#pragma once
#include <kdbench/train/student/trainee.h>

#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

class TraineeSet {
 public:
  /// @param networks in the order of the stage, at least one, all at the same step
  explicit TraineeSet(std::vector<std::unique_ptr<Trainee>> networks) : networks_(std::move(networks)) {}

  const std::vector<std::unique_ptr<Trainee>>& networks() const { return networks_; }
  /// The first one, for what is the same for all: steps, epochs, batches, what is needed of a teacher.
  Trainee& lead() const { return *networks_.front(); }

  /// Trains every network on the next batch. Of several each is taught by what the others make of it before any of them changes.
  /// @param teacher as of Trainee::train_step(), for a network that learns by itself
  void train_step(const Batch& batch, const ModelOutput& teacher) const;

 private:
  std::vector<std::unique_ptr<Trainee>> networks_;
};

/// The specs of all networks of a set, in their order, of the spec of any of them; of a network that learns by itself its own.
std::vector<Spec> specs_of_set(const Spec& spec);

/// Equal for the specs of one set, and for no others.
std::string set_identity(const Spec& spec);

}  // namespace kdbench::inline train
