// Boards of 10,000 synthetic records, read from their JSON text as a store would give it.
#include <kdbench/leaderboard/leaderboard.h>

#include <benchmark/benchmark.h>

#include <cmath>
#include <unordered_map>

namespace {

using namespace kdbench;

constexpr int kSeeds = 100, kTaus = 50;

struct World {
  Json plan = {{"suite", "large"},
               {"title", ""},
               {"select", "last"},
               {"studies", {"tau"}},
               {"study_options", Json::object()},
               {"jobs", Json::array()},
               {"placements", Json::array()}};
  std::unordered_map<std::string, std::string> records;

  std::optional<RunRecord> record(const std::string& job) const {
    const auto it = records.find(job);
    if (it == records.end()) return std::nullopt;
    auto read = record_from_json(Json::parse(it->second), job);
    return read ? std::optional(std::move(*read)) : std::nullopt;
  }
};

/// Metrics and a reliability table of 15 bins, as a real record has them.
Json metrics(double accuracy, double ece) {
  Json bins = Json::array();
  for (int i = 0; i < 15; ++i)
    bins.push_back({{"lower", i / 15.0}, {"upper", (i + 1) / 15.0}, {"count", 100}, {"accuracy", 0.5}, {"confidence", 0.6}});
  return {{"n", 10000},
          {"accuracy", accuracy},
          {"top5", 0.9},
          {"nll", 1.2},
          {"brier", 0.4},
          {"ece", ece},
          {"mce", 0.2},
          {"ace", 0.1},
          {"adaptive_ece", ece},
          {"classwise_ece", 0.01},
          {"overconfidence", 0.1},
          {"underconfidence", 0.0},
          {"mean_confidence", 0.7},
          {"reliability", bins}};
}

std::string record_text(const std::string& job, double accuracy, double ece) {
  RunRecord r;
  r.job = job;
  r.status = Status::kDone;
  r.epochs = Json::array();
  for (int e = 1; e <= 10; ++e) {
    r.epochs.push_back({{"epoch", e},
                        {"lr", 0.05},
                        {"loss", 1.0},
                        {"terms", {{"ce", 1.0}, {"kd", 0.5}}},
                        {"train_accuracy", 0.7},
                        {"val", {{"accuracy", 0.6}, {"nll", 1.0}, {"ece", 0.1}}},
                        {"seconds", 3.0}});
  }
  r.checkpoints = {{"last", {{"epoch", 10}, {"test", metrics(accuracy, ece)}}}};
  r.teacher = {{"job", "teacher"},
               {"test", metrics(accuracy, ece)},
               {"as_taught", {{"temperature", 4.0}, {"ece", ece}, {"accuracy", accuracy}}}};
  return to_json(r).dump();
}

World make_world() {
  World w;
  for (int seed = 0; seed < kSeeds; ++seed) {
    for (const std::string method : {"kl", "dist"}) {
      for (int i = 0; i < kTaus; ++i) {
        const double tau = 1 + 0.25 * i, noise = std::sin(seed * 12.9898 + i * 78.233) * 0.01;
        const auto job = method + "/" + std::to_string(i) + "/" + std::to_string(seed);
        w.plan["placements"].push_back({{"study", "tau"},
                                        {"kind", "sensitivity"},
                                        {"dataset", "d"},
                                        {"method", method},
                                        {"convention", "tau on both"},
                                        {"teacher", "t"},
                                        {"student", "s"},
                                        {"strategy", "direct"},
                                        {"seed", seed},
                                        {"axis", "tau"},
                                        {"value", tau},
                                        {"role", "method"},
                                        {"job", job},
                                        {"teacher_job", ""}});
        w.records[job] = record_text(job, 0.7 - 0.005 * tau + noise, std::abs(0.02 * tau - 0.05));
      }
    }
  }
  return w;
}

void boards_10000(benchmark::State& state) {
  static const World world = make_world();
  for (auto _ : state) {
    const auto board = make_leaderboard(world.plan, [](const std::string& job) { return world.record(job); });
    benchmark::DoNotOptimize(render(board, Format::kText));
  }
  state.counters["records"] = static_cast<double>(world.records.size());
}

}  // namespace

BENCHMARK(boards_10000)->Name("boards/10000")->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK_MAIN();
