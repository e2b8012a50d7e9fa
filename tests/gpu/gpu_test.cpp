// Training on a GPU against training on the CPU, graphs against single steps, streams against one student at a time.
#include <kdbench/train/data/device_feed.h>
#include <kdbench/train/device/cuda.h>
#include <kdbench/train/student/trainee.h>
#include <kdbench/train/teacher/tape.h>
#include <unit/train/toy.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using toy::job;
using toy::taught;
using toy::TemporaryStore;

const torch::Device kGpu(torch::kCUDA, 0);

SessionOptions on_gpu() {
  SessionOptions options;
  options.device = kGpu.str();
  return options;
}

void expect_close_weights(const Store& a, const std::string& job_a, const Store& b, const std::string& job_b, double tolerance) {
  const auto expected = load_tensors(a.artifacts(job_a) / "last.safetensors"),
             found = load_tensors(b.artifacts(job_b) / "last.safetensors");
  for (const auto& [name, tensor] : expected) {
    EXPECT_TRUE(at::allclose(found.at(name).to(at::kFloat), tensor.to(at::kFloat), tolerance, tolerance))
        << job_a << " and " << job_b << ": " << name;
  }
}

class Gpu : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = why_no_gpu(); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_F(Gpu, TrainsAsTheCpuDoes) {
  for (const bool moves : {false, true}) {
    TemporaryStore cpu, gpu;
    const std::vector<Job> students{taught("a", "mse", 1, moves), taught("b", "features", 2, moves)};
    toy::train(cpu.store, {job("teacher", 8, moves)});
    toy::train(cpu.store, students);
    toy::train(gpu.store, {job("teacher", 8, moves)}, 1, 0, on_gpu());
    toy::train(gpu.store, students, 1, 0, on_gpu());
    for (const std::string id : {"teacher", "a", "b"}) {
      ASSERT_EQ(toy::record(gpu.store, id).status, Status::kDone) << toy::record(gpu.store, id).reason;
      expect_close_weights(cpu.store, id, gpu.store, id, 1e-3);
      for (std::size_t e = 0; e < 3; ++e) {
        EXPECT_NEAR(toy::record(gpu.store, id).epochs[e].loss, toy::record(cpu.store, id).epochs[e].loss, 1e-3);
      }
    }
  }
}

TEST_F(Gpu, ReplaysTheStepsItWouldHaveRun) {
  TemporaryStore s;
  toy::train(s.store, {job("teacher", 8, true)}, 1, 0, on_gpu());
  toy::train(s.store,
             {taught("graph", "mse", 2, true), taught("steps", "restless", 2, true), taught("dropout", "mse", 2, true, 3, 0.5)},
             1, 0, on_gpu());
  // 3 epochs of 6 full batches and a short one: 2 steps of warm-up, 1 watched and 3 short ones run one by one
  const auto report = [&](const char* job) { return toy::record(s.store, job).extra.graph.value(); };
  EXPECT_EQ(report("graph").replayed, 15);
  EXPECT_EQ(report("graph").one_by_one, 6);
  EXPECT_FALSE(report("graph").why);
  EXPECT_EQ(report("steps").replayed, 0);
  EXPECT_EQ(report("steps").one_by_one, 21);
  EXPECT_EQ(report("steps").why, "the loss does not promise that its steps repeat (LossNeeds::repeatable)");
  EXPECT_EQ(report("dropout").why, "the model draws random numbers");
  expect_close_weights(s.store, "steps", s.store, "graph", 1e-5);
}

TEST_F(Gpu, CapturesAnewWhereTheWeightsOfTermsChange) {
  TemporaryStore cpu, gpu;
  const std::vector<Job> students{toy::rising("e", true), toy::by_adamw(taught("g", "mse", 2, true))};
  toy::train(cpu.store, {job("teacher", 8, true)});
  toy::train(cpu.store, students);
  toy::train(gpu.store, {job("teacher", 8, true)}, 1, 0, on_gpu());
  toy::train(gpu.store, students, 1, 0, on_gpu());
  for (const std::string id : {"e", "g"}) expect_close_weights(cpu.store, id, gpu.store, id, 2e-3);
  // Another weight in each of 3 epochs of 6 full batches and a short one: 3 full ones and the short one run one by one
  const auto report = toy::record(gpu.store, "e").extra.graph.value();
  EXPECT_EQ(report.replayed, 9);
  EXPECT_EQ(report.one_by_one, 12);
  EXPECT_EQ(toy::record(gpu.store, "g").extra.graph->replayed, 15);
}

TEST_F(Gpu, TrainsStudentsOnTheirStreamsAsAlone) {
  TemporaryStore together, alone;
  std::vector<Job> students;
  for (const double tau : {1.0, 1.5, 2.0, 3.0, 4.0, 6.0})
    students.push_back(taught("tau" + std::to_string(tau), "mse", tau, true));
  for (auto* s : {&together, &alone}) toy::train(s->store, {job("teacher", 8, true)}, 1, 0, on_gpu());
  toy::train(together.store, students, 1, 0, on_gpu());
  for (const auto& student : students) {
    toy::train(alone.store, {student}, 1, 0, on_gpu());
    expect_close_weights(alone.store, student.id, together.store, student.id, 1e-5);
  }
}

TEST_F(Gpu, NamesEpochAndStepOfADivergence) {
  TemporaryStore cpu, gpu;
  const std::vector<Job> students{taught("n", "nan", 1, true), taught("g", "nan_gradient", 1, true),
                                  taught("r", "bad_row", 1, true)};
  toy::train(cpu.store, {job("teacher", 8, true)});
  toy::train(cpu.store, students);
  toy::train(gpu.store, {job("teacher", 8, true)}, 1, 0, on_gpu());
  toy::train(gpu.store, students, 1, 0, on_gpu());
  for (const std::string id : {"n", "g", "r"}) {
    EXPECT_EQ(toy::record(gpu.store, id).status, Status::kDiverged);
    EXPECT_EQ(toy::record(gpu.store, id).reason, toy::record(cpu.store, id).reason);
  }
}

TEST_F(Gpu, WaitsForNothingInsideAnEpoch) {
  const toy::ToyData dataset(60);
  TrainData data(dataset, "", {9, 0, 0}, 3, kGpu);
  TraineeParts parts;
  parts.job = job("a", 4, true);
  parts.model = std::make_shared<toy::ToyNet>(ModelContext{3, {1, 6, 6}}, 4, 0.0);
  parts.model->to(kGpu);
  parts.device = kGpu;
  Trainee trainee(std::move(parts), data);
  wait_for_device(kGpu);
  const DeviceStream::Scope scope(trainee.stream());
  const auto train_epoch = [&] {
    const auto epoch = trainee.epoch();
    while (trainee.epoch() == epoch) {
      const auto range = batch_range(trainee.step() % trainee.per_epoch(), trainee.recipe().batch_size, data.train().size());
      trainee.train_step(data.feed()->batch(epoch, range.begin, range.size, trainee.recipe()), {});
    }
  };
  train_epoch();
  trainee.end_epoch();
  data.feed()->batch(1, 0, 1, trainee.recipe());  // the table of an epoch goes up before its first step
  const SyncCounter syncs;
  train_epoch();
  EXPECT_EQ(syncs.count(), 0);
}

TEST_F(Gpu, CountsTheWaitsThatThereAre) {
  const auto x = at::ones({3}, at::TensorOptions(kGpu));
  const SyncCounter syncs;
  x.sum().item<float>();
  EXPECT_EQ(syncs.count(), 1);
}

}  // namespace
}  // namespace kdbench
