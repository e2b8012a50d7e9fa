// The parts of training one by one: rates, optimiser, order, augmentation, cuts, files, allocator.
#include "unit/train/toy.h"

#include <kdbench/train/data/augment.h>
#include <kdbench/train/data/schedule.h>
#include <kdbench/train/device/allocator.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/optimizer/sgd.h>
#include <kdbench/train/teacher/tape.h>
#include <kdbench/train/teacher/teacher.h>

#include <gtest/gtest.h>
#include <torch/optim/sgd.h>
#include <torch/utils.h>

#include <algorithm>
#include <fstream>
#include <numeric>

namespace kdbench {
namespace {

Recipe recipe(const std::string& schedule) {
  Recipe out;
  out.epochs = 10;
  out.lr = 1.0;
  out.schedule = schedule;
  return out;
}

TEST(LearningRate, FallsAtMilestonesGivenAsEpochsOrFractions) {
  auto s = recipe("step");
  s.milestones = {0.5, 0.75};
  EXPECT_DOUBLE_EQ(learning_rate(s, 49, 10), 1.0);  // epoch 4.9
  EXPECT_DOUBLE_EQ(learning_rate(s, 50, 10), 0.1);  // 0.5 * 10 epochs
  EXPECT_DOUBLE_EQ(learning_rate(s, 75, 10), 0.1 * 0.1);
  s.milestones = {3};
  EXPECT_DOUBLE_EQ(learning_rate(s, 29, 10), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate(s, 30, 10), 0.1);
}

TEST(LearningRate, FollowsHalfACosineAfterALinearWarmUp) {
  auto s = recipe("cosine");
  EXPECT_DOUBLE_EQ(learning_rate(s, 0, 10), 1.0);
  EXPECT_NEAR(learning_rate(s, 50, 10), 0.5, 1e-12);  // half way: (1 + cos(pi / 2)) / 2
  s.warmup_epochs = 1;
  EXPECT_DOUBLE_EQ(learning_rate(s, 0, 10), 0.1);  // (0 + 1) / 10 steps
  EXPECT_DOUBLE_EQ(learning_rate(s, 9, 10), 1.0);
  s.min_lr = 0.2;
  EXPECT_NEAR(learning_rate(s, 10 + 45, 10), 0.6, 1e-12);  // half way of the 90 steps left: 0.2 + 0.8 / 2
}

class SgdEquality : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(PlainAndNesterov, SgdEquality, ::testing::Bool());

TEST_P(SgdEquality, IsTorchsSgdUpToRounding) {
  torch::manual_seed(1);
  std::vector<torch::Tensor> ours, theirs;
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{3, 5}, {7}, {4, 3, 3, 3}, {1}}) {
    auto p = at::randn(shape);
    if (p.dim() == 4) p = p.contiguous(at::MemoryFormat::ChannelsLast);
    ours.push_back(p.clone().set_requires_grad(true));
    theirs.push_back(p.clone().set_requires_grad(true));
  }
  FlatSgd flat(ours, {0.9, 1e-2, GetParam()});
  torch::optim::SGD sgd(theirs, torch::optim::SGDOptions(0.1).momentum(0.9).weight_decay(1e-2).nesterov(GetParam()));
  for (int step = 0; step < 20; ++step) {
    flat.clear_gradients();
    sgd.zero_grad();
    for (auto* list : {&ours, &theirs}) {
      auto loss = at::zeros({});
      for (std::size_t i = 0; i < list->size(); ++i)
        loss = loss + ((*list)[i].square() * 0.2 * static_cast<double>(i + 1) + (*list)[i].sin()).sum();
      loss.backward();
    }
    EXPECT_TRUE(flat.step(0.1));
    sgd.step();
  }
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_LT((ours[i] - theirs[i]).abs().max().item<double>(), 2e-6) << "parameter " << i;
    EXPECT_EQ(ours[i].strides(), theirs[i].strides());
  }
}

TEST(Sgd, SaysWhenAGradientIsNotFinite) {
  auto p = at::ones({4}).set_requires_grad(true);
  FlatSgd sgd({p}, {});
  (p * p).sum().backward();
  EXPECT_TRUE(sgd.step(0.1));
  sgd.clear_gradients();
  (p * std::numeric_limits<float>::infinity()).sum().backward();
  EXPECT_FALSE(sgd.step(0.1));
}

TEST(Sgd, LeavesAParameterWithoutGradientAlone) {
  auto used = at::ones({2}).set_requires_grad(true), unused = at::ones({2}).set_requires_grad(true);
  FlatSgd sgd({used, unused}, {0.9, 0.5, false});
  used.sum().backward();
  sgd.step(0.1);
  EXPECT_EQ(unused.sum().item<double>(), 2);
}

TEST(Order, IsAPermutationOfItsSeedAlone) {
  auto a = shuffled(100, 7), b = shuffled(100, 7), c = shuffled(100, 8);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  std::sort(a.begin(), a.end());
  std::vector<std::int64_t> all(100);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(a, all);
  EXPECT_EQ(shuffled(5, 42), shuffled(5, 42));
}

TEST(Augmentation, IsAPureFunctionThatCoversItsRangeEvenly) {
  std::map<std::int64_t, int> dy, dx;
  int flips = 0;
  for (std::int64_t row = 0; row < 9000; ++row) {
    const auto a = augmentation(1, 2, row, 4, true), again = augmentation(1, 2, row, 4, true);
    EXPECT_EQ(a.dy, again.dy);
    ++dy[a.dy];
    ++dx[a.dx];
    flips += a.flip;
  }
  for (const auto* counts : {&dy, &dx}) {
    EXPECT_EQ(counts->size(), 9U);                                                      // -4 .. 4
    for (const auto& [shift, count] : *counts) EXPECT_NEAR(count, 1000, 150) << shift;  // 9000 / 9, 5 sigma
  }
  EXPECT_NEAR(flips, 4500, 250);
  EXPECT_NE(augmentation(1, 2, 0, 4, true).dy * 100 + augmentation(1, 2, 1, 4, true).dy * 10 + augmentation(1, 2, 2, 4, true).dx,
            augmentation(1, 3, 0, 4, true).dy * 100 + augmentation(1, 3, 1, 4, true).dy * 10 + augmentation(1, 3, 2, 4, true).dx);
}

TEST(Gather, ShiftsMirrorsAndNormalises) {
  // One 2 x 3 image of bytes 0 51 102 / 153 204 255 with mean 0 and deviation 1: 0 .2 .4 / .6 .8 1
  const auto image = at::arange(6, at::kByte).mul(51).view({1, 2, 3, 1});
  const auto table = byte_table({0.0}, {1.0});
  const std::int64_t zero = 0;
  const auto plain = gather_bytes_cpu(image, &zero, 1, {}, table);
  EXPECT_TRUE(at::allclose(plain.view(-1), at::tensor({0.0F, 0.2F, 0.4F, 0.6F, 0.8F, 1.0F})));
  const auto moved = gather_bytes_cpu(image, &zero, 1, {{1, 0, true}}, table);  // up by one row, then mirrored
  EXPECT_TRUE(at::allclose(moved.contiguous().view(-1), at::tensor({1.0F, 0.8F, 0.6F, 0.0F, 0.0F, 0.0F})));
}

TEST(Data, CutsValidationDisjointFromTrainBySeed) {
  const toy::ToyData dataset(60);
  const TrainData a(dataset, "", {9, 0, 0}, 3, at::kCPU), b(dataset, "", {9, 20, 10}, 3, at::kCPU),
      c(dataset, "", {9, 0, 0}, 4, at::kCPU);
  EXPECT_EQ(a.train().size(), 51);
  EXPECT_EQ(b.train().size(), 20);
  EXPECT_EQ(b.test().size(), 10);
  EXPECT_EQ(a.split_sha256(), b.split_sha256());
  EXPECT_NE(a.split_sha256(), c.split_sha256());
  const auto both = std::get<0>(at::sort(at::cat({a.train().indices, a.validation().indices})));
  EXPECT_TRUE(both.equal(at::arange(60)));
}

TEST(Data, LeavesOutALastBatchOfOneRow) {
  const toy::ToyData dataset(33);
  const TrainData data(dataset, "", {}, 0, at::kCPU);
  EXPECT_EQ(data.steps_per_epoch(32), 1);  // 32 + 1
  EXPECT_EQ(data.steps_per_epoch(31), 2);  // 31 + 2
  EXPECT_EQ(data.steps_per_epoch(64), 1);  // all 33 in one
}

TEST(Safetensors, ComeBackWithShapeTypeAndMeta) {
  toy::TemporaryStore s;
  const auto file = s.folder / "x.safetensors";
  const TensorDict out{
      {"a", at::randn({2, 3})}, {"b.c", at::arange(5)}, {"empty", at::empty({0, 4})}, {"scalar", at::tensor(2.5, at::kDouble)}};
  save_tensors(file, out, {{"who", "me"}});
  const auto read = read_tensors(file);
  const auto& in = read.tensors;
  EXPECT_EQ(read.meta.at("who"), "me");
  ASSERT_EQ(in.size(), out.size());
  for (const auto& [name, tensor] : out) EXPECT_TRUE(in.at(name).equal(tensor)) << name;
}

TEST(Safetensors, RefusesAFileCutAnywhere) {
  toy::TemporaryStore s;
  const auto file = s.folder / "x.safetensors";
  save_tensors(file, {{"a", at::randn({4})}});
  std::ifstream in(file, std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(in), {});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(file, std::ios::binary | std::ios::trunc).write(whole.data(), static_cast<std::streamsize>(size));
    EXPECT_THROW(load_tensors(file), Error) << size;
  }
}

TEST(Weights, ThatDoNotFitAreRefusedByName) {
  toy::ToyNet small({3, {1, 6, 6}}, 4, 0), large({3, {1, 6, 6}}, 8, 0);
  auto state = state_of(small);
  try {
    load_state(large, state, "x");
    FAIL() << "another width was accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'conv.weight' is [4, 1, 3, 3] instead of [8, 1, 3, 3]"), std::string::npos)
        << error.what();
  }
  state.erase("fc.bias");
  state["extra"] = at::zeros({1});
  try {
    load_state(small, state, "x");
    FAIL() << "missing and unexpected names were accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the weights of x do not fit the model: missing 'fc.bias', unexpected 'extra'");
  }
}

TEST(Tape, SaysAboutEachBatchWhatTheTeacherSaysAboutTheImagesTheStudentSees) {
  const toy::ToyData dataset(60);
  const TrainData data(dataset, "", {9, 0, 0}, 3, at::kCPU);
  const auto build = [] { return std::make_shared<toy::ToyNet>(ModelContext{3, {1, 6, 6}}, 4, 0.0); };
  const Teacher teacher(build, state_of(*build()), 1, at::kCPU);
  const auto moves = toy::recipe(2, true);
  Tape tape(data, teacher, {}, moves, 3);  // 7 steps an epoch in segments of 3, 3 and 1
  tape.keep(0, 5, 2);
  while (const auto task = tape.next_task()) tape.complete(*task, tape.compute(*task, 0));
  for (std::int64_t step = 0; step < 14; ++step) {
    const auto epoch = step / 7;
    const auto* segment = tape.ready(tape.segment_of(step));
    ASSERT_NE(segment, nullptr) << step;
    const auto order = data.order(epoch);
    const auto range = batch_range(step % 7, moves.batch_size, data.train().size());
    const auto batch = data.batch(order.data() + range.begin, range.size, epoch, moves);
    EXPECT_TRUE(segment->outputs[static_cast<std::size_t>(step % 7 - segment->first_step)].logits.equal(
        teacher.forward(0, batch.images, {}).logits))
        << step;
  }
}

TEST(Parallel, RethrowsWhatAThreadThrew) {
  EXPECT_THROW(for_each_parallel(10, 2,
                                 [](std::int64_t i, std::size_t) {
                                   if (i == 7) throw Error("seven");
                                 }),
               Error);
}

}  // namespace
}  // namespace kdbench
