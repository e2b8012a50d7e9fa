#include <kdbench/run/schedule/standing.h>

#include <kdbench/base/text.h>
#include <kdbench/results/origin.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace kdbench::inline run {
namespace {

/// Makes the standings in the order of the plan, in which a job stands after those it needs.
class Judge {
 public:
  Judge(const Plan& plan, const LoadedPlugins& loaded, bool all_again)
      : plan_(plan), loaded_(loaded.used()), all_again_(all_again) {
    for (const auto& plugin : loaded.all) {
      if (plugin.named) named_.push_back(plugin.used.plugin);
    }
  }

  void add(std::size_t job, const std::optional<RunRecord>& record) {
    const auto& needs = plan_.jobs[job].needs;
    Standing now;
    if (record) {
      now.status = record->status;
      now.reason = record->reason;
      now.origin = record->origin;
      now.weights_sha256 = record->extra.weights_sha256;
    }
    const bool settled = now.status == Status::kDone || now.status == Status::kFailed || now.status == Status::kDiverged;
    if (settled) judge_plugins(now);
    if (settled) judge_networks(now, needs);
    now.again = now.again || (all_again_ && now.outdated());
    touches_named_.push_back(touches_named(job));
    index_.emplace(plan_.jobs[job].id, job);
    out_.push_back(std::move(now));
  }

  std::vector<Standing> take() { return std::move(out_); }

 private:
  void judge_plugins(Standing& now) const {
    if (!now.origin) return;
    std::set<std::string> names;
    for (const auto* plugin : rebuilt_since(*now.origin, loaded_)) {
      names.insert(plugin->library);
      now.again = now.again || is_named(plugin->plugin);
    }
    now.rebuilt.assign(names.begin(), names.end());
  }

  void judge_networks(Standing& now, const std::vector<std::string>& needs) const {
    for (const auto& need : needs) {
      const auto found = index_.find(need);
      if (found == index_.end()) continue;
      const auto& source = out_[found->second];
      now.again = now.again || source.again;
      now.follows = now.follows || source.again || source.outdated();
      if (!was_replaced(now, need, source)) continue;
      now.follows = true;
      now.again = now.again || touches_named_[found->second];
    }
  }

  /// True if the job came from another training of the network than the one that is kept.
  static bool was_replaced(const Standing& now, const std::string& need, const Standing& source) {
    if (!now.origin || source.status != Status::kDone || source.weights_sha256.empty()) return false;
    return std::any_of(now.origin->networks.begin(), now.origin->networks.end(), [&](const auto& network) {
      return network.job == need && !network.weights_sha256.empty() && network.weights_sha256 != source.weights_sha256;
    });
  }

  bool is_named(const PluginRef& name) const { return std::find(named_.begin(), named_.end(), name) != named_.end(); }

  /// True if a library that was named by itself computes the job, or one that it needs.
  bool touches_named(std::size_t job) const {
    const auto& j = plan_.jobs[job];
    const auto plugins = named_.empty() ? std::vector<PluginRef>() : plugins_of(j.spec);
    if (std::any_of(plugins.begin(), plugins.end(), [&](const auto& name) { return is_named(name); })) return true;
    return std::any_of(j.needs.begin(), j.needs.end(), [&](const auto& need) {
      const auto found = index_.find(need);
      return found != index_.end() && touches_named_[found->second];
    });
  }

  const Plan& plan_;
  std::vector<UsedPlugin> loaded_;
  bool all_again_;
  std::vector<PluginRef> named_;  ///< those of libraries that were named by themselves
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<bool> touches_named_;
  std::vector<Standing> out_;
};

std::string remedy(bool again, std::size_t count) {
  if (again) return count == 1 ? "it is trained again" : "they are trained again";
  return fmt::format("kdbench run --rerun-changed trains {} again", count == 1 ? "it" : "them");
}

}  // namespace

std::vector<UsedPlugin> LoadedPlugins::used() const {
  std::vector<UsedPlugin> out;
  for (const auto& plugin : all) out.push_back(plugin.used);
  return out;
}

std::vector<Standing> standings(const Plan& plan, const std::function<std::optional<RunRecord>(std::size_t)>& record_of,
                                const LoadedPlugins& loaded, bool all_again) {
  Judge judge(plan, loaded, all_again);
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) judge.add(i, record_of(i));
  return judge.take();
}

bool is_current(const Origin& origin, const std::vector<UsedPlugin>& loaded,
                const std::function<std::string(const std::string& job)>& weights_of) {
  if (!rebuilt_since(origin, loaded).empty()) return false;
  return std::all_of(origin.networks.begin(), origin.networks.end(),
                     [&](const auto& network) { return network.weights_sha256 == weights_of(network.job); });
}

std::vector<std::string> outdated_lines(const std::vector<Standing>& standings) {
  struct Kind {
    bool again, is_network;  ///< it is outdated by a network alone
    std::string how, libraries;
    bool operator<(const Kind& other) const {
      return std::tie(again, is_network, how, libraries) < std::tie(other.again, other.is_network, other.how, other.libraries);
    }
  };
  std::map<Kind, std::size_t> counts;
  for (const auto& standing : standings) {
    if (!standing.outdated() || (standing.status != Status::kDone && !standing.again)) continue;
    ++counts[{standing.again, standing.rebuilt.empty(), to_string(*standing.status), join(standing.rebuilt, " and ")}];
  }
  std::vector<std::string> lines;
  for (const auto& [kind, count] : counts) {
    const auto ended = kind.how == "done" ? (count == 1 ? "is done by" : "are done by") : kind.how + " with";
    const auto why = kind.is_network ? std::string("came from a network of another build")
                                     : fmt::format("{} another build of {}", ended, kind.libraries);
    lines.push_back(fmt::format("{} {}; {}", counted(count, "job"), why, remedy(kind.again, count)));
  }
  return lines;
}

}  // namespace kdbench::inline run
