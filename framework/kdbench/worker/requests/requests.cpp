#include <kdbench/base/text.h>
#include <kdbench/calibration/calibrate_report.h>
#include <kdbench/calibration/logits/logits_file.h>
#include <kdbench/calibration/metrics.h>
#include <kdbench/plan/make/make_plan.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/conformance/conformance.h>
#include <kdbench/worker/conformance/golden.h>
#include <kdbench/worker/environment.h>
#include <kdbench/worker/requests/data_check.h>
#include <kdbench/worker/requests/embedding.h>
#include <kdbench/worker/requests/load_catalog.h>
#include <kdbench/worker/requests/requests.h>
#include <kdbench/worker/requests/training.h>

#include <fmt/core.h>

#include <functional>
#include <map>

namespace kdbench::inline worker {
namespace {

int send_result(const char* key, Json value) {
  send_event({{"event", "result"}, {key, std::move(value)}});
  return 0;
}

int answer_catalog(const Json& request, const std::atomic<bool>&) {
  return send_result("catalog", to_json(load_catalog(request)));
}

int answer_plan(const Json& request, const std::atomic<bool>&) {
  ParseOptions options;
  options.profile = request.value("profile", "");
  for (const auto& o : request.value("overrides", Json::array())) options.overrides.push_back({o.at("key"), o.at("value")});
  const auto catalog = load_catalog(request);
  auto plan = make_plan(read_suite(request.at("suite_file"), options), catalog, request.value("device", ""));
  if (plan) return send_result("plan", to_packed_json(*plan));
  send_diagnostics(plan.error());
  return 0;
}

/// Sends every check and, at the end, how many there were of each kind.
class Tally {
 public:
  void operator()(const Check& check) {
    ++(check.skipped ? skipped_ : check.ok ? passed_ : failed_);
    send_event({{"event", "check"},
                {"plugin", check.plugin},
                {"name", check.name},
                {"ok", check.ok},
                {"skipped", check.skipped},
                {"detail", check.detail}});
  }
  int finish() const {
    send_event({{"event", "result"}, {"passed", passed_}, {"failed", failed_}, {"skipped", skipped_}});
    return 0;
  }

 private:
  int passed_ = 0, failed_ = 0, skipped_ = 0;
};

int answer_conformance(const Json& request, const std::atomic<bool>&) {
  const auto catalog = load_catalog(request);
  Tally tally;
  check_catalog(catalog, request.value("target", ""), request.value("data_dir", ""), std::ref(tally));
  return tally.finish();
}

int answer_golden(const Json& request, const std::atomic<bool>&) {
  const auto catalog = load_catalog(request);
  Tally tally;
  check_golden(catalog, std::string(request.at("folder")), std::ref(tally));
  return tally.finish();
}

int answer_calibrate(const Json& request, const std::atomic<bool>&) {
  const auto data = read_logits(std::string(request.at("file")), std::string(request.value("labels", "")));
  if (!data) {
    send_diagnostics(data.error());
    return 0;
  }
  const auto taus = request.value("tau", std::vector<double>{1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8});
  return send_result("report", calibrate_report(data->view(), request.value("bins", kDefaultBins), taus));
}

}  // namespace

int answer(const Json& request, const std::atomic<bool>& stop) {
  using Verb = int (*)(const Json&, const std::atomic<bool>&);
  static const std::map<std::string, Verb> kVerbs{
      {"catalog", answer_catalog}, {"plan", answer_plan},           {"train", answer_train}, {"conformance", answer_conformance},
      {"golden", answer_golden},   {"calibrate", answer_calibrate}, {"data", answer_data},   {"embed", answer_embed}};
  const std::string verb = request.value("verb", "");
  const auto it = kVerbs.find(verb);
  if (it != kVerbs.end()) return it->second(request, stop);
  send_event({{"event", "error"}, {"class", "exception"}, {"what", fmt::format("this worker knows no verb '{}'", verb)}});
  return 70;
}

}  // namespace kdbench::inline worker
