#include <kdbench/cli/stored_plan.h>

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

}  // namespace kdbench::inline cli
