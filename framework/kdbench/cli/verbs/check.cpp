// kdbench check: every mistake of a suite, without running anything.
#include <kdbench/cli/suite_options.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/cli/verbs/verb.h>

namespace kdbench::inline cli {
namespace {

struct CheckArguments {
  SuiteOptions suite;
  bool no_plugins = false;
};

int check(const Context& context, const CheckArguments& arguments) {
  const auto& suite = arguments.suite;
  if (arguments.no_plugins) {
    const auto parsed = read_suite(suite.file, {value_or_refuse(context, parse_overrides(suite.set)), suite.profile});
    if (!parsed.diagnostics.empty()) refuse(context, parsed.diagnostics);
    context.out << "ok, as far as the file alone can tell; plugins were not asked\n";
    return kOk;
  }
  auto setup = worker_setup(context);
  const auto plan = plan_or_exit(context, setup, suite);
  context.out << "ok: " << counted(plan.jobs.size(), "job") << "\n";
  return kOk;
}

void add_check(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "check", "Report every mistake of a suite; run nothing", "kdbench check suites/quickstart.toml");
  auto arguments = std::make_shared<CheckArguments>();
  add_suite_options(verb, arguments->suite, true);
  verb.add_flag("--no-plugins", arguments->no_plugins, "Read the file only; ask no plugin about its parameters");
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return check(context, *arguments); }; });
}

}  // namespace

Verb verb_check() { return {.place = 30, .add = add_check}; }

}  // namespace kdbench::inline cli
