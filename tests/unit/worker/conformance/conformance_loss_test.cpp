// The suite catches losses that are wrong, one mistake each, with what it found and what to change, and passes or skips those
// that are not.
#include "collected.h"
#include "function_loss.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand_like.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace kdbench {
namespace {

using test::Collected;
using torch::Tensor;
using Names = std::vector<std::string>;

Collected checks_of(const LossEntry& entry) {
  Collected collected;
  check_loss(entry, collected.report());
  for (const auto& check : collected.checks) EXPECT_EQ(check.ok, check.remedy.empty()) << check.name;
  return collected;
}

template <LossTerms (*kForward)(const LossInputs&)>
Collected checks_of(const LossNeeds& needs = {}) {
  return checks_of(test::loss_of<kForward>("x", needs));
}

/// What the check of that name found in a loss.
template <LossTerms (*kForward)(const LossInputs&)>
std::string finding(const std::string& check, const LossNeeds& needs = {}) {
  return checks_of<kForward>(needs).finding(check);
}

Tensor gap(const LossInputs& in) { return in.student.logits / in.tau_student - in.teacher.logits / in.tau_teacher; }
LossTerms right(const LossInputs& in) { return gap(in).square().mean(); }
LossTerms raw(const LossInputs& in) { return (in.student.logits - in.teacher.logits).square().mean(); }

TEST(CheckLoss, PassesALossThatIsRight) {
  const auto checks = checks_of<right>({.repeatable = true});
  checks.expect_all_pass();
  EXPECT_EQ(checks.skipped(), 0u);
  EXPECT_EQ(checks.notes(), Names{});
  EXPECT_EQ(checks.checks.size(),
            37u);  // 3 of declarations, building, 6 first, 7 of form, 4 of pairs, 6 of reading, 8 of meaning, 2 of memory
}

LossTerms nothing(const LossInputs&) { return {}; }

TEST(CheckLoss, SkipsWhatALossWithoutTermsCannotShow) {
  const auto checks = checks_of<nothing>();
  checks.expect_all_pass();
  EXPECT_EQ(checks.finding("returns finite 0-dim terms"), "skipped: the loss returns no terms: cross-entropy alone");
}

// Form.
LossTerms detached(const LossInputs& in) { return gap(in).square().mean().detach(); }
LossTerms half_gradient(const LossInputs& in) { return (gap(in) * gap(in).detach()).mean(); }
LossTerms log_of_softmax(const LossInputs& in) {
  return -(at::softmax(in.teacher.logits, 1) * at::softmax(in.student.logits, 1).log()).sum(1).mean();
}
LossTerms overwrites_teacher(const LossInputs& in) {
  Tensor teacher = in.teacher.logits;
  return (in.student.logits - teacher.mul_(2)).square().mean();
}
LossTerms overwrites_indices(const LossInputs& in) {
  Tensor indices = in.indices;
  indices.zero_();
  return right(in);
}
LossTerms not_averaged(const LossInputs& in) { return gap(in).square(); }
LossTerms two_of_a_name(const LossInputs& in) { return {{"kd", gap(in).square().mean()}, {"kd", gap(in).square().mean()}}; }
LossTerms without_name(const LossInputs& in) { return {{"", gap(in).square().mean()}}; }
LossTerms draws(const LossInputs& in) { return (gap(in) + at::rand_like(gap(in))).square().mean(); }
LossTerms own_weight(const LossInputs& in) {
  static const auto weight = at::ones({10}).requires_grad_(true);
  return (weight * gap(in)).square().mean();
}
LossTerms needs_two_images(const LossInputs& in) {
  if (in.student.logits.size(0) < 2) throw Error("expected 2 images or more, found 1");
  return right(in);
}

TEST(CheckLoss, CatchesALossThatIsDetached) {
  EXPECT_EQ(finding<detached>("sends a gradient to the student"), "the loss does not depend on the student: it is detached");
}

TEST(CheckLoss, CatchesAGradientThatIsNotTheValuesUnlessItIsDeclared) {
  const std::string name = "has the gradient of finite differences";
  const auto checks = checks_of<half_gradient>();
  EXPECT_EQ(checks.failures(), Names{name});
  checks_of<half_gradient>({.stops_gradient = true}).expect_all_pass();
}

TEST(CheckLoss, CatchesALogarithmThatUnderflows) {
  EXPECT_TRUE(checks_of<log_of_softmax>().failed("stays finite for logits of 200, 0, -200"));
}

TEST(CheckLoss, CatchesWhatIsOverwritten) {
  const std::string name = "sends no gradient to the teacher and overwrites nothing";
  EXPECT_EQ(finding<overwrites_teacher>(name), "the loss overwrites the teacher's logits");
  EXPECT_EQ(finding<overwrites_indices>(name), "the loss overwrites the indices");
}

TEST(CheckLoss, CatchesTermsThatAreNoNumbersAndStopsThere) {
  const auto checks = checks_of<not_averaged>();
  EXPECT_EQ(checks.failures(), Names{"returns finite 0-dim terms"});
  EXPECT_EQ(checks.checks.back().name, "every other check");
  EXPECT_EQ(checks.finding("every other check"), "skipped: needs the one that failed");
}

LossTerms throws(const LossInputs&) { throw std::runtime_error("boom"); }

TEST(CheckLoss, StopsAtALossThatDoesNotRun) {
  const auto checks = checks_of<throws>();
  EXPECT_EQ(checks.failures(), Names{"runs on a batch of images"});
  EXPECT_EQ(checks.finding("runs on a batch of images"), "boom");
}

TEST(CheckLoss, CatchesTermsWithoutNamesOfTheirOwn) {
  EXPECT_EQ(finding<two_of_a_name>("gives every term a name of its own"), "two terms are called 'kd'");
  EXPECT_EQ(finding<without_name>("gives every term a name of its own"), "a term has an empty name");
}

TEST(CheckLoss, CatchesDrawsFromTheGeneratorOfEverybody) {
  EXPECT_EQ(finding<draws>("leaves the host as it was"), "draws from libtorch's default generator, or seeds it");
}

TEST(CheckLoss, CatchesATensorThatIsTrainedAndUnknown) {
  EXPECT_EQ(finding<own_weight>("registers every tensor that it trains"),
            "a tensor of [10] takes a gradient and is no registered parameter");
}

TEST(CheckLoss, TakesARefusalOfOneImageAsAnAnswer) {
  const auto checks = checks_of<needs_two_images>();
  checks.expect_all_pass();
  const auto& found = *std::find_if(checks.checks.begin(), checks.checks.end(),
                                    [](const auto& c) { return c.name == "takes a batch of one image, or says why not"; });
  EXPECT_EQ(found.detail, "refused: expected 2 images or more, found 1");
}

// Reading.
LossTerms reads_maps(const LossInputs& in) { return gap(in).square().mean() + (in.teacher.features.empty() ? 1.0 : 0.0); }
LossTerms cannot_do_without_maps(const LossInputs& in) { return gap(in).square().mean() * in.teacher.features.at("f1").sum(); }
LossTerms ignores_teacher(const LossInputs& in) { return in.student.logits.square().mean(); }
LossTerms fixed_student_tau(const LossInputs& in) {
  return (in.student.logits / 4 - in.teacher.logits / in.tau_teacher).square().mean();
}
LossTerms times_tau_squared(const LossInputs& in) {
  const auto log_s = at::log_softmax(in.student.logits / in.tau_student, 1);
  return -in.tau_student * in.tau_student * (at::softmax(in.teacher.logits / in.tau_teacher, 1) * log_s).sum(1).mean();
}
LossTerms nine_classes(const LossInputs& in) { return gap(in).narrow(1, 0, in.student.logits.size(1) - 1).square().mean(); }
LossTerms teacher_of_nine(const LossInputs& in) {
  const auto t = in.teacher.logits / in.tau_teacher;
  const auto k = t.size(1);
  return (in.student.logits / in.tau_student - t.index_fill(1, at::ones({1}, torch::kInt64) * (k - 1), 0)).square().mean();
}

TEST(CheckLoss, CatchesReadingWhatWasNotAskedFor) {
  const std::string name = "reads nothing that it does not ask for";
  EXPECT_TRUE(checks_of<reads_maps>().failed(name));
  const auto throws_without = finding<cannot_do_without_maps>("runs on a batch of images");
  EXPECT_TRUE(throws_without.starts_with(
      "throws without the teacher's feature maps, which needs() does not ask for (.teacher_features): "))
      << throws_without;
  EXPECT_EQ(finding<reads_maps>(name, {.teacher_features = true}), "passed");
}

TEST(CheckLoss, CatchesATeacherThatIsNotRead) {
  EXPECT_EQ(finding<ignores_teacher>("reads what it asks for"), "the value is the same for another teacher");
  EXPECT_EQ(finding<ignores_teacher>("reads what it asks for", {.teacher = false}), "passed");
}

TEST(CheckLoss, NotesMapsThatAreAskedForAndNotRead) {
  const auto checks = checks_of<right>({.teacher_features = true});
  checks.expect_all_pass();
  EXPECT_EQ(checks.notes(), Names{"reads what it asks for"});
}

TEST(CheckLoss, CatchesTemperaturesThatAreNotAsDeclared) {
  const std::string name = "reads the temperatures that it declares";
  EXPECT_EQ(finding<raw>(name), "the value is the same at another tau_student");
  EXPECT_EQ(finding<raw>(name, {.reads_tau = ReadsTau::kNone}), "passed");
  EXPECT_EQ(finding<fixed_student_tau>(name), "the value is the same at another tau_student");
  EXPECT_EQ(finding<fixed_student_tau>(name, {.reads_tau = ReadsTau::kTeacher}), "passed");
  EXPECT_EQ(finding<right>(name, {.reads_tau = ReadsTau::kStudent}),
            "the value is another at another tau_teacher, which reads_tau leaves out");
}

LossTerms exchanged_tau(const LossInputs& in) {
  return (in.student.logits / in.tau_teacher - in.teacher.logits / in.tau_student).square().mean();
}
LossTerms whole_tau(const LossInputs& in) {
  const auto whole = [](double tau) { return std::floor(tau); };
  return (in.student.logits / whole(in.tau_student) - in.teacher.logits / whole(in.tau_teacher)).square().mean();
}

TEST(CheckLoss, CatchesTemperaturesThatAreExchangedOrCutOff) {
  EXPECT_EQ(finding<exchanged_tau>("gives each network its own temperature"), "the student's logits are divided by tau_teacher");
  EXPECT_EQ(checks_of<whole_tau>().failures(), Names{"reads the temperatures that it declares"});
}

TEST(CheckLoss, CatchesAFactorOfTheTemperature) {
  EXPECT_EQ(finding<times_tau_squared>("carries no factor of a temperature"), "a term carries tau_student to the power of 2");
}

TEST(CheckLoss, CatchesAClassThatIsLeftOut) {
  EXPECT_EQ(finding<nine_classes>("reads every class"), "no gradient reaches the student's logits of class 9 in 64 images");
  EXPECT_EQ(finding<teacher_of_nine>("reads every class"), "the value is the same for other teacher's logits of class 9");
}

// Meaning.
LossTerms first_row_counts_more(const LossInputs& in) { return gap(in).square().mean() + in.student.logits[0].square().sum(); }
LossTerms summed(const LossInputs& in) { return gap(in).square().sum(); }
LossTerms dead(const LossInputs& in) {
  return {{"kd", gap(in).square().mean()}, {"dead", at::zeros({}, in.student.logits.options())}};
}
LossTerms late(const LossInputs& in) {
  return {{"kd", gap(in).square().mean()}, {"late", in.epoch < 4 ? 0 * gap(in).sum() : gap(in).abs().mean()}};
}
LossTerms negated(const LossInputs& in) { return -gap(in).square().mean(); }
LossTerms negated_and_bounded(const LossInputs& in) { return (-gap(in).square().sum(1)).exp().mean(); }

TEST(CheckLoss, CatchesDependenceOnOrder) {
  EXPECT_TRUE(checks_of<first_row_counts_more>().failed("does not depend on the order of the batch"));
}

TEST(CheckLoss, CatchesASumOverTheBatch) {
  const auto found = finding<summed>("is a mean over the batch");
  EXPECT_TRUE(found.starts_with("term 'kd' is ") && found.ends_with("with every image 4 times: a sum over the batch")) << found;
}

TEST(CheckLoss, CatchesATermThatNeverTrains) {
  EXPECT_EQ(finding<dead>("has no dead term"),
            "term 'dead' sends no gradient to anything, in the first, a middle and the last epoch");
  EXPECT_EQ(finding<late>("has no dead term"), "passed");
}

TEST(CheckLoss, CatchesAMinusSign) {
  EXPECT_EQ(checks_of<negated>().failures(), (Names{"does not call equal networks the worst", "is bounded below"}));
  EXPECT_EQ(checks_of<negated_and_bounded>().failures(), Names{"does not call equal networks the worst"});
}

LossTerms with_cross_entropy(const LossInputs& in) {
  return gap(in).square().mean() + 0.25 * at::cross_entropy_loss(in.student.logits, in.labels);
}

TEST(CheckLoss, CatchesTheCrossEntropyOfTheHost) {
  const auto checks = checks_of<with_cross_entropy>();
  EXPECT_EQ(checks.failures(), Names{"leaves cross-entropy to the host"});
  EXPECT_EQ(checks.finding("leaves cross-entropy to the host"), "the terms hold 0.25 times the cross-entropy with the labels");
}

// Memory.
LossTerms counts(const LossInputs& in) {
  static int calls = 0;
  return gap(in).square().mean() * (1 + 0.001 * ++calls);
}
LossTerms reads_epoch(const LossInputs& in) { return gap(in).square().mean() * static_cast<double>(1 + in.epoch); }
LossTerms reads_value(const LossInputs& in) {
  const auto value = gap(in).square().mean();
  return value.item<double>() > 1e6 ? value * 2 : value;
}
LossTerms branches(const LossInputs& in) { return in.step > 10 ? gap(in).square().mean() : gap(in).pow(2).mean(); }

/// Takes the first teacher for the teacher of all batches.
class FirstTeacher final : public Loss {
 public:
  LossTerms forward(const LossInputs& in) override {
    if (!teacher_.defined() || teacher_.sizes() != in.teacher.logits.sizes()) teacher_ = in.teacher.logits.clone();
    return (in.student.logits / in.tau_student - teacher_ / in.tau_teacher).square().mean();
  }

 private:
  Tensor teacher_;
};

/// Remembers the mean of what it saw, in a buffer or not.
template <bool kRegistered>
class Remembers final : public Loss {
 public:
  explicit Remembers(const LossContext& context) {
    seen_ = at::zeros({context.num_classes}, torch::kFloat64);
    if (kRegistered) register_buffer("seen", seen_);
  }
  LossTerms forward(const LossInputs& in) override {
    const auto value = (gap(in) - seen_.to(in.student.logits.scalar_type())).square().mean();
    seen_.mul_(0.5).add_(in.teacher.logits.mean(0) / 2);
    return value;
  }

 private:
  Tensor seen_;
};

template <bool kRegistered>
LossEntry remembering() {
  return {{.name = "x",
           .about = {.summary = "Remembers."},
           .params = {},
           .create = [](const ParamValues&, const LossContext& context) {
             return std::make_shared<Remembers<kRegistered>>(context);
           }}};
}

const std::string kMemory = "keeps what it remembers in parameters and buffers", kPromise = "keeps the promise of .repeatable";

TEST(CheckLoss, CatchesAValueThatCountsCalls) {
  EXPECT_EQ(finding<counts>("gives the same value from the same seed"), "the same seed gives another value");
}

TEST(CheckLoss, CatchesMemoryThatACheckpointDoesNotKeep) {
  const auto found = checks_of(remembering<false>()).finding(kMemory);
  EXPECT_NE(found.find("after a stop and a resumption before it"), std::string::npos) << found;
  const LossEntry first{
      {.name = "x", .about = {.summary = "Once."}, .params = {}, .create = [](const ParamValues&, const LossContext&) {
         return std::make_shared<FirstTeacher>();
       }}};
  EXPECT_EQ(checks_of(first).failures(), Names{kMemory});
  const auto kept = checks_of(remembering<true>());
  kept.expect_all_pass();
  EXPECT_EQ(kept.finding(kMemory), "passed");
}

TEST(CheckLoss, CatchesABrokenPromiseToBeRepeatable) {
  const LossNeeds promised{.repeatable = true};
  const auto epoch = finding<reads_epoch>(kPromise, promised);
  EXPECT_TRUE(epoch.ends_with("at a later one: it reads epoch or step")) << epoch;
  EXPECT_EQ(finding<reads_value>(kPromise, promised), "it reads a value on the host: aten::_local_scalar_dense");
  EXPECT_TRUE(finding<branches>(kPromise, promised).starts_with("operation ")) << finding<branches>(kPromise, promised);
  EXPECT_EQ(finding<reads_epoch>(kPromise), "skipped: it does not promise to be");
}

}  // namespace
}  // namespace kdbench
