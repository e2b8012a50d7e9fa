#include <kdbench/cli/context.h>

#include <kdbench/cli/catalog_cache.h>

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::vector<std::string> plugin_folders(const Context& context) {
  std::vector<std::string> folders;
  std::istringstream path(environment("KDBENCH_PLUGIN_PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    if (folder.empty()) continue;
    if (!fs::is_directory(folder))
      context.err << fmt::format("warning: KDBENCH_PLUGIN_PATH names {}, which is no folder\n", folder);
    folders.push_back(folder);
  }
  const auto own = program_folder().parent_path() / "lib" / "kdbench" / "plugins";
  if (fs::is_directory(own)) folders.push_back(own.string());
  return folders;
}

/// Where the worker is to be.
fs::path worker_place() {
  const auto wanted = environment("KDBENCH_WORKER");
  return wanted.empty() ? program_folder() / "kdbench-worker" : fs::path(wanted);
}

fs::path worker_path(const Context& context) {
  const auto wanted = environment("KDBENCH_WORKER");
  auto path = worker_place();
  if (fs::is_regular_file(path)) return path;
  const auto* advice = wanted.empty() ? "build the target kdbench-worker, or set KDBENCH_WORKER to where it is"
                                      : "KDBENCH_WORKER says so; change it, or unset it to take the one beside kdbench";
  refuse(context, fmt::format("no worker at {}; {}", path.string(), advice));
}

}  // namespace

fs::path program_folder() {
  std::error_code ec;
  const auto self = fs::read_symlink("/proc/self/exe", ec);
  return ec ? fs::path(".") : self.parent_path();
}

void refuse(const Context& context, const Diagnostics& diagnostics) {
  auto text = to_text(diagnostics);
  if (!text.ends_with('\n')) text += '\n';
  context.err << text << std::flush;
  throw Exit{kUserMistake};
}

void refuse(const Context& context, const std::string& message) {
  context.err << "kdbench: " << message << std::endl;
  throw Exit{kUserMistake};
}

std::optional<WorkerSetup> find_worker(const Context& context) {
  if (environment("KDBENCH_WORKER").empty() && !fs::is_regular_file(worker_place())) return std::nullopt;
  return WorkerSetup{worker_path(context), {}, {}, {}};
}

WorkerSetup worker_setup(const Context& context) { return {worker_path(context), context.plugins, plugin_folders(context), {}}; }

AskOptions with_load_limit(AskOptions options) {
  // For a folder of plugins so slow, or a test so impatient, that the default does not serve.
  const double limit = std::strtod(environment("KDBENCH_LOAD_LIMIT_S").c_str(), nullptr);
  if (limit > 0) options.load_limit_s = limit;
  return options;
}

ResultEvent ask_document_or_exit(const Context& context, WorkerSetup& setup, Json request, const AskOptions& options) {
  auto answer = ask(setup, std::move(request), with_load_limit(options));
  for (auto i = setup.excluded.size(); i < answer.excluded.size(); ++i) {
    context.err << fmt::format("warning: {} {}; it is left out\n", answer.excluded[i].file, answer.excluded[i].reason);
  }
  setup.excluded = answer.excluded;
  if (answer.ok()) return std::move(*answer.result);
  if (!answer.diagnostics.empty()) refuse(context, answer.diagnostics);
  context.err << "kdbench: " << answer.failure << std::endl;
  if (!answer.at_work.empty())
    context.err << "it crashed in the code of a plugin: " << answer.at_work << "; plan without it, or mend it" << std::endl;
  throw Exit{kFailure};
}

CatalogDocument catalog_of(const Context& context, WorkerSetup& setup) {
  const CatalogCache cache(setup);
  if (!context.no_cache && setup.excluded.empty()) {
    if (auto known = cache.get()) return *known;
  }
  auto catalog = ask_or_exit(context, setup, CatalogRequest{}).catalog;
  cache.put(catalog);
  return catalog;
}

void require_named_plugins(const Context& context, WorkerSetup& setup) {
  if (!setup.plugins.empty()) require_named_plugins(context, setup, catalog_of(context, setup));
}

void require_named_plugins(const Context& context, const WorkerSetup& setup, const CatalogDocument& catalog) {
  bool refused = false;
  for (const auto& library : catalog.libraries) {
    const bool named = std::find(setup.plugins.begin(), setup.plugins.end(), library.file) != setup.plugins.end();
    if (library.ok || !named) continue;
    context.err << fmt::format("kdbench: plugin {}: {}\n", library.file, library.reason);
    refused = true;
  }
  if (refused) throw Exit{kPluginRefused};
}

std::optional<Store> existing_store(const Context& context) {
  if (!fs::is_directory(context.store)) return std::nullopt;
  return Store(context.store, Store::For::kReading);
}

std::optional<RunRecord> record_or_warn(const Context& context, const Store& store, const std::string& job) {
  auto found = store.get(job);
  if (found) return std::move(*found);
  context.err << "warning: " << to_text(found.error()) << std::endl;
  return std::nullopt;
}

}  // namespace kdbench::inline cli
