#include <kdbench/plan/resolve/host_keys.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/requests/load_catalog.h>

#include <map>

namespace kdbench::inline worker {

Catalog load_catalog(const Libraries& libraries) {
  Catalog catalog(host_keys());
  std::map<std::string, std::string> excluded;
  for (const auto& e : libraries.exclude) excluded[e.file] = e.reason;
  for (const auto& file : find_libraries(libraries.plugins, libraries.plugin_folders)) {
    if (const auto it = excluded.find(file.string()); it != excluded.end()) {
      catalog.exclude(it->first, it->second);
      continue;
    }
    send_event(LoadingEvent{.file = file.string()});
    catalog.load(file);
  }
  send_event(LoadedEvent{});
  return catalog;
}

}  // namespace kdbench::inline worker
