/// What became of a job whose training ended in an exception.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/record.h>

#include <exception>
#include <string>
#include <utility>

namespace kdbench::inline train {

/// Status and reason for the record. @param spec of the job, for the batch size that was too large
std::pair<Status, std::string> outcome_of(const std::exception_ptr& failure, const Spec& spec);

}  // namespace kdbench::inline train
