// kdbench calibrate: calibration of anyone's network from its logits and labels.
#include <kdbench/cli/text/calibrate_text.h>
#include <kdbench/cli/verbs/verb.h>

namespace kdbench::inline cli {
namespace {

struct CalibrateArguments {
  std::string file, labels, format = "text";
  int bins = kDefaultBins;
  std::vector<double> taus;
  bool probabilities = false;
};

int calibrate(const Context& context, const CalibrateArguments& arguments) {
  auto setup = worker_setup(context);
  // No plugin is needed to measure logits, and none should be able to disturb it.
  setup.plugins.clear();
  setup.plugin_folders.clear();
  const CalibrateRequest request{.file = arguments.file,
                                 .labels = arguments.labels,
                                 .bins = arguments.bins,
                                 .taus = arguments.taus,
                                 .probabilities = arguments.probabilities};
  const auto report = ask_or_exit(context, setup, request).report;
  context.out << (arguments.format == "json" ? to_document(report).dump(2) + "\n" : calibrate_text(report));
  return kOk;
}

void add_calibrate(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "calibrate", "Measure the calibration of any network from a file of logits and labels",
                        "kdbench calibrate logits.csv --tau 1,2,4");
  auto arguments = std::make_shared<CalibrateArguments>();
  verb.add_option("FILE", arguments->file, "Logits, with the labels unless --labels names them")->required();
  verb.add_option("--labels", arguments->labels, "Labels")->type_name("FILE");
  verb.add_flag("--probabilities", arguments->probabilities,
                "The file holds probabilities, each row summing to 1, instead of logits");
  verb.add_option("--bins", arguments->bins, "Bins of the reliability table")->check(CLI::Range(1, 10000))->capture_default_str();
  verb.add_option("--tau", arguments->taus, "Temperatures of the ECE curve, 1,2,4 for example")
      ->delimiter(',')
      ->check(positive_number());
  verb.add_option("--format", arguments->format, "text or json")->check(CLI::IsMember({"text", "json"}))->capture_default_str();
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return calibrate(context, *arguments); }; });
}

}  // namespace

Verb verb_calibrate() { return {.place = 100, .add = add_calibrate}; }

}  // namespace kdbench::inline cli
