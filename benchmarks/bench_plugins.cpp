// Every loss plugin forward and backward at [64, 100], and the planner alone on a suite of 10,000 jobs.
#include "large_suite.h"

#include <kdbench/plan/make/make_plan.h>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <torch/utils.h>

namespace {

using namespace kdbench;

constexpr std::int64_t kRows = 64, kClasses = 100, kEmbedding = 64;
const std::array<FeatureShape, 4> kMaps{{{"f0", 16, 32, 32}, {"f1", 16, 32, 32}, {"f2", 32, 16, 16}, {"f3", 64, 8, 8}}};

Catalog load_plugins() {
  Catalog catalog;
  for (const auto& file : find_libraries({}, {KDBENCH_PLUGIN_FOLDER})) catalog.load(file);
  return catalog;
}

const Catalog& catalog() {
  static const auto* all = new Catalog(load_plugins());
  return *all;
}

/// What a network of ResNet's shapes would return.
ModelOutput random_output(bool gradient) {
  const auto make = [&](at::IntArrayRef sizes) { return at::randn(sizes).requires_grad_(gradient); };
  ModelOutput out;
  out.logits = make({kRows, kClasses});
  out.embedding = make({kRows, kEmbedding});
  for (const auto& m : kMaps) {
    out.features[m.name] = make({kRows, m.channels, m.height, m.width});
    out.preactivations[m.name] = make({kRows, m.channels, m.height, m.width});
  }
  return out;
}

void loss(benchmark::State& state, const LossEntry& entry) {
  torch::manual_seed(1);
  LossContext context{kClasses, kRows, {kMaps.begin(), kMaps.end()}, {kMaps.begin(), kMaps.end()}, kEmbedding, kEmbedding, 1};
  const auto made = entry.create({}, context);
  if (const auto why = made->unsupported(context)) return state.SkipWithError(why->c_str());
  const auto student = random_output(true), teacher = random_output(false);
  const auto labels = at::randint(kClasses, {kRows}, at::kLong), indices = at::arange(kRows);
  const auto posterior = at::softmax(at::randn({kRows, kClasses}), 1), images = at::randn({kRows, 3, 32, 32});
  for (auto _ : state) {
    const auto terms = made->forward({student, teacher, labels, indices, posterior, images, 4, 4, 0, 1, 0, 1});
    torch::Tensor sum;
    for (const auto& [name, term] : terms.terms()) sum = sum.defined() ? sum + term : term;
    if (sum.defined() && sum.requires_grad()) sum.backward();
  }
}

void plan_10000(benchmark::State& state) {
  const auto text = bench::suite_of_10000();
  double jobs = 0;
  for (auto _ : state) {
    const auto plan = make_plan(parse_suite(text, "large.toml"), catalog(), "cpu");
    if (!plan) return state.SkipWithError(plan.error().front().text().c_str());
    jobs = static_cast<double>(plan->jobs.size());
  }
  if (jobs < 10000) return state.SkipWithError("the plan has fewer than 10,000 jobs");
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  state.counters["jobs"] = jobs;
  state.counters["peak_mb"] = static_cast<double>(usage.ru_maxrss) / 1e3;
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(1);
  benchmark::RegisterBenchmark("plan/10000", plan_10000)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
  for (const auto& [name, entry] : catalog().losses) {
    benchmark::RegisterBenchmark(("loss/" + name).c_str(), [&entry = entry](benchmark::State& state) { loss(state, entry); })
        ->Unit(benchmark::kMicrosecond)
        ->MeasureProcessCPUTime();
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
