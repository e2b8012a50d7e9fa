#include <kdbench/cli/app.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/verbs/verb.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <regex>

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

/// What people try who know other programs, and the key of the suite that says it here.
std::string key_for(const std::string& option) {
  static const std::map<std::string, std::string> known = {
      {"--seed", "suite.seeds=[0]"},     {"--seeds", "suite.seeds=[0,1]"},        {"--epochs", "train.epochs=10"},
      {"--epoch", "train.epochs=10"},    {"--batch-size", "train.batch_size=64"}, {"--batch_size", "train.batch_size=64"},
      {"--lr", "train.lr=0.05"},         {"--learning-rate", "train.lr=0.05"},    {"--threads", "train.threads=2"},
      {"--tau", "losses.NAME.tau=4"},    {"--temperature", "losses.NAME.tau=4"},  {"--alpha", "losses.NAME.alpha=0.9"},
      {"--name", "suite.name=\"other\""}};
  const auto found = known.find(option);
  return found == known.end() ? std::string() : found->second;
}

std::string near_option(const std::string& word, const CLI::App* app) {
  const auto name = word.substr(0, word.find('='));
  if (const auto key = key_for(name); !key.empty() && app->get_option_no_throw("--set") != nullptr)
    return fmt::format("; it is a key of the suite: --set '{}'", key);
  if (name == "--sort" || name == "--order") return "; a board has one order, and --format csv gives rows to sort";
  const auto near = nearest(name, option_names(app));
  if (near) return fmt::format("; did you mean '{}'?", *near);
  const auto verb = app->get_parent() != nullptr ? app->get_name() + " " : "";
  return fmt::format("; kdbench {}--help lists them", verb);
}

/// The parser's "Value two not in range 1 to 10" and "md not in {text,json}" as expected and found; other messages as they are.
std::string expected_and_found(const std::string& told) {
  static const std::regex range("^(.*: )Value (.*) not in range (.*) to (.*)$"), choice("^(.*: )(.*) not in \\{(.*)\\}$");
  std::smatch part;
  if (std::regex_match(told, part, range))
    return fmt::format("{}expected a number from {} to {}, found '{}'", part.str(1), part.str(3), part.str(4), part.str(2));
  if (std::regex_match(told, part, choice))
    return fmt::format("{}expected one of {}, found '{}'", part.str(1), part.str(3), part.str(2));
  return told;
}

/// `kdbench help run` is `kdbench run --help`.
void take_help(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "help") return;
  arguments.erase(arguments.begin());
  arguments.emplace_back("--help");
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
  return fmt::format("{}: {}", verb->get_name(), expected_and_found(error.what()));
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
    take_help(arguments);
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
