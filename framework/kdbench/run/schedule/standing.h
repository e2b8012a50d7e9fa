/// How the jobs of a plan stand in a store: what their records say, and whether that still follows from the plugins that are
/// loaded and the networks that are kept.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/protocol/requests.h>
#include <kdbench/results/record.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline run {

/// One job.
struct Standing {
  std::optional<Status> status;      ///< nothing: there is no record
  std::string reason;                ///< of the record
  std::optional<Origin> origin;      ///< of the record
  std::string weights_sha256;        ///< of the record; empty: unknown
  std::vector<std::string> rebuilt;  ///< libraries that had another content when the record was made, by file name, each once
  bool follows = false;              ///< a network that it came from is outdated, or was trained again since
  bool again = false;                ///< its result is to be replaced

  bool outdated() const { return !rebuilt.empty() || follows; }
};

/// Which builds of the plugins there are; nothing is outdated where nobody knows.
struct LoadedPlugins {
  std::vector<LoadedPlugin> all;
  std::vector<UsedPlugin> used() const;  ///< without who named them
};

/// Returns how every job stands, parallel to the plan's. A result is outdated if a library that it was computed by had another
/// content, or if a network that it came from is outdated or was trained again since. It is trained again where such a library
/// was named by itself, or by `all_again`; and with it what came from it. What a record does not tell is taken as unchanged.
/// @param record_of asked once for every job, by its index; nothing: there is no record
std::vector<Standing> standings(const Plan& plan, const std::function<std::optional<RunRecord>(std::size_t)>& record_of,
                                const LoadedPlugins& loaded, bool all_again);

/// Returns whether a record is what training would give now: its plugins are those that are loaded, its networks those that
/// `weights_of` names.
/// @param weights_of the SHA-256 of the last weights of a job as it is kept; empty: unknown
bool is_current(const Origin& origin, const std::vector<UsedPlugin>& loaded,
                const std::function<std::string(const std::string& job)>& weights_of);

/// Returns what is to be told of the outdated: "2 jobs are done by another build of kl.so; kdbench run --rerun-changed trains
/// them again". No line where nothing is.
std::vector<std::string> outdated_lines(const std::vector<Standing>& standings);

}  // namespace kdbench::inline run
