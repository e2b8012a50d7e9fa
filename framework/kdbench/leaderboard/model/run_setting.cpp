/// Settings of a run in words that are the same on every machine.
#include <kdbench/leaderboard/model/run_setting.h>

#include <fmt/core.h>

namespace kdbench::inline leaderboard::boards {
namespace {

/// The part under `key`, or null.
const Json& part(const Json& json, const char* key) {
  static const Json kNull;
  const auto it = json.find(key);
  return it == json.end() ? kNull : *it;
}

std::int64_t whole(const Json& json) { return json.is_number() ? json.get<std::int64_t>() : 0; }

/// The plugin with its numbers. Texts are left out: they may be paths of one machine.
std::string plugin_text(const Json& use) {
  const auto& plugin = part(use, "plugin");
  if (!plugin.is_string()) return "";
  auto out = plugin.get<std::string>();
  for (const auto& [key, value] : part(use, "params").items()) {
    if (value.is_number() || value.is_boolean()) out += fmt::format(" {}={}", key, value.dump());
  }
  return out;
}

}  // namespace

Facts facts_of(const RunRecord& record) {
  Facts facts;
  const auto& dataset = part(record.spec, "dataset");
  facts.data = plugin_text(dataset);
  if (const auto rows = whole(part(record.extra, "num_train")); rows > 0) facts.data += fmt::format(", {} training rows", rows);
  facts.all_rows = dataset.is_object();
  for (const char* key : {"train_limit", "test_limit"}) facts.all_rows &= whole(part(dataset, key)) == 0;
  facts.model = plugin_text(part(record.spec, "model"));
  if (const auto& loss = part(part(record.spec, "loss"), "plugin"); loss.is_string()) facts.loss = loss.get<std::string>();
  facts.epochs = whole(part(part(record.spec, "train"), "epochs"));
  if (const auto& params = part(record.extra, "num_params"); params.is_number()) facts.num_params = params.get<double>();
  return facts;
}

}  // namespace kdbench::inline leaderboard::boards
