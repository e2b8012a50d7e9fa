// The batches on which a loss is measured hold what it asks for and nothing else, and its value is a function of the batch alone.
#include "function_loss.h"

#include <kdbench/worker/conformance/loss_probe.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::loss_of;
using test::mean_square;
using Names = std::vector<std::string>;

Names names_of(const std::vector<std::pair<std::string, torch::Tensor*>>& tensors) {
  Names names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

const Names kEverything{"logits",           "embedding",   "embedding map",     "features f0",       "features f1",
                        "features f2",      "features f3", "preactivations f0", "preactivations f1", "preactivations f2",
                        "preactivations f3"};

TEST(ProbeContext, HasNetworksOfOtherWidthsUnlessTheyAreAlike) {
  const auto other = probe_context(10, false), alike = probe_context(10, true);
  EXPECT_EQ(other.num_classes, 10);
  ASSERT_EQ(other.student.size(), other.teacher.size());
  for (std::size_t i = 0; i < other.student.size(); ++i) {
    EXPECT_NE(other.student[i].channels, other.teacher[i].channels);
    EXPECT_EQ(other.student[i].height, other.teacher[i].height);
    EXPECT_EQ(alike.student[i].channels, alike.teacher[i].channels);
  }
  EXPECT_NE(other.student_embedding, other.teacher_embedding);
  EXPECT_EQ(alike.student_embedding, alike.teacher_embedding);
}

TEST(DrawBatch, HoldsOfTheTeacherWhatIsNeededAndNothingElse) {
  const auto context = probe_context(10, false);
  const auto teacher_of = [&](const LossNeeds& needs) {
    auto batch = draw_batch(context, needs, 4, torch::kFloat64);
    EXPECT_EQ(names_of(batch.student_tensors()), kEverything);
    EXPECT_EQ(batch.posterior.defined(), needs.posterior);
    return names_of(batch.teacher_tensors());
  };
  EXPECT_EQ(teacher_of({}), Names{"logits"});
  EXPECT_EQ(teacher_of({.teacher_embedding = true}), (Names{"logits", "embedding"}));
  EXPECT_EQ(teacher_of({.teacher_features = true, .teacher_embedding = true}), kEverything);
  EXPECT_EQ(teacher_of({.teacher = false, .posterior = true}), Names{});
}

TEST(DrawBatch, HoldsASecondViewOfTheSameRowsWhereItIsNeeded) {
  auto batch = draw_batch(probe_context(10, false), {.second_view = true}, 4, torch::kFloat64);
  EXPECT_FALSE(batch.student_second_view.logits.equal(batch.student.logits));
  EXPECT_TRUE(batch.student_second_view.logits.requires_grad());
  EXPECT_EQ(batch.student_tensors().size(), 2 * kEverything.size());
  EXPECT_EQ(names_of(batch.teacher_tensors()), (Names{"logits", "second view's logits"}));
  EXPECT_EQ(take_rows(batch, at::tensor({2, 0}, torch::kInt64)).student_second_view.logits.size(0), 2);
}

TEST(DrawBatch, DrawsTheSameNumbersEveryTime) {
  const auto context = probe_context(10, false);
  auto a = draw_batch(context, {}, 4, torch::kFloat64), b = draw_batch(context, {}, 4, torch::kFloat64);
  const auto first = a.student_tensors(), second = b.student_tensors();
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_TRUE(first[i].second->equal(*second[i].second)) << first[i].first;
    EXPECT_TRUE(first[i].second->requires_grad()) << first[i].first;
    EXPECT_EQ(first[i].second->size(0), 4) << first[i].first;
  }
  EXPECT_TRUE(a.teacher.logits.equal(b.teacher.logits));
  EXPECT_FALSE(a.teacher.logits.requires_grad());
  EXPECT_GE(a.labels.min().item<std::int64_t>(), 0);
  EXPECT_LT(a.labels.max().item<std::int64_t>(), 10);
  EXPECT_EQ(draw_batch(context, {}, 4, torch::kFloat32).student.logits.scalar_type(), torch::kFloat32);
}

TEST(DrawBatch, TakesEveryRowOfTheSplitOnceAndOtherNumbersFromAnotherSeed) {
  const auto context = probe_context(10, false);
  const auto all = draw_batch(context, {}, kMostProbeRows, torch::kFloat64);
  EXPECT_TRUE(std::get<0>(all.indices.sort()).equal(at::arange(context.num_train, torch::kInt64)));
  const auto other = draw_batch(context, {}, kMostProbeRows, torch::kFloat64, 29);
  EXPECT_FALSE(other.indices.equal(all.indices));
  EXPECT_FALSE(other.student.logits.equal(all.student.logits));
}

TEST(TakeRows, TakesEveryTensorInTheAskedOrderAsFreshLeaves) {
  auto batch = draw_batch(probe_context(10, false), {.teacher_features = true}, 3, torch::kFloat64);
  auto taken = take_rows(batch, at::tensor({2, 0}, torch::kInt64));
  const auto expect_rows = [](const torch::Tensor& now, const torch::Tensor& then) {
    EXPECT_TRUE(now.size(0) == 2 && now[0].equal(then[2]) && now[1].equal(then[0]));
  };
  const auto all = batch.student_tensors(), some = taken.student_tensors();
  for (std::size_t i = 0; i < all.size(); ++i) {
    expect_rows(*some[i].second, *all[i].second);
    EXPECT_TRUE(some[i].second->is_leaf() && some[i].second->requires_grad()) << some[i].first;
  }
  expect_rows(taken.teacher.features.at("f1"), batch.teacher.features.at("f1"));
  expect_rows(taken.labels, batch.labels);
  expect_rows(taken.indices, batch.indices);
  EXPECT_EQ(batch.labels.size(0), 3);  // and leaves the batch as it was
}

LossTerms two_terms(const LossInputs& in) { return {{"a", in.student.logits.sum()}, {"b", 2 * in.student.embedding.sum()}}; }
LossTerms a_row_each(const LossInputs& in) { return in.student.logits.square().sum(1); }
LossTerms reads_no_student(const LossInputs& in) { return in.teacher.logits.square().mean(); }
LossTerms no_terms(const LossInputs&) { return {}; }
LossTerms at_a_fixed_place(const LossInputs& in) {
  const bool there = in.epoch == 2 && in.num_epochs == 10 && in.step == 4 && in.num_steps == 20;
  return in.student.logits.sum() * 0 + (there ? in.tau_student + 10 * in.tau_teacher : 0);
}

/// A batch of two images and two classes whose logits are known.
ProbeBatch known_batch() {
  auto batch = draw_batch(probe_context(2, false), {}, 2, torch::kFloat64);
  batch.student.logits = at::tensor({1.0, 2.0, 0.0, -1.0}, torch::kFloat64).view({2, 2}).requires_grad_(true);
  batch.teacher.logits = at::tensor({1.0, 0.0, 0.0, 1.0}, torch::kFloat64).view({2, 2});
  return batch;
}

TEST(Measure, GivesValueAndGradientsOfWhatTheLossReads) {
  auto batch = known_batch();
  const auto probe = measure(loss_of<mean_square>("mse"), probe_context(2, false), batch, true);
  EXPECT_DOUBLE_EQ(probe.total.item<double>(), (0 + 4 + 0 + 4) / 4.0);
  ASSERT_EQ(probe.gradients.size(), 1u);
  EXPECT_EQ(probe.gradients[0].first, "logits");
  // 2 (s - t) / 4
  EXPECT_TRUE(probe.gradients[0].second.flatten().equal(at::tensor({0.0, 1.0, 0.0, -1.0}, torch::kFloat64)));
  EXPECT_TRUE(measure(loss_of<mean_square>("mse"), probe_context(2, false), batch, false).gradients.empty());
}

TEST(Measure, AddsTheTerms) {
  auto batch = known_batch();
  const auto probe = measure(loss_of<two_terms>("two"), probe_context(2, false), batch, true);
  EXPECT_EQ(probe.terms.terms().size(), 2u);
  EXPECT_DOUBLE_EQ(probe.total.item<double>(), 2 + 2 * batch.student.embedding.sum().item<double>());
  ASSERT_EQ(probe.gradients.size(), 2u);
  EXPECT_EQ(probe.gradients[1].first, "embedding");
  EXPECT_EQ(measure(loss_of<two_terms>("two"), probe_context(2, false), batch, true).gradients[1].second.max().item<double>(), 2);
}

TEST(Measure, LeavesALossWithoutTermsUndefined) {
  auto batch = known_batch();
  const auto probe = measure(loss_of<no_terms>("nothing"), probe_context(2, false), batch, true);
  EXPECT_FALSE(probe.total.defined());
  EXPECT_TRUE(probe.gradients.empty());
}

TEST(Measure, StandsAtOneEpochAndStepOfALongerTraining) {
  auto batch = known_batch();
  const auto probe = measure(loss_of<at_a_fixed_place>("place"), probe_context(2, false), batch, false);
  EXPECT_DOUBLE_EQ(probe.total.item<double>(), batch.tau_student + 10 * batch.tau_teacher);
}

/// Counts its batches.
class Counting final : public Loss {
 public:
  LossTerms forward(const LossInputs& in) override { return in.student.logits.sum() * 0 + ++batches_; }

 private:
  int batches_ = 0;
};

TEST(ProbedLoss, IsOneLossFromBatchToBatch) {
  const LossEntry entry{{.name = "counting", .about = {}, .params = {}, .create = [](const ParamValues&, const LossContext&) {
                           return std::make_shared<Counting>();
                         }}};
  auto batch = known_batch();
  ProbedLoss probed(entry, probe_context(2, false), torch::kFloat64);
  EXPECT_EQ(probed.run(batch, false).total.item<double>(), 1);
  EXPECT_EQ(probed.run(batch, false).total.item<double>(), 2);
  EXPECT_EQ(measure(entry, probe_context(2, false), batch, false).total.item<double>(), 1);
}

std::string complaint(const LossEntry& entry) {
  auto batch = known_batch();
  try {
    measure(entry, probe_context(2, false), batch, true);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "measured";
}

TEST(Measure, RefusesTermsThatAreNoNumbersAndLossesWithoutAStudent) {
  EXPECT_EQ(complaint(loss_of<a_row_each>("rows")), "term 'kd' is not a 0-dim float");
  EXPECT_EQ(complaint(loss_of<reads_no_student>("detached")), "the loss does not depend on the student: it is detached");
}

}  // namespace
}  // namespace kdbench
