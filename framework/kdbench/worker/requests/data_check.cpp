#include <kdbench/base/text.h>
#include <kdbench/plan/resolve/resolved.h>
#include <kdbench/suite/text/document.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/requests/data_check.h>
#include <kdbench/worker/requests/load_catalog.h>
#include <kdbench/worker/requests/training.h>

#include <ATen/ops/bincount.h>
#include <fmt/core.h>

#include <chrono>
#include <cmath>

namespace kdbench::inline worker {
namespace {

/// A suite of one data set: the plugin `name` with the overrides as its parameters.
ParsedSuite suite_of_plugin(const std::string& name, const std::vector<Override>& overrides) {
  ParsedSuite out;
  out.suite.overrides = overrides;
  DatasetUse use;
  use.name = name;
  use.plugin.value = name;
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    const Position at{-static_cast<int>(i) - 1, 0};
    const auto value = parse_override_value(overrides[i].value, at);
    if (value.kind == Node::Kind::kScalar)
      use.params[overrides[i].key] = {{value.scalar}, false, at, {at}};
    else
      out.diagnostics.push_back({"", at, "a parameter must be a boolean, a number or a string, found " + described(value)});
  }
  out.suite.datasets.emplace(name, std::move(use));
  return out;
}

ParsedSuite suite_of(const DataRequest& request) {
  ParseOptions options;
  options.profile = request.profile;
  for (const auto& o : request.overrides) options.overrides.push_back({o.key, o.value});
  if (!request.suite_file.empty()) return read_suite(request.suite_file, options);
  auto parsed = suite_of_plugin(request.plugin, options.overrides);
  parsed.suite.data_dir = request.data_dir;
  return parsed;
}

void check(const Split& split, const DatasetInfo& info) {
  const auto& image = info.image;
  const auto& x = split.images;
  if (!x.defined() || x.dim() != 4 || x.size(0) == 0 || x.size(1) != image.channels || x.size(2) != image.height ||
      x.size(3) != image.width) {
    throw Error(
        fmt::format("it promised images of [N, {}, {}, {}] and loaded others", image.channels, image.height, image.width));
  }
  if (!split.labels.defined() || split.labels.scalar_type() != torch::kInt64 || split.labels.numel() != x.size(0)) {
    throw Error(fmt::format("it loaded {} images and no {} labels of int64 for them", x.size(0), x.size(0)));
  }
  const auto low = split.labels.min().item<std::int64_t>(), high = split.labels.max().item<std::int64_t>();
  if (low < 0 || high >= info.num_classes)
    throw Error(fmt::format("it has labels from {} to {} for {} classes", low, high, info.num_classes));
}

/// Mean and deviation of one channel; of pixel / 255 for bytes, of which each of the 256 values is counted.
std::pair<double, double> moments(const torch::Tensor& channel) {
  if (channel.scalar_type() != torch::kUInt8) {
    const auto x = channel.to(torch::kFloat64);
    return {x.mean().item<double>(), std::sqrt(x.var(false).item<double>())};
  }
  const auto counts = at::bincount(channel.flatten(), {}, 256);
  double n = 0, sum = 0, squares = 0;
  for (int v = 0; v < 256; ++v) {
    const auto count = static_cast<double>(counts.data_ptr<std::int64_t>()[v]), pixel = v / 255.0;
    n += count;
    sum += count * pixel;
    squares += count * pixel * pixel;
  }
  return {sum / n, std::sqrt(std::max(0.0, squares / n - sum * sum / (n * n)))};
}

SplitEvent report(const Split& split, const DatasetInfo& info) {
  SplitEvent event;
  event.rows = split.images.size(0);
  const auto counts = at::bincount(split.labels, {}, info.num_classes);
  const auto* first = counts.data_ptr<std::int64_t>();
  event.per_class.assign(first, first + info.num_classes);
  for (std::int64_t c = 0; c < info.image.channels; ++c) {
    const auto [mean, deviation] = moments(split.images.select(1, c));
    event.mean.push_back(mean);
    event.deviation.push_back(deviation);
  }
  event.bytes = split.images.scalar_type() == torch::kUInt8;
  event.posterior = split.posterior.defined();
  return event;
}

void load_and_report(const ResolvedDataset& resolved, const Catalog& catalog, const std::string& data_dir) {
  const auto dataset = factories_of(catalog).dataset(resolved.source);
  const auto info = dataset->info();
  send_event(DatasetEvent{.name = resolved.use->name,
                          .plugin = resolved.entry->name,
                          .classes = info.num_classes,
                          .image = {info.image.channels, info.image.height, info.image.width},
                          .mean = info.mean,
                          .deviation = info.stddev});
  for (const auto kind : {SplitKind::kTrain, SplitKind::kTest}) {
    const auto start = std::chrono::steady_clock::now();
    const auto split = dataset->load(kind, data_dir);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    check(split, info);
    auto event = report(split, info);
    event.name = resolved.use->name;
    event.split = kind == SplitKind::kTrain ? "train" : "test";
    event.seconds = seconds;
    send_event(event);
  }
}

}  // namespace

int answer_data(const DataRequest& request, const std::atomic<bool>& stop) {
  const auto catalog = load_catalog(request.libraries);
  const auto parsed = suite_of(request);
  auto diagnostics = parsed.diagnostics;
  const Resolved resolved(parsed.suite, catalog, diagnostics);
  const auto& wanted = request.dataset;
  if (diagnostics.empty() && !wanted.empty() && !resolved.datasets.contains(wanted)) {
    std::vector<std::string> names;
    for (const auto& [name, dataset] : resolved.datasets) names.push_back(name);
    diagnostics.push_back(
        {parsed.suite.file, {}, fmt::format("no [datasets.{}] in the file{}", wanted, suggestion(wanted, names))});
  }
  if (!diagnostics.empty()) {
    send_diagnostics(with_overrides_named(std::move(diagnostics), parsed.suite.overrides));
    return 0;
  }
  for (const auto& [name, dataset] : resolved.datasets) {
    if (stop || (!wanted.empty() && name != wanted)) continue;
    try {
      load_and_report(dataset, catalog, parsed.suite.data_dir);
    } catch (const std::exception& error) {
      const std::string what = error.what();
      send_event(UnreadableEvent{.name = name, .what = what.substr(0, what.find('\n'))});
    }
  }
  send_event(DoneAnswer{});
  return 0;
}

}  // namespace kdbench::inline worker
