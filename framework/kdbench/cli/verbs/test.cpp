// kdbench test: the conformance suite over plugins, and golden values through them.
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/run/process/check_alone.h>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace kdbench::inline cli {
namespace {

struct TestArguments {
  std::vector<std::string> files;
  std::string golden, convert;
  bool quiet = false;
  double limit_s = 0;
};

/// A check that computes nothing may wait so many times as long as one that computes, for a disk or a busy machine.
constexpr double kPatience = 10;

/// Processor seconds that one check may take: data sets decode what they load.
double default_limit_s(PluginKind kind) { return kind == PluginKind::kDataset ? 1800 : 120; }

/// Prints checks as they come, under a line for each plugin.
class CheckPrinter {
 public:
  CheckPrinter(std::ostream& out, bool quiet) : out_(out), quiet_(quiet) {}

  void print(const CheckEvent& check) {
    ++(check.skipped ? skipped_ : check.ok ? passed_ : failed_);
    if (check.note) ++notes_;
    if (quiet_ && (check.ok || check.skipped)) return;
    if (check.plugin != plugin_) out_ << (plugin_ = check.plugin) << "\n";
    const auto* outcome = check.skipped ? "skip" : check.note ? "note" : check.ok ? "ok  " : "FAIL";
    out_ << fmt::format("  {}  {}{}\n", outcome, check.name, check.detail.empty() ? "" : ": " + check.detail);
    if (!check.remedy.empty()) out_ << "        remedy: " << check.remedy << "\n";
    out_ << std::flush;
  }

  int finish(const Context& context) const {
    out_ << fmt::format("{} passed, {} failed, {} skipped", passed_, failed_, skipped_);
    out_ << (notes_ > 0 ? fmt::format("; {} of those that passed with a note\n", notes_) : "\n");
    if (passed_ + failed_ > 0) return failed_ > 0 ? kFailure : kOk;
    context.err << "kdbench: nothing was checked\n";
    return kFailure;
  }

 private:
  std::ostream& out_;
  bool quiet_;
  std::string plugin_;
  std::size_t passed_ = 0, failed_ = 0, skipped_ = 0, notes_ = 0;
};

/// Checks the plugins of the named libraries, or all, each in a process of its own.
void test_plugins(const Context& context, WorkerSetup& setup, const TestArguments& arguments, CheckPrinter& printer) {
  const auto& files = arguments.files;
  for (const auto& plugin : catalog_of(context, setup).plugins) {
    if (!files.empty() && std::find(files.begin(), files.end(), plugin.library) == files.end()) continue;
    AskOptions options;
    options.silence_cpu_s = arguments.limit_s > 0 ? arguments.limit_s : default_limit_s(plugin.kind);
    options.silence_limit_s = kPatience * options.silence_cpu_s;
    check_alone(setup, {plugin.kind, plugin.name, plugin.library}, with_load_limit(options),
                [&](const CheckEvent& check) { printer.print(check); });
  }
}

void run_golden(const Context& context, WorkerSetup& setup, const TestArguments& arguments, CheckPrinter& printer) {
  const AskOptions options{.on_event = [&](const Event& event) {
    if (const auto* check = std::get_if<CheckEvent>(&event)) printer.print(*check);
  }};
  ask_or_exit(context, setup, GoldenRequest{.folder = arguments.golden, .convert_to = arguments.convert}, options);
}

int test(const Context& context, const TestArguments& arguments) {
  if (!arguments.golden.empty() && !std::filesystem::exists(arguments.golden)) {
    refuse(context, fmt::format("--golden: no such folder: {}", arguments.golden));
  }
  auto setup = worker_setup(context);
  setup.plugins.insert(setup.plugins.end(), arguments.files.begin(), arguments.files.end());
  require_named_plugins(context, setup);
  CheckPrinter printer(context.out, arguments.quiet);
  if (!arguments.files.empty() || arguments.golden.empty()) test_plugins(context, setup, arguments, printer);
  if (!arguments.golden.empty()) run_golden(context, setup, arguments, printer);
  return printer.finish(context);
}

void add_test(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "test", "Check that plugins keep the rules, or reproduce golden values",
                        "kdbench test build/release/lib/kdbench/plugins/kl.so");
  auto arguments = std::make_shared<TestArguments>();
  verb.add_option("FILE", arguments->files, "Libraries to check; default: every plugin");
  auto* golden =
      verb.add_option("--golden", arguments->golden, "Run the golden files of this folder through the plugins they name")
          ->type_name("DIR");
  verb.add_option("--convert", arguments->convert,
                  "Write the files of --golden that have the older form into this folder in the newer one, and run nothing")
      ->type_name("DIR")
      ->needs(golden);
  verb.add_option("--limit", arguments->limit_s,
                  "Processor seconds that one check may take, and ten times as many by the clock; default: 120, data sets 1800")
      ->type_name("S")
      ->check(positive_number());
  verb.add_flag("--quiet", arguments->quiet, "Show only what fails");
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return test(context, *arguments); }; });
}

}  // namespace

Verb verb_test() { return {.place = 90, .add = add_test}; }

}  // namespace kdbench::inline cli
