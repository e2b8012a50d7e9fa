/// Makes what a session trains: the networks and losses of its jobs, fresh or as a checkpoint left them.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/train/session/session_options.h>
#include <kdbench/train/session/shared_parts.h>
#include <kdbench/train/student/trainee.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

class TraineeFactory {
 public:
  /// @param send is told where a training continues, and why a checkpoint is not used
  TraineeFactory(const SharedParts& shared, const SendEvent& send) : shared_(shared), send_(send) {}

  /// The trainee as its checkpoint left it, or a fresh one: a checkpoint that fails half way must not leave its traces.
  /// @throws kdbench::Error, or what plugins and libtorch throw, when it cannot be made
  std::unique_ptr<Trainee> make(const Job& job) const;

 private:
  std::unique_ptr<Trainee> make_fresh(const Job& job, const std::filesystem::path& folder) const;
  std::shared_ptr<Model> make_model(const Spec& spec) const;
  FrozenTeacher make_teacher(const TeacherSpec& teacher, double temperature) const;
  std::vector<TrainedLoss> make_losses(const LossSpec& spec, Model& student) const;
  void note(std::string text) const { send_(NoteEvent{.text = std::move(text)}); }

  const SharedParts& shared_;
  const SendEvent& send_;
};

}  // namespace kdbench::inline train
