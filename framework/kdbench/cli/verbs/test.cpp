// kdbench test: the conformance suite over plugins, and golden values through them.
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/run/process/events.h>

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

  void operator()(const Json& event) {
    if (text_field(event, "event") != "check") return;
    const bool ok = event.value("ok", false), skipped = event.value("skipped", false);
    ++(skipped ? skipped_ : ok ? passed_ : failed_);
    if (quiet_ && (ok || skipped)) return;
    if (const auto plugin = text_field(event, "plugin"); plugin != plugin_) out_ << (plugin_ = plugin) << "\n";
    const auto detail = text_field(event, "detail");
    out_ << fmt::format("  {}  {}{}\n",
                        skipped ? "skip"
                        : ok    ? "ok  "
                                : "FAIL",
                        text_field(event, "name"), detail.empty() ? "" : ": " + detail)
         << std::flush;
  }

  int finish(const Context& context) const {
    out_ << fmt::format("{} passed, {} failed, {} skipped\n", passed_, failed_, skipped_);
    if (passed_ + failed_ > 0) return failed_ > 0 ? kFailure : kOk;
    context.err << "kdbench: nothing was checked\n";
    return kFailure;
  }

 private:
  std::ostream& out_;
  bool quiet_;
  std::string plugin_;
  std::size_t passed_ = 0, failed_ = 0, skipped_ = 0;
};

std::vector<Json> questions(const TestArguments& arguments) {
  std::vector<Json> out;
  for (const auto& file : arguments.files) out.push_back({{"verb", "conformance"}, {"target", file}});
  if (!arguments.golden.empty()) out.push_back({{"verb", "golden"}, {"folder", arguments.golden}});
  if (out.empty()) out.push_back({{"verb", "conformance"}, {"target", ""}});
  return out;
}

int test(const Context& context, const TestArguments& arguments) {
  if (!arguments.golden.empty() && !std::filesystem::exists(arguments.golden)) {
    refuse(context, fmt::format("--golden: no such folder: {}", arguments.golden));
  }
  auto setup = worker_setup(context);
  setup.plugins.insert(setup.plugins.end(), arguments.files.begin(), arguments.files.end());
  require_named_plugins(context, setup);
  CheckPrinter printer(context.out, arguments.quiet);
  for (const auto& question : questions(arguments)) ask_or_exit(context, setup, question, {.on_event = std::ref(printer)});
  return printer.finish(context);
}

}  // namespace

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

}  // namespace kdbench::inline cli
