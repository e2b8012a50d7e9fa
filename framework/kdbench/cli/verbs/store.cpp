// kdbench store: looks after the folder of results.
#include <kdbench/cli/text/columns.h>
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/results/store_check.h>

#include <fmt/core.h>

#include <filesystem>

namespace kdbench::inline cli {
namespace {

int verify(const Context& context) {
  if (!std::filesystem::is_directory(context.store))
    refuse(context, fmt::format("no store at {}; --store names another", context.store));
  const auto check = check_store(Store(context.store));
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

void add_store(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "store", "Look after the folder of results", "kdbench store verify");
  verb.require_subcommand(1);
  auto& check = *verb.add_subcommand(
      "verify", "Read every record, plan, checkpoint and cache, and say what was damaged and what becomes of it");
  check.fallthrough();
  check.callback([&context] { context.action = [&context] { return verify(context); }; });
}

}  // namespace

Verb verb_store() { return {.place = 105, .add = add_store}; }

}  // namespace kdbench::inline cli
