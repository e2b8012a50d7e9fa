#include <kdbench/run/schedule/unit_process.h>

#include <kdbench/run/process/cpu_time.h>
#include <kdbench/run/process/memory.h>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

namespace kdbench::inline run {
namespace {

using Clock = std::chrono::steady_clock;

std::filesystem::path log_path(const Plan& plan, const Unit& unit, const std::filesystem::path& store) {
  const auto kind = unit.jobs.size() > 1 ? "group-" : "";
  return store / "logs" / fmt::format("{}{:.16}.log", kind, plan.jobs[unit.jobs.front()].id);
}

Command command_of(const Plan& plan, const Unit& unit, const WorkerSetup& setup, const std::filesystem::path& store,
                   const UnitOptions& options) {
  TrainRequest request;
  request.libraries = setup.libraries();
  for (const auto job : unit.jobs) request.jobs.push_back(plan.jobs[job]);
  request.anew = unit.anew;
  request.store = store.string();
  request.device = plan.device;
  request.data_dir = plan.data_dir;
  request.workers = unit.workers;
  request.caching_allocator = options.caching_allocator;
  request.cache_limit_bytes = (options.memory_limit_bytes > 0 ? options.memory_limit_bytes : options.memory_bytes) / 2;
  return {.executable = setup.worker,
          .request = request_text(to_document(request)),
          .log = log_path(plan, unit, store),
          .threads = unit.threads};
}

Clock::time_point in_seconds(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

std::string size_text(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

}  // namespace

double UnitOptions::unit_bytes() const {
  // Of the two bounds, of which 0 means none. The one that kills is kept at a distance.
  const double killed = estimates_hold ? memory_limit_bytes / kEstimateMargin : 0;
  return killed > 0 && memory_bytes > 0 ? std::min(killed, memory_bytes) : std::max(killed, memory_bytes);
}

UnitProcess::UnitProcess(const Plan& plan, Unit unit, const WorkerSetup& setup, const std::filesystem::path& store,
                         const UnitOptions& options)
    : plan_(plan),
      unit_options_(options),
      unit_(std::move(unit)),
      log_(log_path(plan, unit_, store)),
      process_(command_of(plan, unit_, setup, store, unit_options_)) {
  for (const auto job : unit_.jobs) {
    index_.emplace(plan.jobs[job].id, job);
    seen_[job];
  }
}

std::vector<JobReport> UnitProcess::read() { return take(process_.read_lines()); }

std::vector<JobReport> UnitProcess::finish() {
  std::vector<std::string> rest;
  exit_ = process_.finish(rest);
  return take(rest);
}

std::vector<JobReport> UnitProcess::take(const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    const auto event = parse_event(line);
    if (!event) continue;
    loading_.clear();
    std::visit([this](const auto& e) { hear(e); }, *event);
  }
  return std::exchange(reports_, {});
}

std::optional<std::size_t> UnitProcess::open_job(const std::string& id) const {
  const auto found = index_.find(id);
  if (found == index_.end() || seen_.at(found->second).over) return std::nullopt;
  return found->second;
}

void UnitProcess::hear(const ErrorEvent& event) {
  if (!error_) error_ = event;
}

void UnitProcess::hear(const ResultEvent&) {
  if (result_) return;
  result_ = true;
  if (!stopping_) kill_at_ = in_seconds(unit_options_.grace_s);
}

void UnitProcess::hear(const JobEvent& event) {
  const auto job = open_job(event.job);
  if (!job) return;
  const bool interrupted = event.status == Status::kInterrupted;
  seen_[*job].interrupted = interrupted;
  seen_[*job].over = !interrupted;
  seen_[*job].reason = event.reason;
  reports_.push_back({*job, event.status, event.reason});
}

void UnitProcess::hear(const EpochEvent& event) {
  const auto job = open_job(event.job);
  if (!job) return;
  RunningJob now;
  now.label = plan_.jobs[*job].label.text();
  now.epoch = static_cast<int>(event.epoch);
  now.epochs = static_cast<int>(event.epochs);
  now.samples_per_s = event.samples_per_s;
  now.val_accuracy = event.val_accuracy.value_or(now.val_accuracy);
  seen_[*job].begun = true;
  seen_[*job].fraction = now.epochs > 0 ? std::clamp(double(now.epoch) / now.epochs, 0.0, 1.0) : 0;
  latest_ = now;
}

/// A worker that waits for a lock, or for a child that waits, uses none; what reads a slow disk does now and then.
bool UnitProcess::is_stalled() {
  constexpr double kMoved_s = 0.01;
  const auto now = Clock::now();
  if (now < look_at_) return false;  // all processes of the machine are asked for this
  look_at_ = in_seconds(std::min(1.0, unit_options_.stall_s / 4));
  const auto cpu_s = group_cpu_s(process_.pid());
  if (cpu_s > moved_cpu_s_ + kMoved_s || cpu_s < moved_cpu_s_) {
    moved_cpu_s_ = cpu_s;
    moved_at_ = now;
  }
  return std::chrono::duration<double>(now - moved_at_).count() > unit_options_.stall_s;
}

std::string UnitProcess::limit_reached() {
  // Jobs of a group run `workers` at a time, so the group may take that many jobs' time one after
  // the other.
  const auto workers = static_cast<std::size_t>(unit_.workers);
  const auto rounds = (unit_.jobs.size() + workers - 1) / workers;
  if (unit_options_.timeout_s > 0 && wall_s() > unit_options_.timeout_s * double(rounds))
    return fmt::format("took longer than the {:g} s of --timeout", unit_options_.timeout_s);
  if (unit_options_.stall_s > 0 && is_stalled())
    return fmt::format(
        "used no processor time for the {:g} s of --stall; a lock that nobody opens, or a disk that does not answer",
        unit_options_.stall_s);
  return {};
}

void UnitProcess::enforce_limits() {
  if (kill_at_ != Clock::time_point{}) {
    if (Clock::now() < kill_at_ || killed_) return;
    killed_ = true;
    return process_.kill_group();
  }
  if (auto limit = limit_reached(); !limit.empty()) {
    limit_ = std::move(limit);
    kill_at_ = in_seconds(unit_options_.grace_s);
    process_.terminate();
  } else if (unit_options_.memory_limit_bytes > 0) {
    const auto rss = group_rss_bytes(process_.pid());
    if (rss <= unit_options_.memory_limit_bytes) return;
    limit_ = fmt::format("used {} of memory, more than the {} of --memory-limit", size_text(rss),
                         size_text(unit_options_.memory_limit_bytes));
    killed_ = true;
    kill_at_ = Clock::now();
    process_.kill_group();
  }
}

void UnitProcess::stop() {
  if (stopping_ || killed_) {
    killed_ = true;
    return process_.kill_group();
  }
  stopping_ = true;
  kill_at_ = in_seconds(unit_options_.grace_s);
  process_.terminate();
}

std::vector<std::size_t> UnitProcess::open_jobs() const {
  std::vector<std::size_t> out;
  std::copy_if(unit_.jobs.begin(), unit_.jobs.end(), std::back_inserter(out),
               [this](std::size_t job) { return !seen_.at(job).over; });
  return out;
}

bool UnitProcess::was_killed() const { return ends_from_outside(exit_.signal) && !killed_ && !stopping_ && limit_.empty(); }

bool UnitProcess::reported_interrupted(std::size_t job) const { return limit_.empty() && seen_.at(job).interrupted; }

std::string UnitProcess::cause() const { return last_words() + "; log: " + log_.string(); }

std::string UnitProcess::last_words() const {
  if (!limit_.empty()) return limit_;
  if (error_) return fmt::format("{}: {}", error_->kind, error_->what);
  if (process_.overflowed()) return "worker sent a line of more than 8 MB";
  const auto when = loading_.empty() ? std::string() : " while it loaded " + loading_;
  if (exit_.signal != 0 && !killed_) return fmt::format("worker crashed{}: {}", when, exit_.text());
  if (exit_.signal == 0 && exit_.code == kChannelLost)
    return "worker lost its channel to kdbench: something in it closed file descriptor 3, which is not a plugin's";
  if (result_) return "worker ended without a word about this job";
  return fmt::format("worker ended{} without a result ({})", when, exit_.text());
}

double UnitProcess::wall_s() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

std::size_t UnitProcess::num_running() const {
  const auto begun = std::count_if(seen_.begin(), seen_.end(), [](const auto& s) { return s.second.begun && !s.second.over; });
  return std::max<std::size_t>(1, static_cast<std::size_t>(begun));
}

double UnitProcess::finished_estimate(std::size_t job, double whole) const {
  const auto& seen = seen_.at(job);
  return whole * (seen.over ? 1.0 : seen.fraction);
}

double UnitProcess::fraction() const {
  double sum = 0;
  for (const auto job : unit_.jobs) sum += finished_estimate(job, 1);
  return sum / double(unit_.jobs.size());
}

}  // namespace kdbench::inline run
