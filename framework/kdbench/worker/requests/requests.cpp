#include <kdbench/calibration/logits/logits_file.h>
#include <kdbench/plan/make/make_plan.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/conformance/conformance.h>
#include <kdbench/worker/environment.h>
#include <kdbench/worker/golden/golden.h>
#include <kdbench/worker/requests/announced.h>
#include <kdbench/worker/requests/catalog_answer.h>
#include <kdbench/worker/requests/data_check.h>
#include <kdbench/worker/requests/embedding.h>
#include <kdbench/worker/requests/load_catalog.h>
#include <kdbench/worker/requests/loaded_plugins.h>
#include <kdbench/worker/requests/probe.h>
#include <kdbench/worker/requests/requests.h>
#include <kdbench/worker/requests/training.h>
#include <kdbench/worker/requests/trial_results.h>

#include <functional>

namespace kdbench::inline worker {
namespace {

int send_answer(const auto& answer) {
  send_event(answer);
  return 0;
}

int answer_catalog(const CatalogRequest& request) {
  return send_answer(CatalogAnswer{.catalog = document_of(load_catalog(request.libraries))});
}

int answer_plan(const PlanRequest& request) {
  ParseOptions options;
  options.profile = request.profile;
  for (const auto& o : request.overrides) options.overrides.push_back({o.key, o.value});
  auto catalog = load_catalog(request.libraries);
  announce(catalog);
  auto plan = make_plan(read_suite(request.suite_file, options), catalog, request.device, trial_results(request.store));
  if (plan) {
    return send_answer(PlanAnswer{.plan = {std::move(*plan)}, .loaded = loaded_plugins(catalog, request.libraries)});
  }
  send_diagnostics(plan.error());
  return 0;
}

/// Sends every check and, at the end, how many there were of each kind.
class Tally {
 public:
  void operator()(const CheckEvent& check) {
    ++(check.skipped ? counts_.skipped : check.ok ? counts_.passed : counts_.failed);
    send_event(check);
  }
  int finish() const { return send_answer(counts_); }

 private:
  ChecksAnswer counts_;
};

int answer_conformance(const ConformanceRequest& request) {
  const auto catalog = load_catalog(request.libraries);
  Tally tally;
  const auto begins = [](const CheckingEvent& event) { send_event(event); };
  check_plugin(catalog, request.kind, request.plugin, "", {std::ref(tally), begins});
  return tally.finish();
}

int answer_golden(const GoldenRequest& request) {
  const auto catalog = load_catalog(request.libraries);
  Tally tally;
  if (request.convert_to.empty())
    check_golden(catalog, request.folder, std::ref(tally));
  else
    convert_golden(catalog, request.folder, request.convert_to, std::ref(tally));
  return tally.finish();
}

int answer_calibrate(const CalibrateRequest& request) {
  const auto data = read_logits(request.file, request.labels, request.probabilities ? Given::kProbabilities : Given::kLogits);
  if (data) return send_answer(CalibrateAnswer{.report = calibrate_report(data->view(), request.bins, request.taus)});
  send_diagnostics(data.error());
  return 0;
}

/// One function a request.
struct Answerer {
  const std::atomic<bool>& stop;

  int operator()(const CatalogRequest& request) const { return answer_catalog(request); }
  int operator()(const PlanRequest& request) const { return answer_plan(request); }
  int operator()(const TrainRequest& request) const { return answer_train(request, stop); }
  int operator()(const ConformanceRequest& request) const { return answer_conformance(request); }
  int operator()(const GoldenRequest& request) const { return answer_golden(request); }
  int operator()(const CalibrateRequest& request) const { return answer_calibrate(request); }
  int operator()(const DataRequest& request) const { return answer_data(request, stop); }
  int operator()(const EmbedRequest& request) const { return answer_embed(request, stop); }
  int operator()(const ProbeRequest& request) const { return answer_probe(request); }
  int operator()(const VersionRequest&) const { return send_answer(version()); }
};

}  // namespace

int answer(const Request& request, const std::atomic<bool>& stop) { return std::visit(Answerer{stop}, request); }

}  // namespace kdbench::inline worker
