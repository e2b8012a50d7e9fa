#include <kdbench/run/schedule/parent_record.h>

#include <unistd.h>

#include <array>
#include <ctime>

namespace kdbench {
namespace {

std::string utc_now() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

RunRecord parent_record(const Plan& plan, std::size_t job, Status status, const std::string& reason, const ExitStatus& exit) {
  RunRecord record;
  record.job = plan.jobs[job].id;
  record.label = plan.jobs[job].label;
  record.status = status;
  record.reason = reason;
  record.spec = plan.jobs[job].spec.json();
  record.epochs = record.tau_curve = Json::array();
  record.checkpoints = record.extra = Json::object();
  record.environment = {{"device", plan.device}, {"host", host_name()}};
  record.timings = {{"wall_s", exit.wall_s}, {"cpu_s", exit.cpu_s}};
  record.memory = {{"peak_rss_bytes", exit.peak_rss_bytes}};
  record.finished_at = utc_now();
  return record;
}

}  // namespace kdbench
