/// From usable methods to jobs and their places on the boards.
#pragma once
#include <kdbench/plan/make/job_list.h>
#include <kdbench/plan/make/setting.h>
#include <kdbench/plan/plan.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace kdbench::inline plan {

class Placer {
 public:
  /// What a job of the seed that is planned measures.
  enum class Judged { kOnTestRows, kOnValidationAlone };

  /// Places are added to `plan`, whose device is known; both must outlive this.
  Placer(Resolved& resolved, Plan& plan) : resolved_(resolved), plan_(plan), jobs_(resolved) {}

  /// What is placed from here on is of this seed.
  void begin_seed(std::int64_t seed, Judged judged = Judged::kOnTestRows);

  /// The student on labels alone.
  void place_alone(const Setting& s);

  /// The student on labels alone, for the budget of an arm of a miscalibration study.
  void place_alone(const Setting& s, const PlacedArm& arm);

  /// A method with its teachers.
  /// @param method the usable one, at `value` on the study's axis; @param trial of a tune study, which setting it is
  void place_method(const Setting& s, const Usable& usable, const Method& method, double value,
                    const std::optional<PlacedTrial>& trial = {});

  /// The student of a method as one trial of a tune study; its teachers are trained and have no place. @returns the job's id
  std::string place_trial(const Setting& s, const Usable& usable, const PlacedTrial& trial);

  /// A student of a miscalibration study, with its teachers. @param method at its temperatures; @param arm where it stands
  /// @param matched_to the job to whose first gradient its own is matched; empty: none. @returns the job's id
  std::string place_arm(const Setting& s, const Usable& usable, const Method& method, const PlacedArm& arm,
                        const std::string& matched_to);

  std::vector<Job> take_jobs() { return jobs_.take(); }

 private:
  /// What a stage became: its job, and who taught it.
  struct Trained {
    std::string job, model;
    std::string teacher_job = {};              ///< empty: the labels alone
    PlacedCheckpoint teacher_checkpoint = {};  ///< which state of it taught
    std::vector<std::string> chain = {};       ///< models from the first teacher to the one that taught it
  };
  using TrainedStages = std::map<std::string, Trained>;

  Placement placement(const Setting& s, Role role) const;
  void place(Placement p);
  void place_teacher(const Setting& s, const std::string& stage, const Trained& trained);
  /// @param more to the name of the student's job; @param matched_to as place_arm() has it
  TrainedStages train_stages(const Setting& s, const Usable& usable, const Method& method, double value, const std::string& more,
                             const std::string& matched_to = "");
  void train_peers(const Setting& s, const Usable& usable, const StagePlan& planned, const Method& method, double value,
                   TrainedStages& trained);
  Spec stage_spec(const Setting& s, const StagePlan& planned, const Method& method, const TrainedStages& trained) const;
  static Trained taught_by(const StagePlan& planned, const TrainedStages& trained);
  static void set_training(Placement& p, const Trained& trained);
  std::string job_name(const Setting& s, const Usable& usable, const StagePlan& planned, double value) const;
  bool has_places() const { return !of_seed_.judged_on; }

  Resolved& resolved_;
  Plan& plan_;
  JobList jobs_;
  Spec of_seed_;  ///< of the seed that is being planned
  std::unordered_set<std::string> placed_;
};

}  // namespace kdbench::inline plan
