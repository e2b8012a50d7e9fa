/// Makes what a session trains: the networks and losses of its jobs, fresh or as a checkpoint left them.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/train/session/session_options.h>
#include <kdbench/train/session/shared_parts.h>
#include <kdbench/train/session/trainee_set.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

class TraineeFactory {
 public:
  /// @param send is told where a training continues, and why a checkpoint is not used
  TraineeFactory(const SharedParts& shared, const SendEvent& send) : shared_(shared), send_(send) {}

  /// The networks of a set as their checkpoints left them, or fresh ones: a checkpoint that fails half way must not leave its
  /// traces, and networks that learn together go on from one step.
  /// @param jobs of one set; a network of the set that is none of them is trained with them and not recorded
  /// @throws kdbench::Error, or what plugins and libtorch throw, when it cannot be made
  TraineeSet make(const std::vector<Job>& jobs) const;

  /// The network of a job that learns by itself as its training begins, whatever the store has of it. @throws what make() does
  std::unique_ptr<Trainee> make_untrained(const Job& job) const;

 private:
  /// A network of a set before it is made.
  struct Place {
    Job job;
    std::filesystem::path folder;
    bool is_recorded = true;
  };
  std::vector<Place> places_of(const std::vector<Job>& jobs) const;
  TraineeSet make_fresh(const std::vector<Place>& places) const;
  std::unique_ptr<Trainee> make_fresh(const Place& place, std::shared_ptr<Model> model,
                                      const std::vector<Model*>& teachers) const;
  std::shared_ptr<Model> make_model(const Spec& spec) const;
  double first_gradient_norm(const std::string& job) const;
  /// Of the session, the first and those beside it.
  std::vector<Model*> teachers() const;
  FrozenTeacher make_teacher(const TeacherSpec& teacher, const SessionTeacher& loaded) const;
  std::vector<TrainedLoss> make_losses(const Spec& spec, Model& student, const std::vector<Model*>& teachers) const;
  std::shared_ptr<GradientPolicy> make_gradient_policy(const Spec& spec, const TraineeParts& parts) const;
  void note(std::string text) const { send_(NoteEvent{.text = std::move(text)}); }

  const SharedParts& shared_;
  const SendEvent& send_;
};

}  // namespace kdbench::inline train
