/// Plan: every job a suite needs, as plain data. What a worker trains on this machine, another scheduler trains elsewhere.
/// This header and plan.cpp are free of libtorch.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/base/result.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kdbench {

/// One network trained for one stage. `id` is the SHA-256 of canonical(spec): everything that determines the result and
/// nothing else, so two suites that need the same training share the job.
struct Job {
  std::string id;
  std::string label;               ///< for people: "kl[tau=4] resnet20->resnet8 s0"
  Json spec;                       ///< see job_spec.h
  std::vector<std::string> needs;  ///< ids of the jobs that must be done before (the teacher)
  std::int64_t checkpoint_every = 1;  ///< epochs between resumable checkpoints; decides no result, so no part of the spec
  std::string group;               ///< jobs with equal non-empty group may share one worker and one teacher tape
  double estimated_s = 0;          ///< seconds on one core of an ordinary machine; 0: unknown
  double estimated_bytes = 0;      ///< peak memory of the job trained alone; 0: unknown
  double shared_bytes = 0;         ///< the part of it that the jobs of a group have once: libtorch, data, teacher and tape
  double state_bytes = 0;          ///< the part that a student of a group keeps also while others train: weights and history
};

/// Where one job stands on the boards. Boards are made of placements and records alone.
struct Placement {
  std::string study, kind;            ///< "compare" or "sensitivity"
  std::string dataset;                ///< name in the suite
  std::string method;                 ///< label: "kl", "kl[alpha=0.5]"
  std::string convention;             ///< "tau^2 on, tau on both, alpha 1", or "labels only"
  std::string teacher, student;       ///< model names in the suite; teacher empty for a student alone
  std::string strategy;
  std::int64_t seed = 0;
  std::string axis;                   ///< empty, "tau" or "teacher_temperature"
  double value = 0;                   ///< position on the axis
  std::string role;                   ///< "method", "alone" (the student trained on labels), "teacher"
  std::string job;                    ///< id
  std::string teacher_job;            ///< id of the job whose network taught; empty: none
};

struct Plan {
  std::string suite, title, file;
  std::string select;                 ///< "last" or "best_val"
  std::string device;                 ///< as resolved: "cpu", "cuda:0"
  std::string data_dir;
  std::vector<std::string> studies;   ///< names, in file order
  Json study_options;                 ///< per study: {"baseline": ..., "per_seed": ...}
  std::vector<Job> jobs;              ///< a job stands after everything it needs; seed by seed
  std::vector<Placement> placements;
};

Json to_json(const Job& job);
Json to_json(const Placement& placement);
Json to_json(const Plan& plan);
Job job_from_json(const Json& json);
Placement placement_from_json(const Json& json);
Plan plan_from_json(const Json& json);

}  // namespace kdbench
