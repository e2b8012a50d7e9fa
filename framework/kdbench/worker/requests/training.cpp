#include <kdbench/base/text.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/train/session/session.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/environment.h>
#include <kdbench/worker/requests/load_catalog.h>
#include <kdbench/worker/requests/training.h>

#include <fmt/core.h>

namespace kdbench::inline worker {
namespace {

/// Finds the plugin a spec names; the version must be the one that was planned, because it is part of the job's id.
template <class EntryType>
const EntryType& planned(const std::map<std::string, Listed<EntryType>>& known, const Json& spec, const char* kind) {
  const std::string name = spec.at("plugin"), version = spec.at("version");
  const auto it = known.find(name);
  if (it == known.end()) throw Error(fmt::format("no {} plugin '{}' is loaded; it was when the job was planned", kind, name));
  if (it->second.version != version) {
    throw Error(fmt::format("{} '{}' is version {} here, the job was planned for {}; plan again", kind, name, it->second.version,
                            version));
  }
  return it->second;
}

/// Builds a data set and the one it is made of, each telling the user what it has to tell while it loads.
std::shared_ptr<Dataset> dataset_of(const Catalog& catalog, const Json& spec) {
  const auto& entry = planned(catalog.datasets, spec, "dataset");
  DatasetContext context;
  if (spec.contains("of")) context.of = dataset_of(catalog, spec.at("of"));
  context.note = [](const std::string& line) { send_event({{"event", "note"}, {"text", line}}); };
  return entry.create(params_from_json(entry.params, spec.at("params")), context);
}

}  // namespace

Factories factories_of(const Catalog& catalog) {
  Factories f;
  f.dataset = [&catalog](const Json& spec) { return dataset_of(catalog, spec); };
  f.model = [&catalog](const Json& spec, const ModelContext& context) {
    const auto& entry = planned(catalog.models, spec, "model");
    return entry.create(params_from_json(entry.params, spec.at("params")), context);
  };
  f.loss = [&catalog](const Json& spec, const LossContext& context) {
    const auto& entry = planned(catalog.losses, spec, "loss");
    return entry.create(params_from_json(entry.params, spec.at("params")), context);
  };
  return f;
}

int answer_train(const Json& request, const std::atomic<bool>& stop) {
  const auto catalog = load_catalog(request);
  std::vector<Job> jobs;
  for (const auto& job : request.at("jobs")) jobs.push_back(job_from_json(job));
  const Store store{std::string(request.at("store"))};
  SessionOptions options;
  options.data_dir = std::string(request.value("data_dir", ""));
  options.device = request.value("device", "cpu");
  options.workers = request.value("workers", std::size_t{1});
  options.environment = environment();
  options.environment["allocator"] = request.value("allocator", true) ? "caching" : "libtorch";
  options.environment["threads"] = options.workers;
  train_jobs(jobs, store, factories_of(catalog), options, send_event, stop);
  send_event({{"event", "result"}});
  return 0;
}

}  // namespace kdbench::inline worker
