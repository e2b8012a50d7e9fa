// Boards of 10,000 synthetic records, read from their JSON text as a store would give it.
#include <kdbench/leaderboard/leaderboard.h>

#include <benchmark/benchmark.h>

#include <cmath>
#include <unordered_map>

namespace {

using namespace kdbench;

constexpr int kSeeds = 100, kTaus = 50;

struct World {
  Plan plan;
  std::unordered_map<std::string, std::string> records;

  std::optional<RunRecord> record(const std::string& job) const {
    const auto it = records.find(job);
    if (it == records.end()) return std::nullopt;
    auto read = record_from_json(Json::parse(it->second), job);
    return read ? std::optional(std::move(*read)) : std::nullopt;
  }
};

/// Metrics and a reliability table of 15 bins, as a real record has them.
CalibrationReport report_of(double accuracy, double ece) {
  CalibrationReport out;
  out.metrics = {.n = 10000,
                 .accuracy = accuracy,
                 .top5 = 0.9,
                 .nll = 1.2,
                 .brier = 0.4,
                 .ece = ece,
                 .mce = 0.2,
                 .rmsce = 0.1,
                 .ace = 0.1,
                 .adaptive_ece = ece,
                 .classwise_ece = 0.01,
                 .overconfidence = 0.1,
                 .underconfidence = 0,
                 .mean_confidence = 0.7};
  for (int i = 0; i < 15; ++i) out.reliability.push_back({i / 15.0, (i + 1) / 15.0, 100, 0.5, 0.6});
  return out;
}

EpochRecord epoch_of(std::int64_t epoch) {
  EpochRecord out;
  out.epoch = epoch;
  out.lr = 0.05;
  out.loss = 1;
  out.terms = {{"ce", 1.0}, {"kd", 0.5}};
  out.train_accuracy = 0.7;
  out.val = {.accuracy = 0.6, .nll = 1, .ece = 0.1, .label_information = 1, .input_information = {}};
  out.seconds = 3;
  return out;
}

std::string record_text(const std::string& job, double accuracy, double ece) {
  RunRecord r;
  r.job = job;
  r.status = Status::kDone;
  for (int e = 1; e <= 10; ++e) r.epochs.push_back(epoch_of(e));
  r.checkpoints["last"] = {.epoch = 10, .test = report_of(accuracy, ece), .val = {}, .fitted_temperature = {}};
  auto& teacher = r.teacher.emplace();
  teacher.job = "teacher";
  teacher.test = report_of(accuracy, ece);
  teacher.as_taught = {teacher.test.metrics, 4};
  return to_document(r).dump();
}

Placement placement_of(const std::string& method, double tau, int seed, const std::string& job) {
  Placement p;
  p.study = "tau";
  p.kind = StudyKind::kSensitivity;
  p.dataset = "d";
  p.method = method;
  p.convention = "tau on both";
  p.teacher = "t";
  p.student = "s";
  p.strategy = "direct";
  p.seed = seed;
  p.axis = "tau";
  p.value = tau;
  p.job = job;
  return p;
}

World make_world() {
  World w;
  w.plan.suite = "large";
  w.plan.select = "last";
  w.plan.studies = {"tau"};
  w.plan.study_options["tau"] = {.baseline = "kl", .per_seed = false, .direct = "direct"};
  for (int seed = 0; seed < kSeeds; ++seed) {
    for (const std::string method : {"kl", "dist"}) {
      for (int i = 0; i < kTaus; ++i) {
        const double tau = 1 + 0.25 * i, noise = std::sin(seed * 12.9898 + i * 78.233) * 0.01;
        const auto job = method + "/" + std::to_string(i) + "/" + std::to_string(seed);
        w.plan.placements.push_back(placement_of(method, tau, seed, job));
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
