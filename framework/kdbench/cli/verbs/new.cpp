// kdbench new: the folder of a new plugin, which builds against an installed kdbench.
#include <kdbench/base/files.h>
#include <kdbench/cli/templates/new_plugin.h>
#include <kdbench/cli/text/describe_text.h>
#include <kdbench/cli/verbs/verb.h>

#include <fmt/core.h>

#include <filesystem>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

struct NewArguments {
  std::string kind, name, folder;
};

/// The plugins whose names are taken; none where no worker can tell.
CatalogDocument shelf(const Context& context) {
  if (!find_worker(context)) {
    context.err << "no worker here, which knows the plugins there are: the name may be taken\n";
    return {};
  }
  auto setup = worker_setup(context);
  return catalog_of(context, setup);
}

/// Where kdbench is installed, for CMake; a word to be replaced where the program stands in its build folder.
std::string prefix() {
  const auto root = program_folder().parent_path();
  return fs::exists(root / KDBENCH_PACKAGE_FOLDER / "kdbenchConfig.cmake") ? root.string() : "PREFIX";
}

/// What to type next, in the folder.
std::string next_steps(PluginKind kind, const std::string& name) {
  const auto library = fmt::format("build/lib/kdbench/plugins/{}.so", name), root = prefix();
  auto text = fmt::format("  cmake -B build -G Ninja -DCMAKE_PREFIX_PATH={}\n", root);
  text += "  cmake --build build\n  ctest --test-dir build\n";
  text += fmt::format("  kdbench test {}\n", library);
  if (kind == PluginKind::kLoss) text += fmt::format("  kdbench test --golden golden --plugin {}\n", library);
  text += fmt::format("  kdbench run suite.toml --plugin {}\n", library);
  if (root == "PREFIX") text += "PREFIX is where kdbench is installed: cmake --install BUILD_FOLDER --prefix PREFIX\n";
  return text;
}

int write_new(const Context& context, const NewArguments& arguments) {
  const auto kind = value_or_refuse(context, plugin_kind(arguments.kind));
  auto mistakes = mistakes_in_name(kind, arguments.name, shelf(context));
  const fs::path folder = arguments.folder.empty() ? arguments.name : arguments.folder;
  if (fs::exists(folder)) {
    mistakes.push_back({"", {}, folder.string() + " is there already; move it away, or name another folder by --folder"});
  }
  const auto files = new_plugin(kind, arguments.name);
  if (files.empty()) {
    mistakes.push_back(
        {"",
         {},
         fmt::format("there is no template of a {}: expected loss, model, dataset, strategy or calibrator", name_of(kind))});
  }
  if (!mistakes.empty()) refuse(context, mistakes);
  context.out << folder.string() << "\n";
  for (const auto& file : files) {
    write_file_atomically(folder / file.path, file.text);
    context.out << "  " << file.path.string() << "\n";
  }
  context.out << "next, in that folder:\n" << next_steps(kind, arguments.name) << std::flush;
  return kOk;
}

void add_new(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "new", "Write the folder of a new plugin: source, test, build, method card, a suite that runs it",
                        "kdbench new loss my_loss");
  auto arguments = std::make_shared<NewArguments>();
  verb.add_option("KIND", arguments->kind, "loss, model, dataset, strategy or calibrator")->required();
  verb.add_option("NAME", arguments->name, "Name of the plugin, such as my_loss")->required();
  verb.add_option("--folder", arguments->folder, "Folder to write, which must not be there yet; default: NAME")->type_name("DIR");
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return write_new(context, *arguments); }; });
}

}  // namespace

Verb verb_new() { return {.place = 85, .add = add_new}; }

}  // namespace kdbench::inline cli
