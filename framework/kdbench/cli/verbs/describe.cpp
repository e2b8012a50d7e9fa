// kdbench describe: a plugin's formula, source and parameters; the keys of a suite file; the whole
// reference.
#include <kdbench/cli/text/describe_text.h>
#include <kdbench/cli/verbs/verb.h>

namespace kdbench::inline cli {
namespace {

struct DescribeArguments {
  std::string kind, name;
  bool markdown = false;
};

int describe(const Context& context, const DescribeArguments& arguments) {
  if (arguments.kind == "suite") {
    context.out << (arguments.markdown ? suite_markdown(suite_keys()) : suite_text(suite_keys()));
    return kOk;
  }
  if (arguments.kind.empty() && !arguments.markdown) {
    refuse(context, "describe expects a kind and a name, or 'suite', or --markdown for the whole reference");
  }
  std::optional<PluginKind> kind;
  if (!arguments.kind.empty()) kind = value_or_refuse(context, plugin_kind(arguments.kind));
  if (kind && arguments.name.empty()) refuse(context, "describe " + name_of(*kind) + " expects a name; kdbench list shows them");
  auto setup = worker_setup(context);
  require_named_plugins(context, setup);
  const auto catalog = catalog_of(context, setup);
  if (!kind) {
    context.out << reference_markdown(catalog, suite_keys());
    return kOk;
  }
  const auto plugin = value_or_refuse(context, find_plugin(catalog, *kind, arguments.name));
  context.out << (arguments.markdown ? describe_markdown(plugin) : describe_text(plugin));
  return kOk;
}

void add_describe(CLI::App& app, Context& context) {
  auto& verb =
      add_verb(app, "describe", "Show what a plugin does and takes, or the keys of a suite file", "kdbench describe loss dist");
  auto arguments = std::make_shared<DescribeArguments>();
  verb.add_option("KIND", arguments->kind, "model, dataset, loss, strategy, gradient_policy, calibrator or suite");
  verb.add_option("NAME", arguments->name, "Name of the plugin");
  verb.add_flag("--markdown", arguments->markdown, "Write Markdown; without KIND, the whole reference");
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return describe(context, *arguments); }; });
}

}  // namespace

Verb verb_describe() { return {.place = 20, .add = add_describe}; }

}  // namespace kdbench::inline cli
