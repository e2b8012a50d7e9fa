/// Plan: every job a suite needs, as plain data. What a worker trains on this machine, another scheduler trains elsewhere.
/// This header, spec.h and their sources are free of libtorch.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/suite/study_kind.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kdbench::inline plan {

/// What people call a job: what it is, and its seed. In documents and messages one text, "kl[tau=4] resnet20->resnet8 s0".
struct JobLabel {
  std::string name;                  ///< "kl[tau=4] resnet20->resnet8"
  std::optional<std::int64_t> seed;  ///< nothing for a label that names none

  std::string text() const;
  bool operator==(const JobLabel&) const = default;
};
std::string document_text(const JobLabel& label);
JobLabel from_document_text(std::type_identity<JobLabel>, const std::string& text);

/// One network trained for one stage. `id` is the SHA-256 of spec.identity(): everything that determines the result and
/// nothing else, so two suites that need the same training share the job.
struct Job {
  std::string id;
  JobLabel label;
  Spec spec;
  std::vector<std::string> needs;
  std::int64_t checkpoint_every = 1;
  std::vector<std::int64_t> keep_epochs = {};
  std::string group;
  double estimated_s = 0, shared_s = 0;
  double estimated_bytes = 0, shared_bytes = 0, thread_bytes = 0, state_bytes = 0;

  static constexpr auto fields() {
    using J = Job;
    using enum Presence;
    return std::tuple(
        field("id", &J::id, "SHA-256 of what determines the result", a_plain_word), field("label", &J::label, "for people"),
        field("spec", &J::spec, "what determines the result"),
        field("needs", &J::needs,
              "ids of the jobs that must be done before: its teacher's, and those of init, added_to, loss_init and lr_matched_to",
              plain_words),
        field("checkpoint_every", &J::checkpoint_every, "epochs between resumable checkpoints; decides no result", a_count),
        field("keep_epochs", &J::keep_epochs,
              "epochs after which the network is kept, ascending: what other jobs of the plan learn from; decides no result",
              kSinceLater),
        field("group", &J::group, "jobs with equal non-empty group may share one worker and one teacher tape"),
        field("estimated_s", &J::estimated_s, "seconds on one core of an ordinary machine; 0: unknown", at_least_0),
        field("estimated_bytes", &J::estimated_bytes, "peak memory of the job trained alone; 0: unknown", at_least_0),
        field("shared_s", &J::shared_s, "of the seconds, what the jobs of a group have once: the teacher's passes", kSinceLater),
        field("shared_bytes", &J::shared_bytes,
              "of the memory, what the jobs of a group have once: libtorch, data, the teacher's tape", kSinceLater),
        field("thread_bytes", &J::thread_bytes, "what each thread of a group has: its copy of the teacher at work", kSinceLater),
        field("state_bytes", &J::state_bytes, "what a student of a group keeps also while others train: weights and history",
              kSinceLater));
  }
};

/// What a network is where it is placed.
enum class Role {
  kMethod,   ///< a student under a method
  kAlone,    ///< the student trained on labels alone, for comparison
  kTeacher,  ///< a network that teaches
  kTrial,    ///< a student under a setting that a tune study tries, judged on validation rows
};
constexpr auto names_of(Role) {
  return std::array<std::pair<Role, const char*>, 4>{
      {{Role::kMethod, "method"}, {Role::kAlone, "alone"}, {Role::kTeacher, "teacher"}, {Role::kTrial, "trial"}}};
}

/// A checkpoint as placements write it: checkpoint_text(), empty where nobody taught.
struct PlacedCheckpoint : CheckpointRef {
  PlacedCheckpoint() : CheckpointRef{.rule = ""} {}
  PlacedCheckpoint(const CheckpointRef& checkpoint) : CheckpointRef(checkpoint) {}
};
std::string document_text(const PlacedCheckpoint& checkpoint);
PlacedCheckpoint from_document_text(std::type_identity<PlacedCheckpoint>, const std::string& text);

/// A setting of a method that a tune study tries.
struct PlacedTrial {
  std::string loss;
  std::int64_t number = 0;
  std::string setting;
  std::int64_t epochs = 0;

  static constexpr auto fields() {
    using T = PlacedTrial;
    return std::tuple(
        field("loss", &T::loss, "its name in the suite"),
        field("number", &T::number, "of the draw; 0: the default setting", a_count),
        field("setting", &T::setting, "\"alpha=0.5, tau=2\"; empty: the default"),
        field("epochs", &T::epochs, "of the trial, which tell its rung; 0: of the training that is judged", a_count));
  }
};

/// An arm of a miscalibration study: how its student was taught, beside the calibrator.
struct PlacedArm {
  std::string loss = {}, family = {};
  double student_tau = 1;
  std::int64_t budget = 1;
  bool matched = false;

  static constexpr auto fields() {
    using A = PlacedArm;
    return std::tuple(
        field("loss", &A::loss, "label of the loss: \"kl\", \"kl[alpha=0.5]\"; empty: the labels alone"),
        field("family", &A::family, "table of the calibrator, of which it is one strength; empty: the teacher as it is"),
        field("student_tau", &A::student_tau, "temperature of the student in the loss", above_0),
        field("budget", &A::budget, "factor of the student's epochs", a_count),
        field("matched", &A::matched,
              "whether the learning rate is matched to the first gradient under the teacher as "
              "it is"));
  }
};

/// Where one job stands on the boards. Boards are made of placements and records alone.
struct Placement {
  std::string study;
  StudyKind kind = StudyKind::kCompare;
  std::string dataset, method, convention, teacher, student, strategy;
  std::string calibrator = {};
  std::int64_t seed = 0;
  std::string axis;
  double value = 0;
  Role role = Role::kMethod;
  std::string job, teacher_job;
  PlacedCheckpoint teacher_checkpoint;
  std::vector<std::string> chain;
  std::optional<PlacedTrial> trial = {};
  std::optional<PlacedArm> arm = {};

  static constexpr auto fields() {
    using P = Placement;
    using enum Presence;
    return std::tuple(
        field("study", &P::study, "name of the study"), field("kind", &P::kind, "compare, sensitivity, tune or miscalibration"),
        field("dataset", &P::dataset, "its name in the suite"), field("method", &P::method, "label: \"kl\", \"kl[alpha=0.5]\""),
        field("convention", &P::convention, "\"tau=4 on both, tau^2 on, alpha=1\", or \"labels only\""),
        field("teacher", &P::teacher, "name of the model in the suite; empty for a student alone"),
        field("student", &P::student, "name of the model in the suite"), field("strategy", &P::strategy, "its name in the suite"),
        field("calibrator", &P::calibrator, "label of what is done to its teachers' logits: \"shift[ratio=0.5]\"", kIfAny),
        field("seed", &P::seed, "of the run"), field("axis", &P::axis, "empty, tau or teacher_temperature"),
        field("value", &P::value, "position on the axis"), field("role", &P::role, "method, alone, teacher or trial"),
        field("job", &P::job, "id of the job", a_plain_word),
        field("teacher_job", &P::teacher_job, "id of the job whose network taught; empty: none", a_plain_word_or_nothing),
        field("teacher_checkpoint", &P::teacher_checkpoint,
              "which state of it taught: \"last\", \"best_val\", \"epoch 30\"; empty without teacher_job", kSinceLater),
        field("chain", &P::chain, "models from the first teacher to the direct one; empty without teacher_job", kSinceLater),
        field("trial", &P::trial, "of a tune study: which setting of which loss", kIfAny),
        field("arm", &P::arm, "of a miscalibration study: how the student was taught", kIfAny));
  }
};

/// One rung of a tune study: so many trials of each method, of so many epochs.
struct TuningRung {
  std::int64_t trials = 0, epochs = 0;

  static constexpr auto fields() {
    using R = TuningRung;
    return std::tuple(field("trials", &R::trials, "of each method", a_count), field("epochs", &R::epochs, "of a trial", a_count));
  }
};

/// What a tune study spends on each of its methods, and how much of it depends on results that are not there yet.
struct TuningBudget {
  std::vector<TuningRung> rungs;
  std::vector<std::int64_t> seeds;
  std::int64_t methods = 0, trials_to_come = 0, students_to_come = 0;

  static constexpr auto fields() {
    using B = TuningBudget;
    return std::tuple(
        field("rungs", &B::rungs, "in order; the trials of the first are all settings, the default among them"),
        field("seeds", &B::seeds, "of the trials"),
        field("methods", &B::methods, "that have this budget, each on each pair", a_count),
        field("trials_to_come", &B::trials_to_come, "trials of later rungs, which results will name", a_count),
        field(
            "students_to_come", &B::students_to_come,
            "students at the suite's seeds, by the default and the chosen setting of each method, which come after every choice",
            a_count));
  }
};

/// What a study asks of its boards.
struct StudyOptions {
  std::string baseline;   ///< label of the method that the others are compared with
  bool per_seed = false;  ///< print every seed's accuracy
  std::string direct;     ///< the study's name for the strategy without detours; empty: it has none
  std::optional<TuningBudget> tuning = {};

  static constexpr auto fields() {
    using O = StudyOptions;
    return std::tuple(
        field("baseline", &O::baseline, "label of the method that the others are compared with"),
        field("direct", &O::direct, "the study's name for the strategy without detours; empty: none", Presence::kSinceLater),
        field("per_seed", &O::per_seed, "whether every seed's accuracy is printed"),
        field("tuning", &O::tuning, "of a tune study: its budget", Presence::kIfAny));
  }
};

/// What a plan was made of: a suite file, and what the command line laid over it.
struct PlanSource {
  std::string sha256;
  std::string profile;
  std::vector<std::string> set;

  bool operator==(const PlanSource&) const = default;
  /// "--profile cpu --set suite.seeds=[0]"; empty where the file alone says it.
  std::string overlay_text() const;

  static constexpr auto fields() {
    using S = PlanSource;
    return std::tuple(field("sha256", &S::sha256, "of the suite file"), field("profile", &S::profile, "as --profile named it"),
                      field("set", &S::set, "as --set gave them: \"train.epochs=2\""));
  }
};

struct Plan {
  std::string suite, title, file, paper = {}, select, device, data_dir;
  std::vector<std::string> studies;
  std::map<std::string, StudyOptions> study_options;
  std::vector<Job> jobs;
  std::vector<Placement> placements;
  std::optional<PlanSource> source = {};

  static constexpr auto fields() {
    using P = Plan;
    return std::tuple(field("suite", &P::suite, "name of the suite"), field("title", &P::title, "one line for people"),
                      field("file", &P::file, "the suite file as given"),
                      field("paper", &P::paper, "the printed table that the suite repeats; empty: none", Presence::kSinceLater),
                      field("select", &P::select, "checkpoint that boards read: last or best_val"),
                      field("device", &P::device, "as resolved: \"cpu\", \"cuda:0\""),
                      field("data_dir", &P::data_dir, "folder that relative data paths start from"),
                      field("studies", &P::studies, "names, in file order"),
                      field("study_options", &P::study_options, "by study"),
                      field("jobs", &P::jobs, "a job stands after everything it needs; seed by seed"),
                      field("placements", &P::placements, "where the jobs stand on the boards"),
                      field("source", &P::source, "of a plan that was run: what it was made of", Presence::kIfAny));
  }
};

/// True if results that are not there yet will name more jobs.
bool has_more_to_come(const TuningBudget& tuning);
bool has_more_to_come(const Plan& plan);

/// What contradicts itself in a plan that was read: a placement of a job or study that is not there, a job that needs a later
/// one, a job twice; empty if nothing does. Boards and runs may then look everything up.
std::string why_inconsistent(const Plan& plan);

/// The same document for the way from one program to another: every text and every part of a spec once, and jobs and placements
/// as rows of indices and numbers. Jobs of a sweep differ in little, so this is a quarter of the text, and quickly read.
Json to_packed_json(const Plan& plan);
/// @throws std::exception where `json` was not written by to_packed_json
Plan plan_from_packed_json(const Json& json);

}  // namespace kdbench::inline plan
