// kdbench store: looks after the folder of results.
#include <kdbench/base/text.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/results/store_check.h>
#include <kdbench/results/store_clean.h>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace kdbench::inline cli {
namespace {

int verify(const Context& context) {
  if (!std::filesystem::is_directory(context.store))
    refuse(context, fmt::format("no store at {}; --store names another", context.store));
  const auto check = check_store(Store(context.store, Store::For::kReading));
  for (const auto& damage : check.damages) context.out << fmt::format("{}; {}\n", damage.what, damage.remedy);
  context.out << fmt::format("{} and {} of weights and logits read: {}\n", counted(check.records, "record"),
                             counted(check.files, "file"),
                             check.damages.empty() ? "nothing is damaged" : fmt::format("{} damaged", check.damages.size()));
  if (check.without_checksum > 0) {
    context.out << fmt::format(
        "{} without a checksum, from before kdbench wrote them: of these only the form was checked, and the last "
        "weights of each job against its record\n",
        counted(check.without_checksum, "file"));
  }
  context.out << std::flush;
  return check.damages.empty() ? kOk : kFailure;
}

struct CleaningArguments {
  std::string suite;
  bool yes = false;
};

Store writable_store(const Context& context) {
  if (!std::filesystem::is_directory(context.store))
    refuse(context, fmt::format("no store at {}; --store names another", context.store));
  return Store(context.store);
}

/// Tells what goes, and removes it if that was said.
int clean(const Context& context, const Removable& removable, bool yes) {
  if (removable.paths.empty()) {
    context.out << "nothing to remove\n" << std::flush;
    return kOk;
  }
  for (const auto& path : removable.paths) context.out << path.string() << "\n";
  const auto all =
      fmt::format("{}, {}", counted(removable.paths.size(), "path"), bytes_text(static_cast<double>(removable.bytes)));
  if (yes) remove_all(removable);
  context.out << (yes ? fmt::format("removed: {}\n", all) : fmt::format("{}: nothing was removed yet; --yes removes them\n", all))
              << std::flush;
  return kOk;
}

int remove_unneeded(const Context& context, const CleaningArguments& arguments) {
  return clean(context, unneeded(writable_store(context)), arguments.yes);
}

int remove_suite(const Context& context, const CleaningArguments& arguments) {
  const auto store = writable_store(context);
  const auto plans = store.plans();
  if (std::find(plans.begin(), plans.end(), arguments.suite) == plans.end())
    refuse(context,
           fmt::format("no suite '{}' was run into {}{}", arguments.suite, context.store, suggestion(arguments.suite, plans)));
  return clean(context, value_or_refuse(context, of_suite(store, arguments.suite)), arguments.yes);
}

void add_cleaning(CLI::App& verb, Context& context) {
  auto arguments = std::make_shared<CleaningArguments>();
  const auto yes = [arguments](CLI::App& app) {
    app.add_flag("--yes", arguments->yes, "Remove; without it they are listed alone");
  };
  auto& gc = *verb.add_subcommand("gc", "Remove what no record and no plan needs: artifacts without a record, cached logits");
  gc.fallthrough();
  yes(gc);
  gc.callback([&context, arguments] { context.action = [&context, arguments] { return remove_unneeded(context, *arguments); }; });
  auto& rm =
      *verb.add_subcommand("rm", "Remove a suite: its plan, and records and artifacts of jobs that no other suite here has");
  rm.fallthrough();
  rm.add_option("SUITE", arguments->suite, "Its name")->required();
  yes(rm);
  rm.callback([&context, arguments] { context.action = [&context, arguments] { return remove_suite(context, *arguments); }; });
}

void add_store(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "store", "Look after the folder of results", "kdbench store verify");
  verb.require_subcommand(1);
  auto& check = *verb.add_subcommand(
      "verify", "Read every record, plan, checkpoint and cache, and say what was damaged and what becomes of it");
  check.fallthrough();
  check.callback([&context] { context.action = [&context] { return verify(context); }; });
  add_cleaning(verb, context);
}

}  // namespace

Verb verb_store() { return {.place = 105, .add = add_store}; }

}  // namespace kdbench::inline cli
