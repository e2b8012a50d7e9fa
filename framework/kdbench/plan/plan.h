/// Plan: every job a suite needs, as plain data. What a worker trains on this machine, another scheduler trains elsewhere.
/// This header, spec.h and their sources are free of libtorch.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/plan/spec.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kdbench {

/// Keys of a job's `spec`. Every value is resolved: nothing is left to a default that could change.
///   sdk       version of the plugins' binary interface
///   dataset   {plugin, version, params {name: value}, validation, train_limit, test_limit (rows), files {param: content hash}};
///             `files` only where a parameter names files that are here
///   model     {plugin, version, params}
///   train     {epochs, batch_size, lr, momentum, weight_decay, nesterov, schedule, milestones, gamma, warmup_epochs, min_lr,
///             crop_padding, flip, label_smoothing, threads, precision, evaluate_every}: the suite's Recipe, for this stage
///   seed, bins, device ("cpu" or "cuda")
///   loss      null (labels alone), or {plugin, version, params, alpha, tau_student, tau_teacher, teacher_temperature,
///             tau_squared, kd_begin, kd_end}; distils in epochs [kd_begin, kd_end), counted from 0
///   teacher   null, or {job, checkpoint {rule, epoch}, temperature}; epoch is 0 except for rule "epoch"; `temperature` is
///             "fitted", or absent where the teacher's logits are used as they are
///   init      id of the job whose last weights this one starts from; absent: random weights of the seed
///   added_to  id of the job whose network, frozen in its last state, adds its logits to this one's; absent: none
///
/// One network trained for one stage. `id` is the SHA-256 of spec.identity(): everything that determines the result and
/// nothing else, so two suites that need the same training share the job.
struct Job {
  std::string id;
  std::string label;  ///< for people: "kl[tau=4] resnet20->resnet8 s0"
  Spec spec;          ///< see above
  /// Ids of the jobs that must be done before: its teacher's, and those of `init` and `added_to`.
  std::vector<std::string> needs;
  std::int64_t checkpoint_every = 1;  ///< epochs between resumable checkpoints; decides no result, so no part of the spec
  /// Epochs after which the network is to be kept, ascending: what the plan's other jobs learn from. Decides no result either.
  std::vector<std::int64_t> keep_epochs = {};
  std::string group;           ///< jobs with equal non-empty group may share one worker and one teacher tape
  double estimated_s = 0;      ///< seconds on one core of an ordinary machine; 0: unknown
  double shared_s = 0;         ///< the part of it that the jobs of a group have once: the teacher's passes
  double estimated_bytes = 0;  ///< peak memory of the job trained alone; 0: unknown
  double shared_bytes = 0;     ///< the part of it that the jobs of a group have once: libtorch, data, the teacher's tape
  double thread_bytes = 0;     ///< the part that each thread of a group has: its copy of the teacher at work
  double state_bytes = 0;      ///< the part that a student of a group keeps also while others train: weights and history
};

/// Where one job stands on the boards. Boards are made of placements and records alone.
struct Placement {
  std::string study, kind;       ///< "compare" or "sensitivity"
  std::string dataset;           ///< name in the suite
  std::string method;            ///< label: "kl", "kl[alpha=0.5]"
  std::string convention;        ///< "tau^2 on, tau on both, alpha 1", or "labels only"
  std::string teacher, student;  ///< model names in the suite; teacher empty for a student alone
  std::string strategy;
  std::int64_t seed = 0;
  std::string axis;                ///< empty, "tau" or "teacher_temperature"
  double value = 0;                ///< position on the axis
  std::string role;                ///< "method", "alone" (the student trained on labels), "teacher"
  std::string job;                 ///< id
  std::string teacher_job;         ///< id of the job whose network taught; empty: none
  std::string teacher_checkpoint;  ///< which state of it taught: "last", "best_val", "epoch 30"; empty without teacher_job
  std::vector<std::string> chain;  ///< models from the first teacher to the direct one; empty without teacher_job
};

struct Plan {
  std::string suite, title, file;
  std::string paper = {};  ///< the printed table that the suite repeats; empty: none
  std::string select;      ///< "last" or "best_val"
  std::string device;      ///< as resolved: "cpu", "cuda:0"
  std::string data_dir;
  std::vector<std::string> studies;  ///< names, in file order
  Json study_options;                ///< per study: {"baseline": ..., "per_seed": ..., "direct": ...}
  std::vector<Job> jobs;             ///< a job stands after everything it needs; seed by seed
  std::vector<Placement> placements;
};

Json to_json(const Job& job);
Json to_json(const Placement& placement);
Json to_json(const Plan& plan);
Job job_from_json(const Json& json);
Placement placement_from_json(const Json& json);
Plan plan_from_json(const Json& json);

/// The same for the way from one program to another: every text and every part of a spec once, and jobs and placements as rows of
/// indices and numbers. Jobs of a sweep differ in little, so this is a quarter of the text, and quickly read.
Json to_packed_json(const Plan& plan);
/// @throws std::exception where `json` was not written by to_packed_json
Plan plan_from_packed_json(const Json& json);

}  // namespace kdbench
