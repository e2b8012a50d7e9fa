#include <kdbench/leaderboard/model/run_setting.h>

namespace kdbench::inline leaderboard::boards {
namespace {

PluginName name_of(const PluginSpec& use) {
  PluginName name{use.plugin, {}};
  for (const auto& [key, value] : use.params.items()) {
    if (value.is_number() || value.is_boolean()) name.numbers.emplace_back(key, value.dump());
  }
  return name;
}

/// "kl"; "kl+at" of a combination.
std::string plugins_of(const LossSpec& loss) {
  std::string out;
  for (const auto& part : loss.parts) out += (out.empty() ? "" : "+") + part.use.plugin;
  return out;
}

void add_spec(const Spec& spec, RunSetting& setting) {
  if (spec.loss) setting.loss = plugins_of(*spec.loss);
  if (spec.model) setting.model = name_of(*spec.model);
  if (spec.train) setting.epochs = spec.train->epochs;
  if (!spec.dataset) return;
  setting.data.source = name_of(spec.dataset->source.use);
  setting.all_rows = spec.dataset->train_limit == 0 && spec.dataset->test_limit == 0;
}

}  // namespace

RunSetting setting_of(const RunRecord& record) {
  RunSetting setting;
  if (record.spec) add_spec(*record.spec, setting);
  setting.data.training_rows = record.extra.num_train.value_or(0);
  if (record.extra.num_params) setting.num_params = static_cast<double>(*record.extra.num_params);
  return setting;
}

}  // namespace kdbench::inline leaderboard::boards
