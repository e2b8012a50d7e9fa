// kdbench figures: the analyses of a suite as pictures, with their numbers beside them.
#include <kdbench/base/files.h>
#include <kdbench/base/text.h>
#include <kdbench/cli/maps/embedding_maps.h>
#include <kdbench/cli/stored_plan.h>
#include <kdbench/cli/suite_options.h>
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/report/figures/figure_kinds.h>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace kdbench::inline cli {
namespace {

constexpr const char* kMaps = "tsne";  // the one kind that asks a worker
constexpr std::size_t kMostMaps = 12;  // more would take minutes, and nobody could read them

struct FiguresArguments {
  SuiteOptions suite;
  std::string kind = "all", out = "figures";
  std::vector<std::string> studies;
  MapChoice choice;
  MapOptions maps;
};

/// Writes figures and remembers under which names.
class FigureWriter {
 public:
  FigureWriter(const Context& context, std::filesystem::path folder) : context_(context), folder_(std::move(folder)) {}

  void write(const report::Figure& figure) {
    const auto stem = folder_ / new_stem(figure.study + "-" + figure.kind);
    write_one(stem, ".json", figure_json(figure));
    write_one(stem, ".csv", figure_csv(figure));
    write_one(stem, ".svg", figure_svg(figure));
  }
  bool wrote_any() const { return !stems_.empty(); }

 private:
  void write_one(const std::filesystem::path& stem, const char* ending, const std::string& text) {
    const auto path = stem.string() + ending;
    write_file_atomically(path, text);
    context_.out << path << "\n" << std::flush;
  }

  /// Studies may be called what no file can be; two that come out the same are numbered.
  std::string new_stem(std::string name) {
    for (auto& c : name) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      if (!plain) c = '_';
    }
    auto stem = name;
    for (int i = 2; !stems_.insert(stem).second; ++i) stem = fmt::format("{}-{}", name, i);
    return stem;
  }

  const Context& context_;
  std::filesystem::path folder_;
  std::set<std::string> stems_;
};

std::vector<std::string> chosen_studies(const Context& context, const boards::PlanResults& results,
                                        const std::vector<std::string>& wanted) {
  const auto known = results.studies();
  for (const auto& study : wanted) {
    if (std::find(known.begin(), known.end(), study) == known.end()) {
      refuse(context, fmt::format("no study '{}' in the suite{}", study, suggestion(study, known)));
    }
  }
  return wanted.empty() ? known : wanted;
}

report::Figure maps_of(const Context& context, WorkerSetup& setup, const Store& store, const boards::PlanResults& results,
                       const std::string& study, const FiguresArguments& arguments) {
  const auto chosen = choose_maps(results, study, arguments.choice);
  if (!chosen && arguments.kind != "all") value_or_refuse(context, chosen);
  const auto count = chosen ? chosen->size() : 0;
  auto why = chosen ? "" : chosen.error().front().message;
  if (count > kMostMaps) {
    why = fmt::format("study '{}' has {} networks to draw, more than {}; choose with --method, --values or --job", study, count,
                      kMostMaps);
  }
  if (!why.empty() && arguments.kind != "all") refuse(context, why);
  if (!why.empty()) context.err << "no maps: " << why << "\n";  // who asks for everything gets the rest
  if (!why.empty() || count == 0) return {};
  require_named_plugins(context, setup);
  return maps_figure(results, study, embedding_maps(context, setup, store, *chosen, arguments.maps));
}

int figures(const Context& context, FiguresArguments arguments) {
  const auto store = store_or_refuse(context);
  auto setup = worker_setup(context);
  const auto plan = plan_of_suite(context, store, arguments.suite);
  arguments.maps.data_dir = plan.data_dir;
  arguments.maps.device = arguments.suite.device.empty() ? plan.device : arguments.suite.device;
  boards::PlanResults results(plan, [&](const std::string& job) { return record_or_warn(context, store, job); }, {});
  const auto studies = chosen_studies(context, results, arguments.studies);
  const bool all = arguments.kind == "all";
  FigureWriter writer(context, arguments.out);
  const auto write = [&](const report::Figure& figure, const std::string& study) {
    if (!figure.panels.empty())
      writer.write(figure);
    else if (!all)
      context.err << fmt::format("study '{}' has nothing for {}\n", study, arguments.kind);
  };
  for (const auto& study : studies) {
    for (const auto& [kind, make] : report::figure_kinds()) {
      if (all || arguments.kind == kind) write(make(results, study), study);
    }
  }
  // Last, because maps need plugins and data, which may not be there.
  for (const auto& study : studies) {
    if (all || arguments.kind == kMaps) write(maps_of(context, setup, store, results, study, arguments), study);
    if (!arguments.choice.jobs.empty()) break;  // named networks belong to no study: they are drawn once
  }
  if (writer.wrote_any()) return kOk;
  context.err << (all ? "no figure: the store has no finished run of what they show\n"
                      : fmt::format("no figure: no study has a finished run of what {} shows; --kind all draws what there is\n",
                                    arguments.kind));
  return kFailure;
}

/// What --kind takes beside "all".
std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& kind : report::figure_kinds()) names.push_back(kind.name);
  names.push_back(kMaps);
  return names;
}

void add_map_options(CLI::App& verb, FiguresArguments& arguments) {
  verb.add_option("--method", arguments.choice.method, "tsne: this method alone, \"kl\" for example")->type_name("NAME");
  verb.add_option("--values", arguments.choice.values,
                  "tsne: at these values of the axis; default: those whose teachers are calibrated best and worst")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb.add_option("--job", arguments.choice.jobs, "tsne: the networks of these jobs (the beginning of an id is enough)")
      ->type_name("ID")
      ->allow_extra_args(false);
  verb.add_option("--rows", arguments.maps.rows, "tsne: samples at most; time grows with their square")
      ->check(CLI::Range(4, 10000))
      ->capture_default_str();
  verb.add_option("--perplexity", arguments.maps.perplexity, "tsne: effective number of neighbours")
      ->check(positive_number())
      ->capture_default_str();
  verb.add_option("--split", arguments.maps.split, "tsne: test, validation or train")
      ->check(CLI::IsMember({"test", "validation", "train"}))
      ->capture_default_str();
}

void add_figures(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "figures", "Draw the analyses of a suite that was run: SVG, with the numbers as JSON and CSV",
                        "kdbench figures quickstart --kind curves --out figures\n"
                        "  kdbench figures quickstart --kind tsne --method kl --values 1,8");
  auto arguments = std::make_shared<FiguresArguments>();
  add_suite_options(verb, arguments->suite, true);
  verb.get_option("SUITE")->description("Name of a suite that was run, or its file");
  verb.get_option("--device")->description("tsne: where the networks run; default: where they were trained");
  auto kinds = kind_names();
  const auto kinds_text = join(kinds, ", ") + " or all";
  kinds.push_back("all");
  verb.add_option("--kind", arguments->kind, kinds_text)->check(CLI::IsMember(kinds))->capture_default_str();
  verb.add_option("--study", arguments->studies, "This study alone; may be repeated")->type_name("NAME")->allow_extra_args(false);
  verb.add_option("--out", arguments->out, "Folder for the files")->type_name("DIR")->capture_default_str();
  add_map_options(verb, *arguments);
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return figures(context, *arguments); }; });
}

}  // namespace

Verb verb_figures() { return {.place = 70, .add = add_figures}; }

}  // namespace kdbench::inline cli
