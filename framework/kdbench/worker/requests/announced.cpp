#include <kdbench/worker/channel.h>
#include <kdbench/worker/requests/announced.h>

#include <memory>
#include <string>
#include <utility>

namespace kdbench::inline worker {
namespace {

/// Sends an event for a plugin that was not the last to be announced.
class Announcer {
 public:
  void operator()(const std::string& plugin) const {
    if (*last_ == plugin) return;
    *last_ = plugin;
    send_event(CheckingEvent{.plugin = plugin, .name = "it can be planned with"});
  }

 private:
  std::shared_ptr<std::string> last_ = std::make_shared<std::string>();
};

template <class Result, class... Arguments>
void announce(std::function<Result(Arguments...)>& call, const Announcer& announcer, const std::string& plugin) {
  if (!call) return;
  call = [call = std::move(call), announcer, plugin](Arguments... arguments) {
    announcer(plugin);
    return call(std::forward<Arguments>(arguments)...);
  };
}

}  // namespace

void announce(Catalog& catalog) {
  const Announcer announcer;
  for (auto& [name, entry] : catalog.models) announce(entry.create, announcer, "model " + name);
  for (auto& [name, entry] : catalog.datasets) announce(entry.create, announcer, "dataset " + name);
  for (auto& [name, entry] : catalog.strategies) announce(entry.create, announcer, "strategy " + name);
  for (auto& [name, entry] : catalog.losses) {
    announce(entry.create, announcer, "loss " + name);
    announce(entry.static_needs, announcer, "loss " + name);
    announce(entry.static_unsupported, announcer, "loss " + name);
  }
}

}  // namespace kdbench::inline worker
