#include <kdbench/worker/channel.h>
#include <kdbench/worker/requests/load_catalog.h>

#include <map>

namespace kdbench::inline worker {

Catalog load_catalog(const Json& request) {
  Catalog catalog;
  std::map<std::string, std::string> excluded;
  for (const auto& e : request.value("exclude", Json::array())) excluded[e.at("file")] = e.at("reason");
  for (const auto& file : find_libraries(request.value("plugins", std::vector<std::string>{}),
                                         request.value("plugin_folders", std::vector<std::string>{}))) {
    if (const auto it = excluded.find(file.string()); it != excluded.end()) {
      catalog.exclude(it->first, it->second);
      continue;
    }
    send_event({{"event", "loading"}, {"file", file.string()}});
    catalog.load(file);
  }
  send_event({{"event", "loaded"}});
  return catalog;
}

}  // namespace kdbench::inline worker
