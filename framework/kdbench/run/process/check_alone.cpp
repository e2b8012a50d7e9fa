#include <kdbench/run/process/check_alone.h>

#include <fmt/core.h>

namespace kdbench::inline run {
namespace {

/// "the worker crashed: Aborted", and the last line of its output where there is any.
std::string how_it_ended(const std::string& failure) {
  auto how = failure.substr(0, failure.find('\n'));
  const auto end = failure.find_last_not_of('\n');
  const auto last_begins = failure.rfind('\n', end) + 1;
  if (end != std::string::npos && last_begins > how.size()) {
    how += "; it last printed: " + failure.substr(last_begins, end + 1 - last_begins);
  }
  return how;
}

std::string remedy_for(const std::string& how) {
  if (how.find("without an end") != std::string::npos) return "let every call return; where one is sound and slow, raise --limit";
  return "return or throw kdbench::Error, whatever the input; code of a plugin never ends the process";
}

}  // namespace

void check_alone(const WorkerSetup& setup, const PluginToCheck& plugin, AskOptions options,
                 const std::function<void(const CheckEvent&)>& report) {
  auto running = CheckingEvent{.plugin = fmt::format("{} {}", name_of(plugin.kind), plugin.name), .name = "can be checked"};
  options.on_event = [&](const Event& event) {
    if (const auto* begins = std::get_if<CheckingEvent>(&event)) running = *begins;
    if (const auto* check = std::get_if<CheckEvent>(&event)) report(*check);
  };
  const WorkerSetup alone{setup.worker, {plugin.library}, {}, {}};
  const auto answer = ask(alone, to_document(ConformanceRequest{.kind = plugin.kind, .plugin = plugin.name}), options);
  if (answer.ok()) return;
  const auto how = how_it_ended(answer.failure);
  report({.plugin = running.plugin, .name = running.name, .ok = false, .detail = how, .remedy = remedy_for(how)});
  report({.plugin = running.plugin, .name = "every other check", .skipped = true, .detail = "needs a process that lives"});
}

}  // namespace kdbench::inline run
