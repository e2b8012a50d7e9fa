// kdbench list: the plugins there are, and the libraries that were refused.
#include <kdbench/cli/text/describe_text.h>
#include <kdbench/cli/verbs/verb.h>

namespace kdbench::inline cli {
namespace {

struct ListArguments {
  std::string kind, format = "text";
};

int list(const Context& context, const ListArguments& arguments) {
  const auto kind = arguments.kind.empty() ? std::nullopt : std::optional(value_or_refuse(context, plugin_kind(arguments.kind)));
  auto setup = worker_setup(context);
  auto catalog = catalog_of(context, setup);
  if (arguments.format == "json") {
    if (kind) std::erase_if(catalog.plugins, [&](const PluginDocument& plugin) { return plugin.kind != *kind; });
    context.out << to_document(catalog).dump(2) << "\n" << std::flush;
  } else {
    context.out << list_text(catalog, kind) << std::flush;
  }
  require_named_plugins(context, setup, catalog);
  return kOk;
}

void add_list(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "list", "List the plugins, and the libraries that were refused", "kdbench list losses");
  auto arguments = std::make_shared<ListArguments>();
  verb.add_option("KIND", arguments->kind,
                  "models, datasets, losses, strategies, gradient_policies or calibrators; default: all");
  verb.add_option("--format", arguments->format, "text, or json with every parameter")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return list(context, *arguments); }; });
}

}  // namespace

Verb verb_list() { return {.place = 10, .add = add_list}; }

}  // namespace kdbench::inline cli
