// Losses as papers have them pass the suite, whatever it says against losses that are wrong; what of them deserves a look is a
// note.
#include "collected.h"
#include "function_loss.h"

#include <kdbench/sdk/feature_maps.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logaddexp.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/normal.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/smooth_l1_loss.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <torch/nn/modules/linear.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace kdbench {
namespace {

using test::Collected;
using torch::Tensor;
using Names = std::vector<std::string>;

constexpr LossNeeds kMaps{.teacher_features = true, .reads_tau = ReadsTau::kNone};
constexpr LossNeeds kEmbedding{.teacher_embedding = true, .reads_tau = ReadsTau::kNone};

const std::string kSure = "corrects a student that is sure and wrong", kMean = "is a mean over the batch",
                  kSmooth = "is smooth in the teacher's logits";

Tensor log_student(const LossInputs& in) { return at::log_softmax(in.student.logits / in.tau_student, 1); }
Tensor log_teacher(const LossInputs& in) { return at::log_softmax(in.teacher.logits / in.tau_teacher, 1); }
Tensor divergence(const Tensor& log_p, const Tensor& log_q) { return (log_p.exp() * (log_p - log_q)).sum(1).mean(); }

LossTerms forward_kl(const LossInputs& in) { return divergence(log_teacher(in), log_student(in)); }
LossTerms reverse_kl(const LossInputs& in) { return divergence(log_student(in), log_teacher(in)); }
LossTerms jensen_shannon(const LossInputs& in) {
  const auto s = log_student(in), t = log_teacher(in), middle = at::logaddexp(s, t) - std::log(2.0);
  return (divergence(s, middle) + divergence(t, middle)) / 2;
}
LossTerms total_variation(const LossInputs& in) {
  return (log_student(in).exp() - log_teacher(in).exp()).abs().sum(1).mean() / 2;
}
LossTerms probability_mse(const LossInputs& in) { return at::mse_loss(log_student(in).exp(), log_teacher(in).exp()); }
LossTerms logit_mse(const LossInputs& in) { return at::mse_loss(in.student.logits, in.teacher.logits); }
LossTerms standardised_kl(const LossInputs& in) {
  const auto scaled = [](const Tensor& z, double tau) {
    return at::log_softmax((z - z.mean(1, true)) / (z.std(1, true, true) + 1e-6) / tau, 1);
  };
  return divergence(scaled(in.teacher.logits, in.tau_teacher), scaled(in.student.logits, in.tau_student));
}
LossTerms hard_labels(const LossInputs& in) { return at::cross_entropy_loss(in.student.logits, in.teacher.logits.argmax(1)); }

/// DKD: the label against the rest, and the rest among themselves.
LossTerms decoupled(const LossInputs& in) {
  const auto mask = at::one_hot(in.labels, in.student.logits.size(1)).to(in.student.logits.scalar_type());
  const auto two = [&](const Tensor& log_p) {
    const auto target = (log_p.exp() * mask).sum(1, true);
    return at::cat({target, 1 - target}, 1).clamp_min(1e-30).log();
  };
  const auto rest = [&](const Tensor& logits, double tau) { return at::log_softmax(logits / tau - 1000 * mask, 1); };
  const auto target = divergence(two(log_teacher(in)), two(log_student(in)));
  const auto others = divergence(rest(in.teacher.logits, in.tau_teacher), rest(in.student.logits, in.tau_student));
  return {{"target", target}, {"non_target", 8.0 * others}};
}

/// NKD: the label's soft target at temperature 1, and the rest, normalised.
LossTerms normalised(const LossInputs& in) {
  const auto label = in.labels.unsqueeze(1);
  const auto s = at::log_softmax(in.student.logits, 1).gather(1, label), t = at::softmax(in.teacher.logits, 1).gather(1, label);
  const auto rest = [&](const Tensor& logits, double tau) { return at::log_softmax((logits / tau).scatter(1, label, -1e4), 1); };
  const auto others =
      rest(in.teacher.logits, in.tau_teacher).exp() * rest(in.student.logits, in.tau_student).scatter(1, label, 0.0);
  return {{"target", -(t * s).mean()}, {"non_target", -others.sum(1).mean()}};
}

/// WSLD: images weigh by how much the student is behind, which is a constant to the gradient.
LossTerms weighted(const LossInputs& in) {
  const auto loss_of = [&](const Tensor& logits) { return at::cross_entropy_loss(logits, in.labels, {}, at::Reduction::None); };
  const auto weight = 1 - (-loss_of(in.student.logits.detach()) / (loss_of(in.teacher.logits) + 1e-7)).exp();
  const auto t = log_teacher(in);
  return (weight * (t.exp() * (t - log_student(in))).sum(1)).mean();
}

Tensor distances(const Tensor& x) {
  const auto d = (x.unsqueeze(0) - x.unsqueeze(1)).square().sum(2).clamp_min(1e-12).sqrt();
  return d / (d.sum() / d.gt(1e-5).sum().clamp_min(1));
}
LossTerms relational_distance(const LossInputs& in) {
  if (in.labels.size(0) < 2) throw Error("expected 2 images or more, found 1");
  return at::smooth_l1_loss(distances(in.student.embedding), distances(in.teacher.embedding));
}

Tensor rows_normalised(const Tensor& x) { return x / (x.norm(2, {1}, true) + 1e-8); }
Tensor gram(const Tensor& map) {
  const auto flat = map.flatten(1);
  return rows_normalised(flat.matmul(flat.t()));
}
LossTerms similarity_preserving(const LossInputs& in) {
  return (gram(in.student.features.at("f2")) - gram(in.teacher.features.at("f2"))).square().mean();
}
LossTerms correlation_congruence(const LossInputs& in) {
  const auto kernel = [](const Tensor& x) {
    const auto unit = rows_normalised(x);
    return (0.8 * (unit.matmul(unit.t()) - 1)).exp();
  };
  return (kernel(in.student.embedding) - kernel(in.teacher.embedding)).square().mean();
}
LossTerms probabilistic(const LossInputs& in) {
  const auto affinities = [](const Tensor& x) {
    const auto unit = rows_normalised(x), a = (unit.matmul(unit.t()) + 1) / 2;
    return a / a.sum(1, true);
  };
  const auto s = affinities(in.student.embedding), t = affinities(in.teacher.embedding);
  return (t * ((t + 1e-7).log() - (s + 1e-7).log())).mean();
}
LossTerms attention(const LossInputs& in) {
  const auto map_of = [](const Tensor& map) { return rows_normalised(map.square().mean(1).flatten(1)); };
  const auto distance = [&](const char* name) {
    const auto maps = feature_maps::pooled_to_smaller({in.student.features.at(name), in.teacher.features.at(name)});
    return (map_of(maps.student) - map_of(maps.teacher)).square().mean();
  };
  return {{"f1", distance("f1")}, {"f3", distance("f3")}};
}
/// The leading columns of both embeddings, as many as the smaller has, every row of length 1.
std::pair<Tensor, Tensor> leading(const LossInputs& in) {
  const auto width = std::min(in.student.embedding.size(1), in.teacher.embedding.size(1));
  return {rows_normalised(in.student.embedding.narrow(1, 0, width)), rows_normalised(in.teacher.embedding.narrow(1, 0, width))};
}
/// Images find their own teacher's embedding among those of the batch.
LossTerms in_batch_contrast(const LossInputs& in) {
  const auto [unit_s, unit_t] = leading(in);
  const auto places = at::eye(unit_s.size(0), unit_s.options()).argmax(1);
  return at::cross_entropy_loss(unit_s.matmul(unit_t.t()) / 0.5, places);
}
LossTerms cosine(const LossInputs& in) {
  const auto [unit_s, unit_t] = leading(in);
  return -(unit_s * unit_t).sum(1).mean();
}

template <class Kept>
LossEntry entry_of(const std::string& name) {
  return {{.name = name,
           .about = {.summary = "A loss with modules or memory."},
           .params = {},
           .create = [](const ParamValues&, const LossContext& context) { return std::make_shared<Kept>(context); }}};
}

/// CRD with the whole split as negatives: a bank of teacher's embeddings, row by row of the training split.
class MemoryBank final : public Loss {
 public:
  explicit MemoryBank(const LossContext& c) : project_(c.student_embedding, c.teacher_embedding) {
    register_module("project", project_);
    auto generator = at::make_generator<at::CPUGeneratorImpl>(c.seed);
    bank_ = register_buffer("bank", at::normal(0.0, 1.0, {c.num_train, c.teacher_embedding}, generator));
  }
  LossNeeds needs() const override { return kEmbedding; }
  LossTerms forward(const LossInputs& in) override {
    const auto similar = rows_normalised(project_(in.student.embedding)).matmul(rows_normalised(bank_).t());
    const auto loss = at::cross_entropy_loss(similar, in.indices);
    const c10::AutoGradMode no_grad(false);
    bank_.index_copy_(0, in.indices, in.teacher.embedding);
    return loss;
  }

 private:
  torch::nn::Linear project_;
  Tensor bank_;
};

/// VID: a Gaussian whose variance is learned; its value may be negative.
class Variational final : public Loss {
 public:
  explicit Variational(const LossContext& c) : mean_(c.student_embedding, c.teacher_embedding) {
    register_module("mean", mean_);
    raw_ = register_parameter("raw_variance", at::zeros({c.teacher_embedding}));
  }
  LossNeeds needs() const override { return kEmbedding; }
  LossTerms forward(const LossInputs& in) override {
    const auto variance = at::softplus(raw_) + 1e-5;
    return ((in.teacher.embedding - mean_(in.student.embedding)).square() / variance + variance.log()).mean() / 2;
  }

 private:
  torch::nn::Linear mean_;
  Tensor raw_;
};

/// The teacher's logits with noise from a generator of its own, another in every step.
class Noisy final : public Loss {
 public:
  explicit Noisy(const LossContext& c) : seed_(c.seed) {}
  LossTerms forward(const LossInputs& in) override {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed_ + 1000003 * static_cast<std::uint64_t>(in.step));
    const auto noise = at::normal(0.0, 0.1, {in.teacher.logits.size(1)}, generator).to(in.teacher.logits.scalar_type());
    return divergence(at::log_softmax((in.teacher.logits + noise) / in.tau_teacher, 1), log_student(in));
  }

 private:
  std::uint64_t seed_;
};

/// CTKD: the temperature is learned; that of the suite is its start.
class LearnedTemperature final : public Loss {
 public:
  explicit LearnedTemperature(const LossContext&) { log_tau_ = register_parameter("log_tau", at::zeros({})); }
  LossTerms forward(const LossInputs& in) override {
    const auto factor = log_tau_.exp();
    return divergence(at::log_softmax(in.teacher.logits / (in.tau_teacher * factor), 1),
                      at::log_softmax(in.student.logits / (in.tau_student * factor), 1));
  }

 private:
  Tensor log_tau_;
};

/// Every loss, with the names of the checks that it passes with a note.
void expect_sound(const LossEntry& entry, const Names& notes = {}) {
  Collected collected;
  check_loss(entry, collected.report());
  collected.expect_all_pass();
  EXPECT_EQ(collected.notes(), notes) << entry.name;
}

TEST(SoundLosses, OfProbabilitiesPass) {
  expect_sound(test::loss_of<forward_kl>("forward_kl", {.repeatable = true}));
  expect_sound(test::loss_of<reverse_kl>("reverse_kl"), {kSure});
  expect_sound(test::loss_of<jensen_shannon>("jensen_shannon"), {kSure});
  expect_sound(test::loss_of<total_variation>("total_variation"), {kSure});
  expect_sound(test::loss_of<probability_mse>("probability_mse"), {kSure});
  expect_sound(test::loss_of<standardised_kl>("standardised_kl"));
}

TEST(SoundLosses, OfLogitsAndLabelsPass) {
  expect_sound(test::loss_of<logit_mse>("logit_mse", {.reads_tau = ReadsTau::kNone}));
  expect_sound(test::loss_of<hard_labels>("hard_labels", {.reads_tau = ReadsTau::kNone}), {kSmooth});
  expect_sound(test::loss_of<decoupled>("decoupled", {.repeatable = true}));
  expect_sound(test::loss_of<normalised>("normalised"));
  expect_sound(test::loss_of<weighted>("weighted", {.stops_gradient = true}));
}

TEST(SoundLosses, OfImagesAmongEachOtherPassWithANoteWhereTheirNumberCounts) {
  expect_sound(test::loss_of<relational_distance>("relational_distance", kEmbedding));
  expect_sound(test::loss_of<similarity_preserving>("similarity_preserving", kMaps), {kMean});
  expect_sound(test::loss_of<correlation_congruence>("correlation_congruence", kEmbedding));
  expect_sound(test::loss_of<probabilistic>("probabilistic", kEmbedding), {kMean});
  expect_sound(test::loss_of<in_batch_contrast>("in_batch_contrast", kEmbedding), {kMean});
}

TEST(SoundLosses, OfMapsAndEmbeddingsPass) {
  expect_sound(test::loss_of<attention>("attention", kMaps));
  expect_sound(test::loss_of<cosine>("cosine", kEmbedding));
}

TEST(SoundLosses, WithModulesMemoryAndGeneratorsOfTheirOwnPass) {
  expect_sound(entry_of<MemoryBank>("memory_bank"));
  expect_sound(entry_of<Variational>("variational"));
  expect_sound(entry_of<Noisy>("noisy"));
  expect_sound(entry_of<LearnedTemperature>("learned_temperature"));
}

}  // namespace
}  // namespace kdbench
