/// Context: the global options, and what verbs share: asking a worker and reporting what went
/// wrong.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/results/record.h>
#include <kdbench/results/store.h>
#include <kdbench/run/process/ask.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kdbench::inline cli {

/// Exit codes of every verb.
enum ExitCode : int { kOk = 0, kFailure = 1, kUserMistake = 2, kPluginRefused = 3 };

struct Context {
  std::ostream& out;       ///< results only
  std::ostream& err;       ///< progress and mistakes
  std::ostream& terminal;  ///< standard error as it is, for what is drawn anew in its place; takes printable() text alone
  std::string store = "store";
  std::vector<std::string> plugins = {};  ///< --plugin FILE
  bool no_cache = false;
  std::function<int()> action = {};  ///< what the chosen verb does; returns an exit code
};

/// Ends a verb with an exit code; the reason has been printed. Thrown only inside cli/.
struct Exit {
  int code;
};

/// Prints the diagnostics to the context's err and throws Exit{kUserMistake}.
[[noreturn]] void refuse(const Context& context, const Diagnostics& diagnostics);
[[noreturn]] void refuse(const Context& context, const std::string& message);

/// Returns the value, or prints its diagnostics and throws Exit{kUserMistake}.
template <class T>
T value_or_refuse(const Context& context, Result<T> result) {
  if (!result) refuse(context, result.error());
  return std::move(result).value();
}

/// The folder that this program lies in.
std::filesystem::path program_folder();

/// Returns the worker ($KDBENCH_WORKER, or kdbench-worker beside this program) and the libraries it
/// is to load: --plugin files, the folders of $KDBENCH_PLUGIN_PATH and the folder of the plugins
/// that came with this program.
WorkerSetup worker_setup(const Context& context);

/// The worker alone, for what needs no library; nothing where none was built. One that $KDBENCH_WORKER names must be there.
std::optional<WorkerSetup> find_worker(const Context& context);

/// Returns the options with the limit of $KDBENCH_LOAD_LIMIT_S where it is set.
AskOptions with_load_limit(AskOptions options);

/// Asks and returns the last event. Prints diagnostics (Exit{kUserMistake}) or the failure
/// (Exit{kFailure}). Libraries that ended the worker are noted in `setup.excluded`, and on err when
/// they were not known before.
ResultEvent ask_document_or_exit(const Context& context, WorkerSetup& setup, Json request, const AskOptions& options);

/// The same for a request of protocol/requests.h: returns its answer.
/// @throws std::runtime_error where the worker answered something else
template <Document R>
typename R::Answer ask_or_exit(const Context& context, WorkerSetup& setup, const R& request, const AskOptions& options = {}) {
  const auto result = ask_document_or_exit(context, setup, to_document(request), options);
  try {
    return result.template answer<typename R::Answer>();
  } catch (const DocumentError& error) {
    throw std::runtime_error(std::string("the worker's answer cannot be read: ") + error.what());
  }
}

/// Returns the catalog, from the cache when no library and no worker has changed. Libraries that
/// end a worker are excluded in `setup`.
CatalogDocument catalog_of(const Context& context, WorkerSetup& setup);

/// Throws Exit{kPluginRefused}, with the reasons printed, when a library of `setup.plugins` could
/// not be loaded.
void require_named_plugins(const Context& context, WorkerSetup& setup);
/// The same from a catalog that was asked for before.
void require_named_plugins(const Context& context, const WorkerSetup& setup, const CatalogDocument& catalog);

/// Opens the store for reading, or returns nothing where the folder does not exist.
std::optional<Store> existing_store(const Context& context);

/// Returns the record of a job; a file that cannot be read is a line on err and counts as no
/// record.
std::optional<RunRecord> record_or_warn(const Context& context, const Store& store, const std::string& job);

}  // namespace kdbench::inline cli
