#include <kdbench/cli/suite_options.h>
#include <kdbench/run/memory.h>

#include <fmt/core.h>

namespace kdbench {

void add_overlay_options(CLI::App& verb, SuiteOptions& options) {
  verb.add_option("--profile", options.profile,
                  "Apply [profile.NAME] of the suite over the rest of it")
      ->type_name("NAME");
  verb.add_option("--set", options.set,
                  "Override a key of the suite, train.epochs=2 for example; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void add_suite_options(CLI::App& verb, SuiteOptions& options, bool with_device) {
  verb.add_option("SUITE", options.file, "Suite file (TOML)")->required();
  add_overlay_options(verb, options);
  if (!with_device) return;
  verb.add_option("--device", options.device,
                  "auto, cpu, cuda or cuda:N; default: what the suite says")
      ->type_name("DEVICE");
}

void add_memory_option(CLI::App& verb, std::uint64_t& bytes) {
  verb.add_option("--memory", bytes,
                  "What all workers together may use by the plan's estimates, 16GB for example; larger groups are trained in parts, "
                  "and workers wait for each other. Default: what is available here")
      ->transform(CLI::AsSizeValue(true))
      ->type_name("SIZE");
}

double memory_or_available(std::uint64_t bytes) { return bytes > 0 ? static_cast<double>(bytes) : memory_for_estimates(); }

Result<std::vector<Override>> parse_overrides(const std::vector<std::string>& set) {
  std::vector<Override> out;
  Diagnostics wrong;
  for (const auto& text : set) {
    const auto at = text.find('=');
    if (at == 0 || at == std::string::npos) {
      wrong.push_back(
          {"",
           {},
           fmt::format("--set expects KEY=VALUE, found '{}'; for example --set train.epochs=2",
                       text)});
    } else {
      out.push_back({text.substr(0, at), text.substr(at + 1)});
    }
  }
  if (!wrong.empty()) return wrong;
  return out;
}

Plan plan_or_exit(const Context& context, WorkerSetup& setup, const SuiteOptions& options) {
  Json overrides = Json::array();
  for (const auto& o : value_or_refuse(context, parse_overrides(options.set))) {
    overrides.push_back({{"key", o.key}, {"value", o.value}});
  }
  require_named_plugins(context, setup);
  auto result = ask_or_exit(context, setup,
                                  {{"verb", "plan"},
                                   {"suite_file", options.file},
                                   {"profile", options.profile},
                                   {"overrides", overrides},
                                   {"device", options.device}});
  return plan_from_packed_json(result.at("plan"));
}

}  // namespace kdbench
