#include <kdbench/run/process/ask.h>

#include <kdbench/run/process/cpu_time.h>
#include <kdbench/run/process/process.h>

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace kdbench::inline run {
namespace {

using Clock = std::chrono::steady_clock;

// More than any folder has broken libraries; a bound, so that a worker that dies for its own
// reasons is not asked for ever.
constexpr int kMaxRounds = 64;
// Of workers that somebody else ends.
constexpr int kMostKills = 3;
constexpr std::size_t kMaxAnswerBytes = std::size_t{1} << 30;

constexpr double kLong_s = 1e6;
/// Of processor time: less is no progress. A process that has a fiftieth of a core makes it in seconds.
constexpr double kProgress_s = 0.02;
constexpr const char* kLoadRemedy = "; KDBENCH_LOAD_LIMIT_S sets another limit";

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// One worker process that answers one question.
class Conversation {
 public:
  Conversation(const WorkerSetup& setup, const Json& request, const AskOptions& options)
      : options_(options),
        process_({.executable = setup.worker, .request = request_text(request), .log = {}, .max_line_bytes = kMaxAnswerBytes}) {}

  /// Fills `answer`; returns the library that ended the worker, with the reason, if one did.
  std::optional<Exclusion> run(Answer& answer) {
    // The last event is the whole answer: a library that hangs while the worker ends costs nothing.
    while (!last_ && !ended()) {
      take(process_.read_lines());
      check_time();
    }
    std::vector<std::string> rest;
    const auto exit = process_.finish(rest);
    take(rest);
    was_killed_ = !last_ && !told_ && killed_.empty() && ends_from_outside(exit.signal);
    if (!last_ && !loading_.empty() && !was_killed_) return Exclusion{loading_, blame(exit)};
    conclude(exit, answer);
    return std::nullopt;
  }

  /// True if somebody else ended the worker before it told anything: no library is to blame, and it may be asked again.
  bool was_killed() const { return was_killed_; }

 private:
  bool ended() const {
    pollfd fds[2] = {{process_.exit_fd(), POLLIN, 0}, {process_.pipe_fd(), POLLIN, 0}};
    const double load_s = loads() ? options_.load_limit_s - seconds_since(moved_at_) : kLong_s;
    ::poll(fds, 2, std::clamp(int(1000 * std::min(load_s, time_left())) + 1, 1, 1000));
    return fds[0].revents != 0;
  }

  bool loads() const { return !heard_ || !loading_.empty(); }

  /// What loading has cost that is more than it may, if any.
  std::string too_long_a_load() {
    if (!loads()) return {};
    const auto limit = options_.load_limit_s;
    const auto cpu_s = group_cpu_s(process_.pid());
    if (cpu_s - cpu_moved_s_ > kProgress_s) {
      cpu_moved_s_ = cpu_s;
      moved_at_ = Clock::now();
    }
    const auto what = loading_.empty() ? "libtorch" : "it";
    if (cpu_s - cpu_then_s_ > limit)
      return fmt::format("does not finish loading: {} took more than {:g} s of processor time{}", what, limit, kLoadRemedy);
    if (seconds_since(moved_at_) > limit)
      return fmt::format("does not finish loading: {} did nothing for {:g} s{}", what, limit, kLoadRemedy);
    return {};
  }

  double time_left() const { return options_.limit_s > 0 ? options_.limit_s - seconds_since(start_) : kLong_s; }

  /// Whether the worker is past loading and has said nothing since its last event.
  bool silent() const { return heard_ && loading_.empty(); }

  /// What the silence has cost that is more than it may, if any.
  std::string too_long_a_silence() const {
    if (!silent()) return {};
    if (options_.silence_cpu_s > 0 && group_cpu_s(process_.pid()) - cpu_then_s_ > options_.silence_cpu_s) {
      return fmt::format("computes without an end: more than {:g} s of processor time", options_.silence_cpu_s);
    }
    if (options_.silence_limit_s > 0 && seconds_since(quiet_since_) > options_.silence_limit_s) {
      return fmt::format("waits without an end: more than {:g} s", options_.silence_limit_s);
    }
    return {};
  }

  void check_time() {
    if (!killed_.empty()) return;
    killed_ = too_long_a_silence();
    if (killed_.empty()) killed_ = too_long_a_load();
    if (time_left() < 0) killed_ = fmt::format("no answer within {:g} s", options_.limit_s);
    if (!killed_.empty()) process_.kill_group();
  }

  void take(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
      if (auto event = parse_event(line)) handle(std::move(*event));
    }
  }

  void handle(Event event) {
    heard_ = true;
    quiet_since_ = moved_at_ = Clock::now();
    cpu_then_s_ = cpu_moved_s_ = group_cpu_s(process_.pid());
    const auto* loading = std::get_if<LoadingEvent>(&event);
    loading_ = loading ? loading->file : "";
    if (loading) return;
    if (const auto* checking = std::get_if<CheckingEvent>(&event)) at_work_ = checking->plugin;
    if (is_last(event)) {
      if (!last_) last_ = std::move(event);
    } else if (options_.on_event) {
      told_ = true;
      options_.on_event(event);
    }
  }

  static bool is_last(const Event& event) {
    return std::holds_alternative<ResultEvent>(event) || std::holds_alternative<DiagnosticsEvent>(event) ||
           std::holds_alternative<ErrorEvent>(event);
  }

  /// The last event, if it is of that kind.
  template <class Kind>
  Kind* last_as() {
    return last_ ? std::get_if<Kind>(&*last_) : nullptr;
  }

  std::string blame(const ExitStatus& exit) const {
    if (!killed_.empty()) return killed_;
    if (exit.signal != 0) return fmt::format("crashes while it is loaded ({})", exit.text());
    return fmt::format("ends the program while it is loaded ({})", exit.text());
  }

  void conclude(const ExitStatus& exit, Answer& answer) {
    if (auto* result = last_as<ResultEvent>()) answer.result = std::move(*result);  // one copy of a large plan is enough
    if (const auto* mistakes = last_as<DiagnosticsEvent>()) answer.diagnostics = diagnostics_of(*mistakes);
    if (answer.ok() || !answer.diagnostics.empty()) return;
    if (const auto* error = last_as<ErrorEvent>()) {
      answer.failure = fmt::format("the worker gave up ({}): {}", error->kind, error->what);
    } else if (!killed_.empty()) {
      answer.failure = "the worker was stopped: " + killed_;
    } else {
      const auto how = exit.signal != 0 ? "crashed" : "ended without an answer";
      answer.failure = fmt::format("the worker {}: {}", how, exit.text());
      answer.at_work = at_work_;
    }
    if (const auto log = process_.log_tail(); !log.empty()) answer.failure += "\nthe end of its output:\n" + log;
  }

  const AskOptions& options_;
  Process process_;
  Clock::time_point start_ = Clock::now(), quiet_since_ = start_;
  Clock::time_point moved_at_ = start_;      ///< when it was last seen to have computed
  double cpu_then_s_ = 0, cpu_moved_s_ = 0;  ///< processor time at the last event, and then
  bool heard_ = false, told_ = false, was_killed_ = false;
  std::string loading_, killed_;
  std::string at_work_;  ///< the plugin whose code the worker runs, as it said last
  std::optional<Event> last_;
};

}  // namespace

std::string request_text(const Json& request) {
  // A path may hold any bytes; the worker then says that there is no such file.
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Answer ask(const WorkerSetup& setup, Json request, const AskOptions& options) {
  Answer answer;
  auto libraries = setup.libraries();
  int kills = 0;
  for (int round = 0; round < kMaxRounds; ++round) {
    answer.excluded = libraries.exclude;
    request.update(to_document(libraries));
    Conversation conversation(setup, request, options);
    answer.failure.clear();
    const auto culprit = conversation.run(answer);
    if (culprit)
      libraries.exclude.push_back(*culprit);
    else if (!conversation.was_killed() || ++kills > kMostKills)
      return answer;
  }
  answer.excluded = libraries.exclude;
  answer.failure = fmt::format("more than {} libraries end the worker while they are loaded; the last was {}", kMaxRounds,
                               answer.excluded.back().file);
  return answer;
}

}  // namespace kdbench::inline run
