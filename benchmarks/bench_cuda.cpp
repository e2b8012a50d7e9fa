// Training on a GPU: a step run one by one and replayed as a graph, students of a group on one thread and on their streams, the
// teacher's tape. Built where libtorch has CUDA; without a device it says so and ends.
#include "support.h"

#include <kdbench/train/data/device_feed.h>
#include <kdbench/train/device/cuda.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/session/group.h>

#include <benchmark/benchmark.h>

#include <cstdio>

namespace {

using namespace kdbench;
using namespace kdbench::bench;

constexpr std::int64_t kBatches = 64, kEpochs = 4, kDepth = 14;
const torch::Device kGpu(torch::kCUDA, 0);

const TrainData& data() {
  static const TrainData all(Noise(kBatches * kBatch), "", {}, 0, kGpu);
  return all;
}

/// The KL loss without its promise to repeat itself, so that no graph is made.
struct Restless final : Loss {
  explicit Restless(std::shared_ptr<Loss> inner) : inner_(std::move(inner)) {}
  LossTerms forward(const LossInputs& in) override { return inner_->forward(in); }
  std::shared_ptr<Loss> inner_;
};

std::unique_ptr<Trainee> student(double tau, bool graph) {
  TraineeParts parts;
  auto recipe = make_recipe();
  recipe.epochs = kEpochs;
  parts.job = make_job("kl", tau, recipe);
  parts.device = kGpu;
  parts.checkpoint_every = kEpochs + 1;
  parts.model = make_model("resnet", kDepth);
  parts.model->to(kGpu);
  LossContext context;
  context.num_classes = kClasses;
  auto loss = catalog().losses.at("kl").create({}, context);
  if (!graph) loss = std::make_shared<Restless>(loss);
  parts.losses = {{"", loss}};
  return std::make_unique<Trainee>(std::move(parts), data());
}

/// Steps of one student, batches included.
void steps(benchmark::State& state, bool graph) {
  constexpr std::int64_t kSteps = 32;
  ModelOutput output;
  output.logits = at::randn({kBatch, kClasses}, at::TensorOptions(kGpu));
  const auto trainee = student(4, graph);
  wait_for_device(kGpu);
  const DeviceStream::Scope scope(trainee->stream());
  const auto run = [&](std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      trainee->train_step(data().feed()->batch(0, i * kBatch, kBatch, trainee->recipe()), output);
    }
    DeviceEvent::after_work_on(kGpu).wait();
  };
  run(8);  // warm-up and capture
  for (auto _ : state) run(kSteps);
  state.SetItemsProcessed(state.iterations() * kSteps);
}

const Teacher& teacher() {
  static const Teacher made([] { return make_model("resnet", 56); }, state_of(*make_model("resnet", 56)), 16, kGpu);
  return made;
}

/// All epochs of `students` students with the tape. Items are student steps.
void group(benchmark::State& state, std::int64_t students, bool streams) {
  const std::atomic<bool> stop{false};
  const GroupEvents events{[](Trainee&) {}, [](Trainee&) {}, [](Trainee&) {},
                           [](Trainee&, const std::exception_ptr& why) { std::rethrow_exception(why); }};
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<std::unique_ptr<Trainee>> trainees;
    for (std::int64_t i = 0; i < students; ++i) trainees.push_back(student(1 + static_cast<double>(i) / 2, true));
    Tape tape(data(), teacher(), {}, trainees.front()->recipe(), kBatches);
    Group all(std::move(trainees), data(), {}, &tape, events);
    wait_for_device(kGpu);
    state.ResumeTiming();
    all.run(streams ? driving_threads(kGpu, 1, static_cast<std::size_t>(students)) : 1, stop);
    wait_for_device(kGpu);
  }
  state.SetItemsProcessed(state.iterations() * students * kEpochs * kBatches);
}

/// The teacher's forward over one epoch, batches included.
void tape(benchmark::State& state) {
  const auto recipe = make_recipe();
  const DeviceStream stream(kGpu);
  teacher();
  wait_for_device(kGpu);
  const DeviceStream::Scope scope(stream);
  for (auto _ : state) {
    for (std::int64_t b = 0; b < kBatches; ++b) {
      benchmark::DoNotOptimize(teacher().forward(0, data().feed()->batch(0, b * kBatch, kBatch, recipe).images, {}));
    }
    DeviceEvent::after_work_on(kGpu).wait();
  }
  state.SetItemsProcessed(state.iterations() * kBatches);
}

template <class Body>
void add(const std::string& name, Body body) {
  benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMillisecond)->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto why = why_no_gpu(); !why.empty()) {
    std::printf("skipped: %s\n", why.c_str());
    return 0;
  }
  prepare_device(kGpu);
  add("gpu/step/one_by_one", [](benchmark::State& state) { steps(state, false); });
  add("gpu/step/graph", [](benchmark::State& state) { steps(state, true); });
  for (const std::int64_t students : {1, 4, 11, 22}) {
    const auto name = "gpu/group/" + std::to_string(students);
    add(name + "/one_thread", [students](benchmark::State& state) { group(state, students, false); });
    add(name + "/streams", [students](benchmark::State& state) { group(state, students, true); });
  }
  add("gpu/tape/resnet56", tape);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
