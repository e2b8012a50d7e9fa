// A fused sweep: 22 ResNet-8 students (11 temperatures x {kl, dist}) of one teacher, against the same jobs each on its own, and
// against the sum of its parts: the teacher's forward once and the students' steps.
#include "support.h"

#include <kdbench/train/device/allocator.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/session/group.h>

#include <benchmark/benchmark.h>

#include <array>

namespace {

using namespace kdbench;
using namespace kdbench::bench;

constexpr std::int64_t kBatches = 4, kStudents = 22;
constexpr std::array<double, 11> kTaus{1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8};

struct TeacherKind {
  const char *name, *plugin;
  std::int64_t depth, width;
};
constexpr std::array<TeacherKind, 3> kTeachers{
    {{"resnet56", "resnet", 56, 0}, {"wrn162", "wrn", 16, 2}, {"wrn284", "wrn", 28, 4}}};

const TrainData& data() {
  static const TrainData all(Noise(kBatches * kBatch), "", {}, 0, torch::kCPU);
  return all;
}

const Teacher& teacher(const TeacherKind& kind) {
  static std::map<std::string, std::unique_ptr<Teacher>> made;
  auto& t = made[kind.name];
  if (!t) {
    const auto build = [&] { return make_model(kind.plugin, kind.depth, kind.width); };
    t = std::make_unique<Teacher>(build, state_of(*build()), 2, torch::kCPU);
  }
  return *t;
}

std::unique_ptr<Trainee> student(std::int64_t i) {
  return make_trainee(data(), 8, i < kStudents / 2 ? "kl" : "dist", kTaus[static_cast<std::size_t>(i) % kTaus.size()]);
}

std::vector<std::unique_ptr<Trainee>> students(std::int64_t first, std::int64_t end) {
  std::vector<std::unique_ptr<Trainee>> out;
  for (auto i = first; i < end; ++i) out.push_back(student(i));
  return out;
}

void train(std::vector<std::unique_ptr<Trainee>> trainees, const Teacher& teacher, std::size_t threads) {
  const std::atomic<bool> stop{false};
  Tape tape(data(), teacher, {}, trainees.front()->recipe(), kBatches);
  const GroupEvents events{[](Trainee&) {}, [](Trainee&) {}, [](Trainee&) {},
                           [](Trainee&, const std::exception_ptr& why) { std::rethrow_exception(why); }};
  std::vector<TraineeSet> sets;
  for (auto& trainee : trainees) {
    std::vector<std::unique_ptr<Trainee>> alone;
    alone.push_back(std::move(trainee));
    sets.emplace_back(std::move(alone));
  }
  Group(std::move(sets), data(), {}, &tape, events).run(threads, stop);
}

void fused(benchmark::State& state, const TeacherKind& kind, std::size_t threads) {
  for (auto _ : state) {
    state.PauseTiming();
    auto trainees = students(0, kStudents);
    const auto& t = teacher(kind);
    state.ResumeTiming();
    train(std::move(trainees), t, threads);
  }
}

/// Of `kl` and of `dist` one job each, every one with a teacher of its own; the counter `jobs` says how many there are, and the
/// cost of all 22 is so many times that of one, because they differ in numbers alone.
void apart(benchmark::State& state, const TeacherKind& kind) {
  for (auto _ : state) {
    for (const std::int64_t i : {std::int64_t{0}, kStudents - 1}) {
      state.PauseTiming();
      auto one = students(i, i + 1);
      const auto& t = teacher(kind);
      state.ResumeTiming();
      train(std::move(one), t, 1);
    }
  }
  state.counters["jobs"] = 2;
}

/// The teacher's forward over all batches.
void part_teacher(benchmark::State& state, const TeacherKind& kind) {
  const auto recipe = make_recipe();
  const auto order = data().order(0);
  const auto& t = teacher(kind);
  for (auto _ : state) {
    for (std::int64_t b = 0; b < kBatches; ++b) {
      benchmark::DoNotOptimize(t.forward(0, data().batch(order.data() + b * kBatch, kBatch, 0, recipe).images, {}));
    }
  }
}

/// The steps of all students over all batches, with the teacher's logits given.
void part_students(benchmark::State& state) {
  ModelOutput output;
  output.logits = at::randn({kBatch, kClasses});
  for (auto _ : state) {
    state.PauseTiming();
    auto trainees = students(0, kStudents);
    const auto order = data().order(0);
    state.ResumeTiming();
    for (auto& t : trainees) {
      for (std::int64_t b = 0; b < kBatches; ++b) {
        t->train_step(data().batch(order.data() + b * kBatch, kBatch, 0, t->recipe()), output);
      }
    }
  }
}

template <class Body>
void add(const std::string& name, Body body) {
  benchmark::RegisterBenchmark(name.c_str(), body)
      ->Unit(benchmark::kMillisecond)
      ->MeasureProcessCPUTime()
      ->UseRealTime()
      ->Iterations(1);
}

}  // namespace

int main(int argc, char** argv) {
  install_caching_allocator();
  use_intra_op_threads(1);
  for (const auto& kind : kTeachers) {
    const auto name = std::string("group/") + kind.name;
    for (const std::size_t threads : {1, 2}) {
      add(name + "/fused" + std::to_string(threads), [&kind, threads](benchmark::State& state) { fused(state, kind, threads); });
    }
    add(name + "/apart", [&kind](benchmark::State& state) { apart(state, kind); });
    add(name + "/teacher", [&kind](benchmark::State& state) { part_teacher(state, kind); });
  }
  add("group/students", part_students);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
