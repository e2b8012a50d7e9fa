// kdbench data: fetching data sets, and looking into them.
#include <kdbench/cli/data/fetch.h>
#include <kdbench/cli/suite_options.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/cli/text/data_text.h>
#include <kdbench/cli/verbs/verb.h>

#include <kdbench/base/text.h>

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>

namespace kdbench::inline cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* kDataFolder = "data";

/// Shows a download: redrawn on a terminal, a line for every tenth elsewhere.
class DownloadPrinter {
 public:
  DownloadPrinter(std::ostream& err, std::string name, bool terminal) : err_(err), name_(std::move(name)), terminal_(terminal) {}
  ~DownloadPrinter() { clear(); }

  void operator()(std::uint64_t there, std::uint64_t total) {
    if (!begun_) first_ = there;
    begun_ = true;
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const double rate = seconds > 0.5 ? static_cast<double>(there - std::min(there, first_)) / seconds : 0;
    const auto tenth = total > 0 ? 10 * there / total : there / 10'000'000;
    if (terminal_ ? seconds - shown_s_ < kRedraw_s : tenth == tenth_) return;
    shown_s_ = seconds;
    tenth_ = tenth;
    err_ << (terminal_ ? "\r\x1b[K" : "") << download_text(name_, there, total, rate) << (terminal_ ? "" : "\n") << std::flush;
    live_ = terminal_;
  }
  void clear() {
    if (live_) err_ << "\r\x1b[K" << std::flush;
    live_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr double kRedraw_s = 0.1;

  std::ostream& err_;
  std::string name_;
  bool terminal_, begun_ = false, live_ = false;
  Clock::time_point start_ = Clock::now();
  std::uint64_t first_ = 0, tenth_ = 0;
  double shown_s_ = 0;
};

const FetchSource& source_or_refuse(const Context& context, const std::string& name) {
  const auto& sources = data_sources();
  const auto found = std::find_if(sources.begin(), sources.end(), [&](const auto& s) { return s.name == name; });
  if (found != sources.end()) return *found;
  std::vector<std::string> names;
  for (const auto& s : sources) names.push_back(s.name);
  refuse(context, fmt::format("no data set '{}' to fetch{}", name, suggestion(name, names)));
}

int list_data(const Context& context, const std::string& to) {
  std::vector<std::vector<std::string>> rows{{"data set", "download", "here", "what"}};
  for (const auto& s : data_sources()) {
    rows.push_back({s.name, fmt::format("{:.0f} MB", static_cast<double>(s.bytes) / 1e6),
                    fs::exists(fs::path(to) / s.folder) ? "yes" : "no", s.what});
  }
  context.out << aligned(rows, "", {1})
              << fmt::format("here: in {}; kdbench list datasets shows every plugin that reads data\n", to);
  return kOk;
}

struct FetchArguments {
  std::string name, to = kDataFolder, url;
  bool keep = false;
};

int fetch_data(const Context& context, const FetchArguments& arguments) {
  const auto& source = source_or_refuse(context, arguments.name);
  DownloadPrinter printer(context.terminal, source.name, &context.terminal == &std::cerr && ::isatty(STDERR_FILENO) == 1);
  FetchOptions options{.to = arguments.to, .url = arguments.url, .keep_archive = arguments.keep};
  options.on_bytes = std::ref(printer);
  options.note = [&](const std::string& text) {
    printer.clear();
    context.err << text << std::endl;
  };
  const auto folder = fetch(source, options);
  printer.clear();
  if (!folder) {
    context.err << "kdbench: " << to_text(folder.error()) << std::endl;
    return kFailure;
  }
  context.out << folder->string() << std::endl;
  return kOk;
}

struct DataCheckArguments {
  SuiteOptions suite;  ///< `file` is a suite file or the name of a plugin
  std::string data_dir, dataset, format = "text";
};

DataRequest check_request(const Context& context, const DataCheckArguments& arguments) {
  DataRequest request;
  request.overrides = overrides_or_refuse(context, arguments.suite.set);
  const auto& word = arguments.suite.file;
  if (!word.ends_with(".toml") && !fs::is_regular_file(word)) {
    request.plugin = word;
    request.data_dir = arguments.data_dir.empty() ? kDataFolder : arguments.data_dir;
    return request;
  }
  request.suite_file = word;
  request.profile = arguments.suite.profile;
  request.dataset = arguments.dataset;
  if (!arguments.data_dir.empty()) request.overrides.push_back({"suite.data_dir", arguments.data_dir});
  return request;
}

int check_data(const Context& context, const DataCheckArguments& arguments) {
  auto setup = worker_setup(context);
  require_named_plugins(context, setup);
  Json events = Json::array();
  bool unreadable = false;
  const auto on_event = [&](const Event& event) {
    if (std::holds_alternative<LoadedEvent>(event)) return;
    unreadable |= std::holds_alternative<UnreadableEvent>(event);
    if (arguments.format == "json")
      events.push_back(event_document(event));
    else
      context.out << data_event_text(event) << std::flush;
  };
  ask_or_exit(context, setup, check_request(context, arguments), {.on_event = on_event});
  if (arguments.format == "json") context.out << events.dump(2) << "\n";
  return unreadable ? kFailure : kOk;
}

void add_list_data(CLI::App& data, Context& context) {
  auto& verb = add_verb(data, "list", "List the data sets that can be fetched", "kdbench data list");
  auto to = std::make_shared<std::string>(kDataFolder);
  verb.add_option("--to", *to, "The data folder")->type_name("DIR")->capture_default_str();
  verb.callback([&context, to] { context.action = [&context, to] { return list_data(context, *to); }; });
}

void add_fetch_data(CLI::App& data, Context& context) {
  auto& verb = add_verb(data, "fetch", "Download a data set, check it and unpack it", "kdbench data fetch cifar100 --to data");
  auto arguments = std::make_shared<FetchArguments>();
  verb.add_option("NAME", arguments->name, "cifar10, cifar100 or tiny_imagenet")->required();
  verb.add_option("--to", arguments->to, "The data folder, `data_dir` of suites")->type_name("DIR")->capture_default_str();
  verb.add_option("--url", arguments->url, "Another address of the same archive")->type_name("URL");
  verb.add_flag("--keep", arguments->keep, "Keep the archive when it is unpacked");
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return fetch_data(context, *arguments); }; });
}

void add_check_data(CLI::App& data, Context& context) {
  auto& verb = add_verb(data, "check", "Load data sets and show what is in them",
                        "kdbench data check tiny_imagenet --set classes=20 --set folder=tiny-imagenet-20");
  auto arguments = std::make_shared<DataCheckArguments>();
  auto& suite = arguments->suite;
  verb.add_option("WHAT", suite.file, "A data set plugin, or a suite file (TOML)")->required();
  verb.add_option("--data-dir", arguments->data_dir, "The data folder; default: the suite's, or data for a plugin")
      ->type_name("DIR");
  verb.add_option("--dataset", arguments->dataset, "Only this [datasets.NAME] of the suite")->type_name("NAME");
  verb.add_option("--profile", suite.profile, "Apply [profile.NAME] of the suite")->type_name("NAME");
  verb.add_option("--set", suite.set, "A parameter of the plugin, or a key of the suite; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  verb.add_option("--format", arguments->format, "text or json")->check(CLI::IsMember({"text", "json"}))->capture_default_str();
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return check_data(context, *arguments); }; });
}

void add_data(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "data", "Fetch data sets, and look into them", "kdbench data fetch cifar100");
  verb.require_subcommand(1);
  add_list_data(verb, context);
  add_fetch_data(verb, context);
  add_check_data(verb, context);
}

}  // namespace

Verb verb_data() { return {.place = 120, .add = add_data}; }

}  // namespace kdbench::inline cli
