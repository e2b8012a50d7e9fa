// One training step of ResNet-14 at batch 64, 32 x 32 x 3, on one thread: ours, a bare libtorch loop, its convolutions alone,
// the machine's matrix product, the data pipeline and the optimiser. With KDBENCH_BENCH_DEFAULTS=1 the bare loop runs as libtorch
// comes, with its own allocator and contiguous tensors; that needs a process of its own, because the allocator is set once.
#include "support.h"

#include <kdbench/train/data/augment.h>
#include <kdbench/train/device/allocator.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/optimizer/adamw.h>
#include <kdbench/train/optimizer/sgd.h>

#include <ATen/record_function.h>
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <torch/nn/functional/loss.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

#include <cstdlib>
#include <cstring>
#include <numeric>

namespace {

using namespace kdbench;
using namespace kdbench::bench;
using torch::Tensor;

constexpr std::int64_t kDepth = 14;

bool defaults() {
  const auto* text = std::getenv("KDBENCH_BENCH_DEFAULTS");
  return text && std::strcmp(text, "1") == 0;
}

const TrainData& data() {
  static const TrainData all(Noise(8 * kBatch), "", {}, 0, torch::kCPU);
  return all;
}

Batch first_batch() { return data().batch(data().order(0).data(), kBatch, 0, make_recipe()); }

/// Pages of memory that the kernel had to find for this process so far.
double page_faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_minflt);
}

template <class Step>
void time_steps(benchmark::State& state, const Step& step) {
  step();
  const auto before = page_faults();
  for (auto _ : state) step();
  state.counters["faults"] = benchmark::Counter(page_faults() - before, benchmark::Counter::kAvgIterations);
}

void step_ours(benchmark::State& state) {
  auto trainee = make_trainee(data(), kDepth);
  const auto batch = first_batch();
  time_steps(state, [&] { trainee->train_step(batch, {}); });
}

/// What one would write by hand: the same network and numbers, no host around it.
void bare_loop(benchmark::State& state, at::MemoryFormat format) {
  auto model = make_model("resnet", kDepth);
  if (format == at::MemoryFormat::ChannelsLast) to_channels_last(*model);
  torch::optim::SGD sgd(model->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(5e-4));
  const auto batch = first_batch();
  const auto images = batch.images.contiguous(format);
  time_steps(state, [&] {
    sgd.zero_grad();
    const auto loss = torch::nn::functional::cross_entropy(model->forward(images).logits, batch.labels);
    loss.backward();
    sgd.step();
    benchmark::DoNotOptimize(loss.item<float>());
  });
}

struct Convolution {
  Tensor input, weight, gradient;
  std::vector<std::int64_t> stride, padding;
  bool first = false;

  Tensor forward() const { return at::convolution(input, weight, {}, stride, padding, {1, 1}, false, {0, 0}, 1); }
  void backward() const {
    at::convolution_backward(gradient, input, weight, at::OptionalIntArrayRef{}, stride, padding, {1, 1}, false, {0, 0}, 1,
                             {!first, true, false});
  }
  double flop() const {
    const auto a_pass = 2.0 * static_cast<double>(gradient.numel() * weight.size(1) * weight.size(2) * weight.size(3));
    return a_pass * (first ? 2 : 3);
  }
};

std::vector<Convolution>* found = nullptr;

std::unique_ptr<at::ObserverContext> note_convolution(const at::RecordFunction& function) {
  if (std::strcmp(function.name(), "aten::conv2d") != 0) return nullptr;
  const auto in = function.inputs();
  Convolution c;
  c.input = in[0].toTensor().detach().clone();
  c.weight = in[1].toTensor().detach().clone();
  c.stride = in[3].toIntVector();
  c.padding = in[4].toIntVector();
  c.first = found->empty();
  found->push_back(c);
  return nullptr;
}

/// The convolutions that a forward of the model makes, with their inputs.
std::vector<Convolution> convolutions() {
  torch::NoGradGuard no_grad;
  auto model = make_model("resnet", kDepth);
  to_channels_last(*model);
  std::vector<Convolution> out;
  found = &out;
  const auto images = first_batch().images;
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(&note_convolution).needsInputs(true));
  model->forward(images);
  at::removeCallback(handle);
  for (auto& c : out) c.gradient = at::randn_like(c.forward());
  return out;
}

void step_convolutions(benchmark::State& state) {
  torch::NoGradGuard no_grad;
  const auto all = convolutions();
  double flop = 0;
  for (const auto& c : all) flop += c.flop();
  for (auto _ : state) {
    for (const auto& c : all) benchmark::DoNotOptimize(c.forward());
    for (auto c = all.rbegin(); c != all.rend(); ++c) c->backward();
  }
  state.counters["gflop"] = flop / 1e9;
  state.counters["convolutions"] = static_cast<double>(all.size());
}

void peak_blas(benchmark::State& state) {
  const auto a = at::randn({1024, 1024}), b = at::randn({1024, 1024});
  for (auto _ : state) benchmark::DoNotOptimize(at::matmul(a, b));
  state.counters["gflop"] = 2.0 * 1024 * 1024 * 1024 / 1e9;
}

/// A 1 x 1 convolution over 1024 pixels and channels is the same product, done by oneDNN.
void peak_onednn(benchmark::State& state) {
  torch::NoGradGuard no_grad;
  const auto a = at::randn({1, 1024, 32, 32}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto b = at::randn({1024, 1024, 1, 1}).contiguous(at::MemoryFormat::ChannelsLast);
  for (auto _ : state) benchmark::DoNotOptimize(at::conv2d(a, b));
  state.counters["gflop"] = 2.0 * 1024 * 1024 * 1024 / 1e9;
}

void data_gather(benchmark::State& state) {
  const auto& images = data().train().images;
  const auto table = byte_table(data().info().mean, data().info().stddev);
  const auto order = data().order(0);
  std::vector<Augmentation> moves;
  for (std::int64_t i = 0; i < kBatch; ++i) moves.push_back(augmentation(1, 0, i, 4, true));
  for (auto _ : state) benchmark::DoNotOptimize(gather_bytes_cpu(images, order.data(), kBatch, moves, table));
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void data_batch(benchmark::State& state) {
  const auto recipe = make_recipe();
  const auto order = data().order(0);
  for (auto _ : state) benchmark::DoNotOptimize(data().batch(order.data(), kBatch, 0, recipe));
  state.SetItemsProcessed(state.iterations() * kBatch);
}

std::vector<Tensor> parameters_with_gradients(Model& model) {
  auto out = model.parameters();
  for (auto& p : out) p.mutable_grad() = at::randn_like(p);
  return out;
}

void sgd_flat(benchmark::State& state) {
  auto model = make_model("resnet", kDepth);
  to_channels_last(*model);
  FlatSgd sgd(model->parameters(), {0.9, 5e-4, false});
  parameters_with_gradients(*model);
  for (auto _ : state) sgd.step(1e-6);
}

void adamw_flat(benchmark::State& state) {
  auto model = make_model("resnet", kDepth);
  to_channels_last(*model);
  FlatAdamW adamw(model->parameters(), {0.9, 0.999, 1e-8, 5e-4});
  parameters_with_gradients(*model);
  for (auto _ : state) adamw.step(1e-6);
}

void adamw_torch(benchmark::State& state) {
  auto model = make_model("resnet", kDepth);
  to_channels_last(*model);
  torch::optim::AdamW adamw(parameters_with_gradients(*model), torch::optim::AdamWOptions(1e-6).weight_decay(5e-4));
  for (auto _ : state) adamw.step();
}

void sgd_torch(benchmark::State& state) {
  auto model = make_model("resnet", kDepth);
  to_channels_last(*model);
  torch::optim::SGD sgd(parameters_with_gradients(*model), torch::optim::SGDOptions(1e-6).momentum(0.9).weight_decay(5e-4));
  for (auto _ : state) sgd.step();
}

void add(const char* name, void (*body)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name, body)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
}

}  // namespace

int main(int argc, char** argv) {
  if (!defaults()) install_caching_allocator();
  use_intra_op_threads(1);
  if (defaults()) {
    add("step/defaults", [](benchmark::State& state) { bare_loop(state, at::MemoryFormat::Contiguous); });
  } else {
    add("step/ours", step_ours);
    add("step/bare", [](benchmark::State& state) { bare_loop(state, at::MemoryFormat::ChannelsLast); });
    add("step/convolutions", step_convolutions);
    add("peak/blas", peak_blas);
    add("peak/onednn", peak_onednn);
    add("data/gather", data_gather);
    add("data/batch", data_batch);
    add("sgd/flat", sgd_flat);
    add("sgd/torch", sgd_torch);
    add("adamw/flat", adamw_flat);
    add("adamw/torch", adamw_torch);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
