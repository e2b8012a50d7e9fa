/// The record of a job whose worker could not write one.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/record.h>
#include <kdbench/run/process/process.h>

#include <string>

namespace kdbench::inline run {

/// Returns a record of plan.jobs[job] without results: its specification, status, reason, and what
/// the worker cost.
RunRecord parent_record(const Plan& plan, std::size_t job, Status status, const std::string& reason, const ExitStatus& exit);

}  // namespace kdbench::inline run
