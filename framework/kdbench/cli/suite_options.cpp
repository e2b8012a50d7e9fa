#include <kdbench/cli/suite_options.h>
#include <kdbench/run/process/memory.h>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace kdbench::inline cli {

void add_overlay_options(CLI::App& verb, SuiteOptions& options) {
  verb.add_option("--profile", options.profile, "Apply [profile.NAME] of the suite over the rest of it")->type_name("NAME");
  verb.add_option("--set", options.set, "Override a key of the suite, train.epochs=2 for example; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void add_suite_options(CLI::App& verb, SuiteOptions& options, bool with_device) {
  verb.add_option("SUITE", options.file, "Suite file (TOML)")->required();
  add_overlay_options(verb, options);
  if (!with_device) return;
  verb.add_option("--device", options.device, "auto, cpu, cuda or cuda:N; default: what the suite says")->type_name("DEVICE");
}

/// A number without a unit is one of bytes, and no worker lives on ten of them. Sees the size in bytes.
CLI::Validator size_of_memory() {
  constexpr double kLeast = 1 << 20;
  return CLI::Validator(
      [](std::string& bytes) {
        double value = 0;
        const bool ok = CLI::detail::lexical_cast(bytes, value) && value >= kLeast;
        return ok ? std::string() : fmt::format("expected a size with its unit, 2GB for example, found {} bytes", bytes);
      },
      "");
}

void add_resource_options(CLI::App& verb, ResourceOptions& options, const std::string& slots) {
  verb.add_option(slots, options.slots, "Threads to use in all; default: one a core, 1 on a GPU")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  verb.add_option(
          "--memory", options.memory_bytes,
          "What all workers together may need by the plan's estimates, 16GB for example: larger groups are trained in parts or "
          "on fewer threads, and workers wait for each other. Default: 80 % of what is available here, on a GPU no bound")
      ->transform(CLI::AsSizeValue(true))
      ->check(size_of_memory())
      ->type_name("SIZE");
  verb.add_option("--memory-limit", options.memory_limit_bytes,
                  "Kill a worker that uses more, 2GB for example; on a CPU, groups are planned for 80 % of it")
      ->transform(CLI::AsSizeValue(true))
      ->check(size_of_memory())
      ->type_name("SIZE");
}

int slots_of(const ResourceOptions& options, const Plan& plan) {
  if (options.slots > 0) return options.slots;
  return plan.device == "cpu" ? std::max(1, static_cast<int>(std::thread::hardware_concurrency())) : 1;
}

UnitOptions memory_of(const ResourceOptions& options, const Plan& plan) {
  UnitOptions out;
  out.memory_limit_bytes = static_cast<double>(options.memory_limit_bytes);
  out.estimates_hold = plan.device == "cpu";
  if (options.memory_bytes > 0)
    out.memory_bytes = static_cast<double>(options.memory_bytes);
  else if (out.estimates_hold)
    out.memory_bytes = available_memory_bytes() / kEstimateMargin;
  return out;
}

Result<std::vector<Override>> parse_overrides(const std::vector<std::string>& set) {
  std::vector<Override> out;
  Diagnostics wrong;
  for (const auto& text : set) {
    const auto at = text.find('=');
    if (at == 0 || at == std::string::npos) {
      wrong.push_back({"", {}, fmt::format("--set expects KEY=VALUE, found '{}'; for example --set train.epochs=2", text)});
    } else {
      out.push_back({text.substr(0, at), text.substr(at + 1)});
    }
  }
  if (!wrong.empty()) return wrong;
  return out;
}

std::vector<SentOverride> overrides_or_refuse(const Context& context, const std::vector<std::string>& set) {
  std::vector<SentOverride> out;
  for (const auto& o : value_or_refuse(context, parse_overrides(set))) out.push_back({o.key, o.value});
  return out;
}

/// Boards and figures are asked for by the name of a suite that ran; whoever writes it here hears where a file may be.
void refuse_name(const Context& context, const std::string& file) {
  namespace fs = std::filesystem;
  if (fs::exists(file)) return;
  std::string hint;
  const auto shipped = fs::path("suites") / (file + ".toml");
  const auto store = existing_store(context);
  if (fs::exists(shipped))
    hint = fmt::format("; did you mean {}?", shipped.string());
  else if (store && fs::exists(store->plan_path(file)))
    hint = "; a suite of that name ran, and its boards can be had by name; this needs its file";
  if (!hint.empty()) refuse(context, fmt::format("{}: no such file{}", file, hint));
}

PlannedSuite planned_or_exit(const Context& context, WorkerSetup& setup, const SuiteOptions& options) {
  PlanRequest request{.suite_file = options.file, .profile = options.profile, .device = options.device};
  if (existing_store(context)) request.store = context.store;
  request.overrides = overrides_or_refuse(context, options.set);
  refuse_name(context, options.file);
  require_named_plugins(context, setup);
  auto answer = ask_or_exit(context, setup, request);
  return {std::move(answer.plan.plan), {std::move(answer.loaded)}};
}

Plan plan_or_exit(const Context& context, WorkerSetup& setup, const SuiteOptions& options) {
  return planned_or_exit(context, setup, options).plan;
}

}  // namespace kdbench::inline cli
