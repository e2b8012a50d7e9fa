#include <kdbench/base/machine.h>
#include <kdbench/run/schedule/parent_record.h>

namespace kdbench::inline run {

RunRecord parent_record(const Plan& plan, std::size_t job, Status status, const std::string& reason, const ExitStatus& exit) {
  RunRecord record;
  record.job = plan.jobs[job].id;
  record.label = plan.jobs[job].label;
  record.status = status;
  record.reason = reason;
  record.spec = plan.jobs[job].spec;
  record.environment.device = plan.device;
  record.environment.host = host_name();
  record.timings.wall_s = exit.wall_s;
  record.timings.cpu_s = exit.cpu_s;
  record.memory.peak_rss_bytes = exit.peak_rss_bytes;
  record.finished_at = utc_now();
  return record;
}

}  // namespace kdbench::inline run
