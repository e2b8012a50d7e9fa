// kdbench list: the plugins there are, and the libraries that were refused.
#include <kdbench/cli/text/describe_text.h>
#include <kdbench/cli/verbs/verb.h>

namespace kdbench::inline cli {
namespace {

int list(const Context& context, const std::string& word) {
  const auto kind = word.empty() ? std::nullopt : std::optional(value_or_refuse(context, plugin_kind(word)));
  auto setup = worker_setup(context);
  const auto catalog = catalog_of(context, setup);
  context.out << list_text(catalog, kind) << std::flush;
  require_named_plugins(context, setup, catalog);
  return kOk;
}

void add_list(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "list", "List the plugins, and the libraries that were refused", "kdbench list losses");
  auto kind = std::make_shared<std::string>();
  verb.add_option("KIND", *kind, "models, datasets, losses, strategies, gradient_policies or calibrators; default: all");
  verb.callback([&context, kind] { context.action = [&context, kind] { return list(context, *kind); }; });
}

}  // namespace

Verb verb_list() { return {.place = 10, .add = add_list}; }

}  // namespace kdbench::inline cli
