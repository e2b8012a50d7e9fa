#include <kdbench/registry/check_params.h>
#include <kdbench/results/store.h>
#include <kdbench/train/session/session.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/environment.h>
#include <kdbench/worker/requests/load_catalog.h>
#include <kdbench/worker/requests/loaded_plugins.h>
#include <kdbench/worker/requests/training.h>

#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace kdbench::inline worker {
namespace {

/// Finds the plugin a spec names; the version must be the one that was planned, because it is part of the job's id.
template <class EntryType>
const EntryType& planned(const std::map<std::string, Listed<EntryType>>& known, const PluginSpec& spec, const char* kind) {
  const auto it = known.find(spec.plugin);
  if (it == known.end())
    throw Error(fmt::format("no {} plugin '{}' is loaded; it was when the job was planned", kind, spec.plugin));
  if (it->second.version != spec.version) {
    throw Error(fmt::format("{} '{}' is version {} here, the job was planned for {}; plan again", kind, spec.plugin,
                            it->second.version, spec.version));
  }
  return it->second;
}

/// Makes what an entry of the catalog makes, with the parameters of a spec.
template <class EntryType, class Context>
auto made(const std::map<std::string, Listed<EntryType>>& known, const PluginSpec& spec, const char* kind,
          const Context& context) {
  const auto& entry = planned(known, spec, kind);
  return entry.create(params_from_json(entry.params, spec.params), context);
}

/// Builds a data set and the one it is made of, each telling the user what it has to tell while it loads.
std::shared_ptr<Dataset> dataset_of(const Catalog& catalog, const DataSource& source) {
  DatasetContext context;
  planned(catalog.datasets, source.use, "dataset");  // what is missing is told from the outermost on
  if (source.of) context.of = dataset_of(catalog, *source.of);
  context.note = [](const std::string& line) { send_event(NoteEvent{.text = line}); };
  return made(catalog.datasets, source.use, "dataset", context);
}

/// OpenBLAS maps memory for every thread that multiplies and, where a limit on addresses (ulimit -v) forbids that, tries for
/// ever.
void require_addresses(std::size_t threads) {
  constexpr std::size_t kOfBlas = std::size_t{129} << 20, kOfTheRest = std::size_t{128} << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  const auto bytes = threads * kOfBlas + kOfTheRest;
  void* const room = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) {
    throw std::system_error(
        ENOMEM, std::generic_category(),
        fmt::format("expected {} MB of addresses beside what libtorch has, found fewer below the limit of {} MB; "
                    "raise it (ulimit -v), and bound memory by --memory-limit instead",
                    bytes >> 20, limit.rlim_cur >> 20));
  }
  ::munmap(room, bytes);
}

}  // namespace

Factories factories_of(const Catalog& catalog) {
  Factories f;
  f.dataset = [&catalog](const DataSource& source) { return dataset_of(catalog, source); };
  f.model = [&catalog](const PluginSpec& spec, const ModelContext& context) {
    return made(catalog.models, spec, "model", context);
  };
  f.loss = [&catalog](const PluginSpec& spec, const LossContext& context) -> BuiltLoss {
    const auto& entry = planned(catalog.losses, spec, "loss");
    const auto params = params_from_json(entry.params, spec.params);
    return {entry.create(params, context), entry.needs(params, context)};
  };
  f.gradient_policy = [&catalog](const PluginSpec& spec, const GradientContext& context) {
    return made(catalog.gradient_policies, spec, "gradient policy", context);
  };
  f.calibrator = [&catalog](const PluginSpec& spec, const CalibratorContext& context) -> BuiltCalibrator {
    const auto& entry = planned(catalog.calibrators, spec, "calibrator");
    const auto params = params_from_json(entry.params, spec.params);
    return {entry.create(params, context), entry.traits(params)};
  };
  return f;
}

int answer_train(const TrainRequest& request, const std::atomic<bool>& stop) {
  const auto catalog = load_catalog(request.libraries);
  require_addresses(static_cast<std::size_t>(request.workers) + 1);
  const Store store(request.store);
  SessionOptions options;
  options.data_dir = request.data_dir;
  options.device = request.device;
  options.workers = static_cast<std::size_t>(request.workers);
  options.environment = environment();
  options.environment.allocator = request.caching_allocator ? "caching" : "libtorch";
  options.environment.threads = request.workers;
  options.loaded = used_plugins(catalog);
  options.anew = {request.anew.begin(), request.anew.end()};
  train_jobs(
      request.jobs, store, factories_of(catalog), options, [](const TrainingEvent& event) { send_event(event); }, stop);
  send_event(DoneAnswer{});
  return 0;
}

}  // namespace kdbench::inline worker
