#include <kdbench/run/process/ask.h>

#include <kdbench/run/process/events.h>
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
constexpr std::size_t kMaxAnswerBytes = std::size_t{1} << 30;

constexpr double kLong_s = 1e6;

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
    while (last_.is_null() && !ended()) {
      take(process_.read_lines());
      check_time();
    }
    std::vector<std::string> rest;
    const auto exit = process_.finish(rest);
    take(rest);
    if (last_.is_null() && !loading_.empty()) return Exclusion{loading_, blame(exit)};
    conclude(exit, answer);
    return std::nullopt;
  }

 private:
  bool ended() const {
    pollfd fds[2] = {{process_.exit_fd(), POLLIN, 0}, {process_.pipe_fd(), POLLIN, 0}};
    ::poll(fds, 2, std::clamp(int(1000 * std::min(load_time_left(), time_left())) + 1, 1, 1000));
    return fds[0].revents != 0;
  }

  double load_time_left() const {
    const bool watched = !heard_ || !loading_.empty();
    return watched ? options_.load_limit_s - seconds_since(quiet_since_) : kLong_s;
  }

  double time_left() const { return options_.limit_s > 0 ? options_.limit_s - seconds_since(start_) : kLong_s; }

  void check_time() {
    if (!killed_.empty()) return;
    if (load_time_left() < 0) killed_ = fmt::format("does not finish loading within {:g} s", options_.load_limit_s);
    if (time_left() < 0) killed_ = fmt::format("no answer within {:g} s", options_.limit_s);
    if (!killed_.empty()) process_.kill_group();
  }

  void take(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
      if (auto event = parse_event(line)) handle(std::move(*event));
    }
  }

  void handle(Json event) {
    const auto kind = text_field(event, "event");
    heard_ = true;
    quiet_since_ = Clock::now();
    loading_ = kind == "loading" ? text_field(event, "file") : "";
    if (kind == "loading") return;
    if (kind == "result" || kind == "diagnostics" || kind == "error") {
      if (last_.is_null()) last_ = std::move(event);
    } else if (options_.on_event) {
      options_.on_event(event);
    }
  }

  std::string blame(const ExitStatus& exit) const {
    if (!killed_.empty()) return killed_;
    if (exit.signal != 0) return fmt::format("crashes while it is loaded ({})", exit.text());
    return fmt::format("ends the program while it is loaded ({})", exit.text());
  }

  void conclude(const ExitStatus& exit, Answer& answer) {
    const auto kind = last_.is_null() ? std::string() : text_field(last_, "event");
    if (kind == "result") answer.result = std::move(last_);  // a plan of many jobs is large: one copy of it is enough
    if (kind == "diagnostics") answer.diagnostics = diagnostics_field(last_);
    if (kind == "result" || !answer.diagnostics.empty()) return;
    if (kind == "error") {
      answer.failure = fmt::format("the worker gave up ({}): {}", text_field(last_, "class"), text_field(last_, "what"));
    } else if (!killed_.empty()) {
      answer.failure = "the worker was stopped: " + killed_;
    } else {
      const auto how = exit.signal != 0 ? "crashed" : "ended without an answer";
      answer.failure = fmt::format("the worker {}: {}", how, exit.text());
    }
    if (const auto log = process_.log_tail(); !log.empty()) answer.failure += "\nthe end of its output:\n" + log;
  }

  const AskOptions& options_;
  Process process_;
  Clock::time_point start_ = Clock::now(), quiet_since_ = start_;
  bool heard_ = false;
  std::string loading_, killed_;
  Json last_;
};

}  // namespace

Json with_plugins(Json request, const WorkerSetup& setup, const std::vector<Exclusion>& excluded) {
  request["plugins"] = setup.plugins;
  request["plugin_folders"] = setup.plugin_folders;
  request["exclude"] = Json::array();
  for (const auto& e : excluded) request["exclude"].push_back({{"file", e.file}, {"reason", e.reason}});
  return request;
}

std::string request_text(const Json& request) {
  // A path may hold any bytes; the worker then says that there is no such file.
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Answer ask(const WorkerSetup& setup, const Json& request, const AskOptions& options) {
  Answer answer;
  answer.excluded = setup.excluded;
  for (int round = 0; round < kMaxRounds; ++round) {
    Conversation conversation(setup, with_plugins(request, setup, answer.excluded), options);
    const auto culprit = conversation.run(answer);
    if (!culprit) return answer;
    answer.excluded.push_back(*culprit);
  }
  answer.failure = fmt::format("more than {} libraries end the worker while they are loaded; the last was {}", kMaxRounds,
                               answer.excluded.back().file);
  return answer;
}

}  // namespace kdbench::inline run
