/// What became of a job whose training ended in an exception.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/record.h>

#include <exception>
#include <string>

namespace kdbench::inline train {

/// Status and reason for the record. Interrupted is what a full disk, say, keeps from going on: that is no fault of the job,
/// which has no record then.
struct JobFailure {
  Status status = Status::kFailed;
  std::string reason;
};

/// @param spec of the job, for the batch size that was too large
JobFailure failure_of(const std::exception_ptr& failure, const Spec& spec);

}  // namespace kdbench::inline train
