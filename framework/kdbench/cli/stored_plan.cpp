#include <kdbench/cli/stored_plan.h>

#include <kdbench/base/files.h>
#include <kdbench/base/hash.h>
#include <kdbench/base/text.h>
#include <kdbench/suite/suite.h>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace kdbench::inline cli {
namespace {

/// The name of a suite: that of the file, if it is one.
std::string suite_name(const Context& context, const std::string& word) {
  if (!std::filesystem::is_regular_file(word)) return word;
  const auto parsed = read_suite(word);
  if (parsed.suite.name.empty()) refuse(context, parsed.diagnostics);
  return parsed.suite.name;
}

}  // namespace

Store store_or_refuse(const Context& context) {
  auto store = existing_store(context);
  if (std::filesystem::is_regular_file(context.store))
    refuse(context, fmt::format("--store {}: expected a folder, found a file", context.store));
  if (!store) refuse(context, fmt::format("no store at {}; kdbench run makes it, --store says where it is", context.store));
  return std::move(*store);
}

Plan stored_plan(const Context& context, const Store& store, const std::string& word) {
  const auto name = suite_name(context, word);
  const auto plans = store.plans();
  if (std::find(plans.begin(), plans.end(), name) == plans.end()) {
    refuse(context, fmt::format("no suite '{}' was run into {}{}", name, context.store, suggestion(name, plans)));
  }
  return value_or_refuse(context, store.get_plan(name));
}

std::optional<PlanSource> source_of(const SuiteOptions& options) {
  const auto text = read_file(options.file);
  if (!text) return std::nullopt;
  return PlanSource{.sha256 = sha256_hex(*text), .profile = options.profile, .set = options.set};
}

Plan plan_of_suite(const Context& context, const Store& store, const SuiteOptions& options) {
  const bool has_overlay = !options.profile.empty() || !options.set.empty();
  const auto meant = std::filesystem::is_regular_file(options.file) ? source_of(options) : std::nullopt;
  if (!meant) {
    if (has_overlay) refuse(context, fmt::format("--profile and --set need the suite's file; '{}' is none", options.file));
    auto plan = stored_plan(context, store, options.file);
    if (const auto overlay = plan.source ? plan.source->overlay_text() : std::string(); !overlay.empty())
      context.err << fmt::format("note: {} was last run with {}; its file gives the plan without\n", plan.suite, overlay);
    return plan;
  }
  if (!has_overlay) {
    auto plan = stored_plan(context, store, options.file);
    if (!plan.source || plan.source == meant) return plan;
    const auto overlay = plan.source->overlay_text();
    context.err << fmt::format("note: {}; kdbench leaderboard {} has the boards of that run\n",
                               overlay.empty() ? fmt::format("{} was changed since it was last run", options.file)
                                               : fmt::format("{} was last run with {}", plan.suite, overlay),
                               plan.suite);
  }
  auto setup = worker_setup(context);
  return plan_or_exit(context, setup, options);
}

}  // namespace kdbench::inline cli
