// kdbench test: the conformance suite over plugins, and golden values through them.
#include <kdbench/cli/verbs/verb.h>

#include <fmt/core.h>

#include <filesystem>

namespace kdbench::inline cli {
namespace {

struct TestArguments {
  std::vector<std::string> files;
  std::string golden;
  bool quiet = false;
};

/// Prints checks as they come, under a line for each plugin.
class CheckPrinter {
 public:
  CheckPrinter(std::ostream& out, bool quiet) : out_(out), quiet_(quiet) {}

  void operator()(const Event& event) {
    if (const auto* check = std::get_if<CheckEvent>(&event)) print(*check);
  }

  int finish(const Context& context) const {
    out_ << fmt::format("{} passed, {} failed, {} skipped\n", passed_, failed_, skipped_);
    if (passed_ + failed_ > 0) return failed_ > 0 ? kFailure : kOk;
    context.err << "kdbench: nothing was checked\n";
    return kFailure;
  }

 private:
  void print(const CheckEvent& check) {
    ++(check.skipped ? skipped_ : check.ok ? passed_ : failed_);
    if (quiet_ && (check.ok || check.skipped)) return;
    if (check.plugin != plugin_) out_ << (plugin_ = check.plugin) << "\n";
    const auto* outcome = check.skipped ? "skip" : check.ok ? "ok  " : "FAIL";
    out_ << fmt::format("  {}  {}{}\n", outcome, check.name, check.detail.empty() ? "" : ": " + check.detail) << std::flush;
  }

  std::ostream& out_;
  bool quiet_;
  std::string plugin_;
  std::size_t passed_ = 0, failed_ = 0, skipped_ = 0;
};

int test(const Context& context, const TestArguments& arguments) {
  if (!arguments.golden.empty() && !std::filesystem::exists(arguments.golden)) {
    refuse(context, fmt::format("--golden: no such folder: {}", arguments.golden));
  }
  auto setup = worker_setup(context);
  setup.plugins.insert(setup.plugins.end(), arguments.files.begin(), arguments.files.end());
  require_named_plugins(context, setup);
  CheckPrinter printer(context.out, arguments.quiet);
  const AskOptions options{.on_event = std::ref(printer)};
  auto targets = arguments.files;
  if (targets.empty() && arguments.golden.empty()) targets.push_back("");  // every plugin
  for (const auto& target : targets) ask_or_exit(context, setup, ConformanceRequest{.target = target}, options);
  if (!arguments.golden.empty()) ask_or_exit(context, setup, GoldenRequest{.folder = arguments.golden}, options);
  return printer.finish(context);
}

void add_test(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "test", "Check that plugins keep the rules, or reproduce golden values",
                        "kdbench test build/release/lib/kdbench/plugins/kl.so");
  auto arguments = std::make_shared<TestArguments>();
  verb.add_option("FILE", arguments->files, "Libraries to check; default: every plugin");
  verb.add_option("--golden", arguments->golden, "Run the golden files of this folder through the plugins they name")
      ->type_name("DIR");
  verb.add_flag("--quiet", arguments->quiet, "Show only what fails");
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return test(context, *arguments); }; });
}

}  // namespace

Verb verb_test() { return {.place = 90, .add = add_test}; }

}  // namespace kdbench::inline cli
