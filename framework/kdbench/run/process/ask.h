/// ask: one question to a worker (catalog, plan, conformance, calibrate), and the answer, whatever
/// a library does meanwhile.
#pragma once
#include <kdbench/protocol/events.h>
#include <kdbench/protocol/requests.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline run {

/// Which worker is asked and what it loads.
struct WorkerSetup {
  std::filesystem::path worker;             ///< executable
  std::vector<std::string> plugins;         ///< library files
  std::vector<std::string> plugin_folders;  ///< folders of library files
  std::vector<Exclusion> excluded;

  /// What a request carries.
  Libraries libraries() const { return {plugins, plugin_folders, excluded}; }
};

struct AskOptions {
  /// What the loading of libtorch, or of one library, may cost: so much processor time, and so long by the clock without any; >
  /// 0. A machine that is busy with other things makes nothing here slow.
  double load_limit_s = 60;
  double limit_s = 0;          ///< longest whole answer; 0: no limit
  double silence_cpu_s = 0;    ///< most processor time between two events once all is loaded; 0: no limit
  double silence_limit_s = 0;  ///< longest such silence by the clock, for what waits and computes nothing; 0: no limit
  std::function<void(const Event&)> on_event = {};  ///< sees every event but LoadingEvent and the last; may be empty
};

/// What came back: exactly one of result, diagnostics and failure is there.
struct Answer {
  std::optional<ResultEvent> result;
  Diagnostics diagnostics;          ///< mistakes of the user
  std::string failure;              ///< why there is no answer: how the worker ended, with the end of its log
  std::string at_work;              ///< of a worker that crashed: the plugin whose code it ran, "loss kl", where it said so
  std::vector<Exclusion> excluded;  ///< the setup's, and the libraries that ended the worker while they were loaded

  bool ok() const { return result.has_value(); }
};

/// Returns the text of a request that a worker reads on its standard input.
std::string request_text(const Json& request);

/// Starts a worker and asks. When the worker dies, or hangs, while it opens a library, that library
/// is excluded and the question asked again.
/// @param request a document of protocol/requests.h; its libraries are those of the setup, whatever it says
/// @throws std::system_error when the worker cannot be started.
Answer ask(const WorkerSetup& setup, Json request, const AskOptions& options = {});

}  // namespace kdbench::inline run
