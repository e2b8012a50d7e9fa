#include <kdbench/cli/app.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/verbs/verb.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <exception>

namespace kdbench::inline cli {
namespace {

void add_global_options(CLI::App& app, Context& context) {
  app.add_option("--store", context.store, "Folder of records and artifacts")
      ->envname("KDBENCH_STORE")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--plugin", context.plugins, "Load this library too; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_flag("--no-cache", context.no_cache, "Ask the libraries again instead of reading the kept catalog");
  app.set_version_flag("--version", std::string("kdbench ") + KDBENCH_VERSION);
}

/// The innermost subcommand that was named, or the program itself.
const CLI::App* chosen(const CLI::App* app) {
  const auto below = app->get_subcommands();
  return below.empty() ? app : chosen(below.front());
}

std::vector<std::string> option_names(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
      for (const auto& name : option->get_snames()) names.push_back("-" + name);
    }
  }
  return names;
}

std::vector<std::string> verb_names(const CLI::App* app) {
  std::vector<std::string> names;
  for (const auto* verb : app->get_subcommands(nullptr)) names.push_back(verb->get_name());
  return names;
}

std::string near_option(const std::string& word, const CLI::App* app) {
  const auto near = nearest(word.substr(0, word.find('=')), option_names(app));
  if (near) return fmt::format("; did you mean '{}'?", *near);
  const auto verb = app->get_parent() != nullptr ? app->get_name() + " " : "";
  return fmt::format("; kdbench {}--help lists them", verb);
}

/// Says what is wrong with the command line in our own words, with the nearest name.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto* verb = chosen(&app);
  const auto left = app.remaining(true);
  const auto option = std::find_if(left.begin(), left.end(), [](const auto& word) { return word.size() > 1 && word[0] == '-'; });
  if (option != left.end()) {
    return fmt::format("{}no option '{}'{}", verb == &app ? "" : verb->get_name() + ": ", *option, near_option(*option, verb));
  }
  if (!left.empty() && !verb->get_subcommands(nullptr).empty()) {
    return fmt::format("no verb '{}'{}", left.front(), suggestion(left.front(), verb_names(verb)));
  }
  if (!left.empty()) return fmt::format("{}: one word too many: '{}'", verb->get_name(), left.front());
  return fmt::format("{}: {}", verb->get_name(), error.what());
}

/// What was printed must have arrived: a board that is cut off by a full disk is no success.
int with_output(const Context& context, int code) {
  context.out.flush();
  if (context.out.good()) return code;
  context.err << "kdbench: the output could not be written whole (is the disk full, or standard output closed?)" << std::endl;
  return code == kOk ? static_cast<int>(kFailure) : code;
}

int run_action(const Context& context) {
  try {
    return with_output(context, context.action());
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const std::exception& error) {
    context.err << "kdbench: " << error.what() << std::endl;
    return kFailure;
  }
}

}  // namespace

CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& purpose, const std::string& example) {
  auto& verb = *app.add_subcommand(name, purpose);
  verb.fallthrough();
  verb.footer("Example:\n  " + example);
  return verb;
}

CLI::Validator positive_number() {
  return CLI::Validator(
      [](std::string& text) {
        double value = 0;
        const bool ok = CLI::detail::lexical_cast(text, value) && value > 0 && std::isfinite(value);
        return ok ? std::string() : fmt::format("expected a number above 0, found '{}'", text);
      },
      "");
}

int run_cli(std::vector<std::string> arguments, std::ostream& out, std::ostream& err, std::ostream* terminal) {
  Context context{.out = out, .err = err, .terminal = terminal ? *terminal : err};
  CLI::App app("Benchmarks of knowledge distillation.", "kdbench");
  app.require_subcommand(0, 1);
  app.footer("kdbench VERB --help tells more about a verb.");
  add_global_options(app, context);
  for (const auto& verb : all_verbs()) verb.add(app, context);
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::Success& asked_for_help) {
    return with_output(context, app.exit(asked_for_help, out, err));
  } catch (const CLI::ParseError& error) {
    err << "kdbench: " << explain(app, error) << std::endl;
    return kUserMistake;
  }
  if (context.action) return run_action(context);
  err << app.help();
  return kUserMistake;
}

}  // namespace kdbench::inline cli
